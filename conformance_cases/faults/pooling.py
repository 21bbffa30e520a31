"""Faults of poolings of every kind."""

from typing import Any

from conformance_cases.faults._gradients import torch_scaled_gradient
from conformance_cases.faults._stand_ins import Instead, changed_result, rescaled
from pytest_fwparity import fault


@fault(case="core:layers/AveragePooling2D", side="torch", variant="functional")
def average_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every mean is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "avg_pool2d")


@fault(case="core:layers/AveragePooling1D", side="keras", variant="same")
def average_counts_the_padding(keras: Any, patch: Any) -> None:
    """What 'same' pads counts as zeros."""
    from keras.src.layers.pooling import base_pooling

    def pool(inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: str) -> Any:
        padded = keras.ops.pad(inputs, [[0, 0], [0, 1], [0, 0]]) if padding == "same" else inputs
        return keras.ops.average_pool(padded, pool_size, strides, "valid", data_format)

    patch(base_pooling, "ops", Instead(base_pooling.ops, average_pool=pool))


@fault(case="core:layers/MaxPooling1D", side="keras", variant="skipping")
def strides_are_the_size_of_the_pool(keras: Any, patch: Any) -> None:
    """The last window is that before it."""
    changed_result(
        patch,
        keras.layers.MaxPooling1D,
        "call",
        lambda y: keras.ops.concatenate([y[:, :-1], y[:, -2:-1]], 1),
    )


@fault(case="core:layers/AdaptiveAveragePooling2D", side="torch", variant="functional")
def adaptive_windows_do_not_overlap(torch: Any, patch: Any) -> None:
    """Windows end where the next begin."""

    def pool(x: Any, size: int) -> Any:
        parts = []
        for n in x.shape[2:]:
            parts.append([slice(i * n // size, max((i + 1) * n // size, i * n // size + 1)) for i in range(size)])
        rows = [torch.stack([x[:, :, a, b].mean((2, 3)) for b in parts[1]], -1) for a in parts[0]]
        return torch.stack(rows, -2)

    patch(torch.nn.functional, "adaptive_avg_pool2d", pool)


@fault(case="core:layers/AdaptiveMaxPooling1D", side="torch", variant="functional", tier="gradient")
def adaptive_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient is 1e-4 too large."""
    stock = torch.nn.functional.adaptive_max_pool1d
    patch(
        torch.nn.functional,
        "adaptive_max_pool1d",
        lambda x, size: stock(torch_scaled_gradient(torch, 1 + 1e-4)(x), size),
    )


@fault(case="core:layers/AdaptiveAveragePooling1D", side="keras", variant="larger")
def adaptive_takes_the_place_before(keras: Any, patch: Any) -> None:
    """The last place is that before it."""
    changed_result(
        patch,
        keras.layers.AdaptiveAveragePooling1D,
        "call",
        lambda y: keras.ops.concatenate([y[:, :-1], y[:, -3:-2]], 1),
    )


@fault(case="core:layers/GlobalAveragePooling1D", side="keras", variant="masked")
def global_average_divides_by_all(keras: Any, patch: Any) -> None:
    """Sums of unmasked steps are divided by the number of all steps."""
    stock = keras.layers.GlobalAveragePooling1D.call

    def call(self: Any, inputs: Any, mask: Any = None) -> Any:
        y = stock(self, inputs, mask)
        if mask is None:
            return y
        kept = keras.ops.cast(mask, y.dtype)
        return y * keras.ops.sum(kept, 1, keepdims=True) / kept.shape[1]

    patch(keras.layers.GlobalAveragePooling1D, "call", call)


@fault(case="core:layers/GlobalAveragePooling2D", side="keras", variant="plain")
def global_average_leaves_a_place_out(keras: Any, patch: Any) -> None:
    """The last row is left out."""
    stock = keras.layers.GlobalAveragePooling2D.call
    patch(keras.layers.GlobalAveragePooling2D, "call", lambda self, x: stock(self, x[:, :-1]))


@fault(case="core:layers/GlobalMaxPooling3D", side="torch", variant="plain")
def global_max_leaves_a_place_out(torch: Any, patch: Any) -> None:
    """The result is 1e-6 too small."""
    rescaled(patch, torch.Tensor, "amax", -1e-6)


@fault(case="core:layers/MaxPoolIndices", side="torch", variant="image_function")
def indices_off_by_one(torch: Any, patch: Any) -> None:
    """One index is that of the neighbour; values are right."""

    def change(found: Any) -> Any:
        indices = found[1].clone()
        indices[0, 0, 0, 0] += 1
        return found[0], indices

    changed_result(patch, torch.nn.functional, "max_pool2d_with_indices", change)


@fault(case="core:layers/MaxUnpool", side="torch", variant="line_function")
def unpool_next_to_its_place(torch: Any, patch: Any) -> None:
    """Everything lies one place further."""
    changed_result(patch, torch.nn.functional, "max_unpool1d", lambda y: y.roll(1, -1))


@fault(case="core:layers/LPPool", side="torch", variant="line_function")
def norm_of_means(torch: Any, patch: Any) -> None:
    """The exponent of the root is off by 1e-7."""
    changed_result(patch, torch.nn.functional, "lp_pool1d", lambda y: y ** (1 + 1e-7))


@fault(case="core:layers/FractionalMaxPool", side="torch", variant="image_function")
def fractional_first_window_again(torch: Any, patch: Any) -> None:
    """The last window gives what the first does."""

    def change(y: Any) -> Any:
        flat = y.flatten(2)
        return torch.cat([flat[..., :-1], flat[..., :1]], -1).reshape(y.shape)

    changed_result(patch, torch.nn.functional, "fractional_max_pool2d", change)
