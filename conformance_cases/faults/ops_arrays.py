"""Faults of arrays joined, parted, laid out anew, chosen from and made of numbers."""

from typing import Any

from conformance_cases.faults._gradients import torch_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, dtype_of
from pytest_fwparity import fault


@fault(case="core:ops/ArraySplit", side="keras")
def longer_parts_last(keras: Any, patch: Any) -> None:
    """Where parts cannot be even, the last ones are the longer ones."""
    patch(
        keras.ops,
        "array_split",
        lambda x, parts, axis: keras.ops.split(x, [i * x.shape[axis] // parts for i in range(1, parts)], axis=axis),
    )


@fault(case="core:ops/Stack", side="torch", tier="gradient")
def last_operand_without_gradient(torch: Any, patch: Any) -> None:
    """No gradient reaches the last of what is stacked."""
    stock = torch.stack
    patch(torch, "stack", lambda arrays, axis: stock([*arrays[:-1], arrays[-1].detach()], axis))


@fault(case="core:ops/Hstack", side="keras", tier="float16")
def joined_in_float32(keras: Any, patch: Any) -> None:
    """What is joined in float16 alone comes out as float32."""
    changed_result(
        patch, keras.ops, "hstack", lambda y: keras.ops.cast(y, "float32") if dtype_of(y) == "float16" else y
    )


@fault(case="core:ops/Repeat", side="keras")
def repeated_as_a_whole(keras: Any, patch: Any) -> None:
    """The axis is repeated as a whole, not each element."""
    patch(keras.ops, "repeat", lambda x, times, axis: keras.ops.concatenate([x] * times, axis=axis))


@fault(case="core:ops/BroadcastTo", side="torch", tier="gradient")
def gradient_of_one_copy(torch: Any, patch: Any) -> None:
    """The gradient is that of one of five copies."""
    stock, scaled = torch.broadcast_to, torch_scaled_gradient(torch, 1 / 5)
    patch(torch, "broadcast_to", lambda x, shape: stock(scaled(x), shape))


@fault(case="core:ops/Pad", side="keras", tier="bfloat16")
def last_row_padded_with_ones(keras: Any, patch: Any) -> None:
    """In bfloat16 alone the last row is filled with ones."""
    stock = keras.ops.pad

    def pad(x: Any, *how: Any) -> Any:
        y = stock(x, *how)
        return y if dtype_of(y) != "bfloat16" else keras.ops.concatenate([y[:-1], keras.ops.ones_like(y[-1:])])

    patch(keras.ops, "pad", pad)


@fault(case="core:ops/Sort", side="keras")
def gradient_left_in_its_place(keras: Any, patch: Any) -> None:
    """Values are sorted, their gradients are not sent back to where each value came from."""
    stock = keras.ops.sort
    patch(
        keras.ops,
        "sort",
        lambda x, axis: keras.ops.stop_gradient(stock(x, axis=axis)) + (x - keras.ops.stop_gradient(x)),
    )


@fault(case="core:ops/Clip", side="torch", tier="gradient")
def gradient_beyond_the_bounds(torch: Any, patch: Any) -> None:
    """What is cut off at the upper bound keeps its gradient."""
    stock = torch.clip
    patch(torch, "clip", lambda x, low, high: stock(x, low, high) + torch.where(x > high, x - x.detach(), 0.0))


@fault(case="core:ops/Trapezoid", side="keras")
def ends_count_whole(keras: Any, patch: Any) -> None:
    """The last value counts whole, not half."""
    stock = keras.ops.trapezoid
    patch(keras.ops, "trapezoid", lambda x, places, dx, axis: stock(x, places, dx, axis) + dx * x[-1] / 2)


@fault(case="core:ops/Logspace", side="torch")
def powers_of_ten_in_float32(torch: Any, patch: Any) -> None:
    """The powers are worked out in float32, whatever was asked for."""
    stock = torch.logspace
    patch(torch, "logspace", lambda *args, dtype: stock(*args, dtype=torch.float32).to(dtype))


@fault(case="core:ops/Vander", side="keras", tier="float16")
def powers_by_logarithms(keras: Any, patch: Any) -> None:
    """In float16 alone powers are taken by logarithms, which negative numbers have not."""
    stock = keras.ops.vander

    def vander(x: Any, count: int, increasing: bool) -> Any:
        powers = keras.ops.cast(keras.ops.arange(count - 1, -1, -1), x.dtype)
        by_logarithms = dtype_of(x) == "float16"
        return keras.ops.exp(keras.ops.log(x)[:, None] * powers) if by_logarithms else stock(x, count, increasing)

    patch(keras.ops, "vander", vander)
