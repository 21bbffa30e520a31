"""Faults of operations of images."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:ops/RgbToGrayscale", side="keras")
def weights_of_another_standard(keras: Any, patch: Any) -> None:
    """The weight of red is larger by 1e-4, as 0.299 is."""
    stock = keras.ops.image.rgb_to_grayscale

    def changed(x: Any, data_format: str) -> Any:
        red = x[..., :1] if data_format == "channels_last" else x[:, :1]
        return stock(x, data_format=data_format) + 1e-4 * red

    patch(keras.ops.image, "rgb_to_grayscale", changed)


@fault(case="core:ops/RgbToHsv", side="keras")
def saturation_and_value_swapped(keras: Any, patch: Any) -> None:
    """Saturation and value are swapped."""

    def swapped(y: Any) -> Any:
        return keras.ops.concatenate([y[..., :1], keras.ops.flip(y[..., 1:], axis=-1)], axis=-1)

    changed_result(patch, keras.ops.image, "rgb_to_hsv", swapped)


@fault(case="core:ops/Resize", side="torch")
def corners_aligned(torch: Any, patch: Any) -> None:
    """The corners of both images are the same place."""
    stock = torch.nn.functional.interpolate
    patch(
        torch.nn.functional,
        "interpolate",
        lambda x, size, mode, **options: stock(
            x, size, mode=mode, **({**options, "align_corners": True} if options else {})
        ),
    )


@fault(case="core:ops/PadImages", side="keras")
def pads_of_the_other_side(keras: Any, patch: Any) -> None:
    """Top and bottom are swapped."""
    changed_result(patch, keras.ops.image, "pad_images", lambda y: keras.ops.flip(y, axis=-3))


@fault(case="core:ops/ExtractPatches", side="keras")
def patches_rolled(keras: Any, patch: Any) -> None:
    """A patch begins with its last value."""
    changed_result(patch, keras.ops.image, "extract_patches", lambda y: keras.ops.roll(y, 1, axis=-1))


@fault(case="core:ops/GaussianBlur", side="keras")
def a_sigma_a_little_wider(keras: Any, patch: Any) -> None:
    """sigma is larger by a ten-thousandth."""
    stock = keras.ops.image.gaussian_blur
    patch(
        keras.ops.image,
        "gaussian_blur",
        lambda x, size, sigma, **options: stock(x, size, [s * 1.0001 for s in sigma], **options),
    )


@fault(case="core:ops/Ssim", side="keras")
def ssim_of_another_constant(keras: Any, patch: Any) -> None:
    """k2 is 0.0301."""
    stock = keras.ops.image.ssim
    patch(keras.ops.image, "ssim", lambda a, b, **options: stock(a, b, k2=0.0301, **options))


@fault(case="core:ops/ScaleAndTranslate", side="keras")
def translation_turned_round(keras: Any, patch: Any) -> None:
    """The image moves the other way."""
    stock = keras.ops.image.scale_and_translate
    patch(
        keras.ops.image,
        "scale_and_translate",
        lambda x, shape, scale, translation, *rest, **options: stock(x, shape, scale, -translation, *rest, **options),
    )


@fault(case="core:ops/AffineTransformValues", side="keras")
def places_from_the_corner(keras: Any, patch: Any) -> None:
    """Every place is off by 1/64 of a pixel."""
    stock = keras.ops.image.affine_transform
    off = [0.0, 0.0, 1 / 64, 0.0, 0.0, 0.0, 0.0, 0.0]
    patch(
        keras.ops.image,
        "affine_transform",
        lambda x, maps, *rest, **options: stock(x, maps + keras.ops.convert_to_tensor(off), *rest, **options),
    )


@fault(case="core:ops/PerspectiveTransformNearest", side="keras")
def corners_swapped(keras: Any, patch: Any) -> None:
    """The map is the inverse one."""
    stock = keras.ops.image.perspective_transform
    patch(
        keras.ops.image,
        "perspective_transform",
        lambda x, start, end, *rest, **options: stock(x, end, start, *rest, **options),
    )


@fault(case="core:ops/GaussianBlur", side="keras", variant="even")
def even_kernels_lie_one_place_further(keras: Any, patch: Any) -> None:
    """Of a kernel of even size the middle is the other one of two."""
    stock = keras.ops.image.gaussian_blur

    def blur(x: Any, *args: Any, **options: Any) -> Any:
        return keras.ops.flip(stock(keras.ops.flip(x, (1, 2)), *args, **options), (1, 2))

    patch(keras.ops.image, "gaussian_blur", blur)


@fault(case="core:ops/SobelEdges", side="torch", tier="gradient")
def mirrored_places_without_gradient(torch: Any, patch: Any) -> None:
    """What is mirrored beyond the edge sends no gradient back."""
    stock = torch.nn.functional.pad

    def pad(x: Any, pads: Any, mode: str = "constant") -> Any:
        inner = stock(x - x.detach(), pads)
        return stock(x.detach(), pads, mode=mode) + inner

    patch(torch.nn.functional, "pad", pad)


@fault(case="core:ops/Resize", side="torch", variant="nearest")
def nearest_from_the_corner(torch: Any, patch: Any) -> None:
    """The nearest place is that of a pixel's corner, not of its middle."""
    stock = torch.nn.functional.interpolate
    patch(
        torch.nn.functional,
        "interpolate",
        lambda x, size, mode, **options: stock(x, size, mode=mode.removesuffix("-exact"), **options),
    )


@fault(case="core:ops/CropImages", side="keras", variant="last")
def crop_one_row_early(keras: Any, patch: Any) -> None:
    """A crop that is given from below begins one row too high."""
    stock = keras.ops.image.crop_images
    patch(
        keras.ops.image,
        "crop_images",
        lambda x, bottom_cropping, **options: stock(x, bottom_cropping=bottom_cropping + 1, **options),
    )


@fault(case="core:ops/AffineTransformValues", side="torch", variant="mirrored")
def mirrored_at_the_middle_of_a_pixel(torch: Any, patch: Any) -> None:
    """Beyond its edge an image is mirrored without the edge's pixel."""
    stock = torch.nn.functional.grid_sample

    def sample(x: Any, grid: Any, mode: str, padding: str, align: bool) -> Any:
        sizes = torch.tensor([x.shape[3], x.shape[2]], dtype=grid.dtype)
        last = sizes - 1
        places = ((grid + 1) * sizes - 1) / 2
        places = last - ((places % (2 * last)) - last).abs()
        return stock(x, (2 * places + 1) / sizes - 1, mode, padding, align)

    patch(torch.nn.functional, "grid_sample", sample)
