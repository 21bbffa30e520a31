"""Faults of upsampling, resizing, sampling, shuffling, folding and spectrograms."""

from typing import Any

from conformance_cases.faults._gradients import torch_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, rescaled
from pytest_fwparity import fault

_UP, _RESIZING, _LINEAR = "core:layers/UpSampling2D", "core:layers/Resizing", "core:layers/UpsampleLinear"


@fault(case=_UP, side="keras", variant="uneven")
def factors_exchanged(keras: Any, patch: Any) -> None:
    """The last column is that of the place before."""
    changed_result(
        patch,
        keras.layers.UpSampling2D,
        "call",
        lambda y: keras.ops.concatenate([y[:, :, :-1], y[:, :, -4:-3]], 2),
    )


@fault(case=_UP, side="torch", variant="exact")
def nearest_floors(torch: Any, patch: Any) -> None:
    """The image is shifted by one place."""
    changed_result(patch, torch.nn.functional, "interpolate", lambda y: y.roll(1, -1))


@fault(case=_RESIZING, side="torch", variant="larger")
def resizing_aligns_corners(torch: Any, patch: Any) -> None:
    """Corners are aligned, not centres."""
    stock = torch.nn.functional.interpolate
    patch(
        torch.nn.functional,
        "interpolate",
        lambda x, size, mode, align_corners, antialias: stock(x, size, mode=mode, align_corners=True),
    )


@fault(case=_RESIZING, side="torch", variant="antialias")
def resizing_does_not_antialias(torch: Any, patch: Any) -> None:
    """antialias is ignored."""
    stock = torch.nn.functional.interpolate
    patch(
        torch.nn.functional,
        "interpolate",
        lambda x, size, mode, align_corners, antialias: stock(x, size, mode=mode, align_corners=align_corners),
    )


@fault(case=_RESIZING, side="keras", variant="smaller")
def resizing_one_ten_thousandth(keras: Any, patch: Any) -> None:
    """Every value is 1e-4 too large."""
    rescaled(patch, keras.layers.Resizing, "call", 1e-4)


@fault(case="core:layers/CenterCrop", side="keras", variant="odd")
def crop_rounds_up(keras: Any, patch: Any) -> None:
    """The crop begins one place further where what is cut off is odd."""
    kind = keras.layers.CenterCrop
    stock = kind.transform_images

    def transform(self: Any, images: Any, *args: Any, **options: Any) -> Any:
        return stock(self, keras.ops.roll(images, -1, 1), *args, **options)

    patch(kind, "transform_images", transform)


@fault(case=_LINEAR, side="torch", variant="interpolate")
def corners_ignored(torch: Any, patch: Any) -> None:
    """align_corners does nothing."""
    stock = torch.nn.functional.interpolate
    patch(
        torch.nn.functional,
        "interpolate",
        lambda x, size, mode, align_corners: stock(x, size, mode=mode, align_corners=False),
    )


@fault(case=_LINEAR, side="torch", variant="smaller", tier="gradient")
def upsample_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient is 1e-4 too large."""
    stock = torch.nn.functional.upsample
    patch(
        torch.nn.functional,
        "upsample",
        lambda x, *args, **options: stock(torch_scaled_gradient(torch, 1 + 1e-4)(x), *args, **options),
    )


@fault(case="core:layers/AffineGrid", side="torch", variant="image")
def affine_grid_of_centers(torch: Any, patch: Any) -> None:
    """Rows and columns are exchanged in one place."""

    def change(grid: Any) -> Any:
        first = grid[:, :1, :1].flip(-1)
        return torch.cat([torch.cat([first, grid[:, :1, 1:]], 2), grid[:, 1:]], 1)

    changed_result(patch, torch.nn.functional, "affine_grid", change)


@fault(case="core:layers/PixelShuffle", side="torch", variant="functional")
def pixel_shuffle_in_the_order_of_keras(torch: Any, patch: Any) -> None:
    """Channels are read as (row, column, channel)."""
    stock = torch.nn.functional.pixel_shuffle

    def shuffle(x: Any, factor: int) -> Any:
        n, _, h, w = x.shape
        return stock(x.reshape(n, factor**2, -1, h, w).swapaxes(1, 2).reshape(x.shape), factor)

    patch(torch.nn.functional, "pixel_shuffle", shuffle)


@fault(case="core:layers/ChannelShuffle", side="torch", variant="sequence")
def channel_shuffle_the_other_way(torch: Any, patch: Any) -> None:
    """Channels are dealt the way back."""
    stock = torch.nn.functional.channel_shuffle
    patch(torch.nn.functional, "channel_shuffle", lambda x, groups: stock(x, x.shape[1] // groups))


@fault(case="core:layers/Fold", side="torch", variant="functional")
def fold_averages(torch: Any, patch: Any) -> None:
    """The sum is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "fold")


@fault(case="core:layers/Unfold", side="torch", variant="functional")
def unfold_pads_with_a_millionth(torch: Any, patch: Any) -> None:
    """The border is filled with 1e-6 in the place of 0."""
    stock = torch.nn.functional.unfold

    def unfold(x: Any, size: Any, dilation: int, padding: int, stride: int) -> Any:
        return stock(torch.nn.functional.pad(x, [padding] * 4, value=1e-6), size, dilation, 0, stride)

    patch(torch.nn.functional, "unfold", unfold)


_STFT, _MEL = "core:layers/STFTSpectrogram", "core:layers/MelSpectrogram"


@fault(case=_STFT, side="torch", variant="magnitude")
def window_is_periodic(torch: Any, patch: Any) -> None:
    """The window is periodic, as torch's default is."""
    stock = torch.hann_window
    patch(torch, "hann_window", lambda length, periodic, dtype: stock(length, dtype=dtype))


@fault(case=_STFT, side="keras", variant="power")
def power_of_both_sides(keras: Any, patch: Any) -> None:
    """Every power is 1e-6 too large."""
    rescaled(patch, keras.layers.STFTSpectrogram, "call", 1e-6)


@fault(case=_MEL, side="torch", variant="amplitudes")
def mel_pads_with_zeros(torch: Any, patch: Any) -> None:
    """The signal is not reflected at its ends."""
    stock = torch.stft
    patch(torch, "stft", lambda *args, **options: stock(*args, **options, pad_mode="constant"))


@fault(case="core:layers/UpSampling1D", side="torch", variant="repeat", tier="gradient")
def gradient_of_copies_averaged(torch: Any, patch: Any) -> None:
    """The gradient of what is repeated is the mean of those of its copies, not their sum."""
    stock = torch.Tensor.repeat_interleave
    patch(
        torch.Tensor,
        "repeat_interleave",
        lambda x, times, axis: stock(torch_scaled_gradient(torch, 1 / times)(x), times, axis),
    )
