"""Faults of neural operations as functions: windows, normalizations, and functions of functions."""

from itertools import pairwise
from typing import Any

from conformance_cases.faults._gradients import torch_rounded
from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:ops/Normalize", side="keras")
def norm_with_an_epsilon(keras: Any, patch: Any) -> None:
    """1e-7 is added to the sum of squares."""

    def normalize(x: Any, axis: int, order: Any) -> Any:
        return x * keras.ops.rsqrt(keras.ops.sum(x * x, axis=axis, keepdims=True) + 1e-7)

    patch(keras.ops, "normalize", normalize)


@fault(case="core:ops/DepthToSpace", side="keras")
def blocks_in_the_order_of_torch(keras: Any, patch: Any) -> None:
    """Channels are read as (channel, row, column), as torch's pixel_shuffle does."""
    stock = keras.ops.depth_to_space

    def depth_to_space(x: Any, block: int) -> Any:
        parts = keras.ops.reshape(x, (*x.shape[:-1], -1, block * block))
        return stock(keras.ops.reshape(keras.ops.swapaxes(parts, -1, -2), x.shape), block)

    patch(keras.ops, "depth_to_space", depth_to_space)


@fault(case="core:ops/LeakyRelu", side="torch", tier="float16")
def slope_of_a_fifth_in_float16(torch: Any, patch: Any) -> None:
    """In float16 alone the slope is 0.2, whatever was asked for."""
    stock = torch.nn.functional.leaky_relu
    patch(torch.nn.functional, "leaky_relu", lambda x, slope: stock(x, 0.2 if x.dtype == torch.float16 else slope))


@fault(case="core:ops/MaxPool", side="torch", tier="gradient")
def pool_gradient_shared(torch: Any, patch: Any) -> None:
    """A thousandth of the gradient goes to the mean of the window."""
    stock, mean = torch.nn.functional.max_pool2d, torch.nn.functional.avg_pool2d

    def pool(x: Any, *args: Any) -> Any:
        y, off = stock(x, *args), stock(x, *args) - mean(x, *args)
        return y - 1e-3 * (off - off.detach())

    patch(torch.nn.functional, "max_pool2d", pool)


@fault(case="core:ops/AdaptiveAveragePool", side="keras", variant="row")
def windows_do_not_overlap(keras: Any, patch: Any) -> None:
    """A window ends where the next begins."""

    def pool(x: Any, count: int, layout: str) -> Any:
        cuts = [i * x.shape[1] // count for i in range(count + 1)]
        means = [keras.ops.mean(x[:, a:b], axis=1) for a, b in pairwise(cuts)]
        return keras.ops.stack(means, axis=1)

    patch(keras.ops, "adaptive_average_pool", pool)


@fault(case="core:ops/ConvTranspose", side="keras", variant="padding=same,strides=2")
def cut_off_at_the_other_end(keras: Any, patch: Any) -> None:
    """What is too much is cut off in front, not behind."""
    stock = keras.ops.conv_transpose

    def turned(x: Any, axes: tuple[int, int]) -> Any:
        return keras.ops.flip(x, axes)

    def conv_transpose(x: Any, kernel: Any, *args: Any) -> Any:
        return turned(stock(turned(x, (1, 2)), turned(kernel, (0, 1)), *args), (1, 2))

    patch(keras.ops, "conv_transpose", conv_transpose)


@fault(case="core:ops/SeparableConv", side="torch", variant="dilation=2", tier="float32")
def separable_convolution_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone both factors are rounded to tf32."""
    stock = torch.nn.functional.conv2d
    patch(
        torch.nn.functional,
        "conv2d",
        lambda x, kernel, *rest: stock(torch_rounded(torch, x, 13), torch_rounded(torch, kernel, 13), *rest),
    )


@fault(case="core:ops/BatchNormalizationOp", side="keras", variant="small")
def epsilon_is_at_least_1e_5(keras: Any, patch: Any) -> None:
    """Epsilon is at least 1e-5, as cuDNN wants it."""
    stock = keras.ops.batch_normalization
    patch(keras.ops, "batch_normalization", lambda *args: stock(*args[:-1], max(args[-1], 1e-5)))


@fault(case="core:ops/LayerNormalizationOp", side="torch", variant="epsilon=0.001", tier="gradient")
def mean_without_gradient(torch: Any, patch: Any) -> None:
    """The mean has no gradient."""
    stock = torch.nn.functional.layer_norm

    def layer_norm(x: Any, *args: Any) -> Any:
        mean = x.mean(-1, keepdim=True)
        return stock(x + (mean - mean.detach()), *args) + 1e-3 * (mean - mean.detach())

    patch(torch.nn.functional, "layer_norm", layer_norm)


@fault(case="core:ops/RmsNormalizationOp", side="keras", variant="axis=1x2,scaled=False")
def last_axis_alone(keras: Any, patch: Any) -> None:
    """Of several axes the last one alone is averaged over."""
    stock = keras.ops.rms_normalization
    patch(
        keras.ops,
        "rms_normalization",
        lambda x, scale, axis, epsilon: stock(x, scale, axis if isinstance(axis, int) else axis[-1], epsilon),
    )


@fault(case="core:ops/StopGradient", side="keras")
def a_millionth_of_the_gradient_passes(keras: Any, patch: Any) -> None:
    """A millionth of the gradient goes through."""
    stock = keras.ops.stop_gradient
    patch(keras.ops, "stop_gradient", lambda x: stock(x) + 1e-6 * (x - stock(x)))


@fault(case="core:ops/Scan", side="keras")
def carry_before_the_last_step(keras: Any, patch: Any) -> None:
    """The carry that comes back is that of one step less."""
    stock = keras.ops.scan

    def scan(function: Any, start: Any, x: Any) -> Any:
        return stock(function, start, x[:-1])[0], stock(function, start, x)[1]

    patch(keras.ops, "scan", scan)


@fault(case="core:ops/VectorizedMap", side="torch", tier="float16")
def last_entry_mapped_in_another_way(torch: Any, patch: Any) -> None:
    """In float16 alone the last entry is 10 % too large."""
    stock = torch.vmap

    def vmap(function: Any) -> Any:
        def mapped(x: Any) -> Any:
            y = stock(function)(x)
            return torch.cat([y[:-1], y[-1:] * 1.1]) if y.dtype == torch.float16 else y

        return mapped

    patch(torch, "vmap", vmap)


@fault(case="core:ops/ForiLoop", side="keras", tier="bfloat16")
def loop_carries_float32(keras: Any, patch: Any) -> None:
    """What a loop in bfloat16 gives is float32."""

    def widened(y: Any) -> Any:
        return keras.ops.cast(y, "float32") if keras.backend.standardize_dtype(y.dtype) == "bfloat16" else y

    changed_result(patch, keras.ops, "fori_loop", widened)
