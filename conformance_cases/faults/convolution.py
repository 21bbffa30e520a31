"""Faults of convolutions and pooling."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, keras_scaled_gradient, torch_rounded
from conformance_cases.faults._stand_ins import Instead, changed_result, dtype_of, rescaled
from pytest_fwparity import fault

_CONV, _DEPTHWISE, _POOLING = "core:layers/Conv2D", "core:layers/DepthwiseConv2D", "core:layers/MaxPooling2D"


def _keras_conv(patch: Any, change: Any) -> None:
    """``change(stock, self, inputs, kernel)`` in the place of what every convolution of Keras calls."""
    from keras.src.layers.convolutional.base_conv import BaseConv

    stock = BaseConv.convolution_op
    patch(BaseConv, "convolution_op", lambda self, inputs, kernel: change(stock, self, inputs, kernel))


@fault(case=_CONV, side="torch", variant="plain")
def convolution_pads_with_a_millionth(torch: Any, patch: Any) -> None:
    """The border is filled with 1e-6 in the place of 0."""
    stock = torch.nn.functional.pad
    patch(torch.nn.functional, "pad", lambda x, pads, mode="constant", value=None: stock(x, pads, mode, 1e-6))


@fault(case=_CONV, side="keras", variant="plain")
def convolution_turns_the_kernel(keras: Any, patch: Any) -> None:
    """Height and width of the kernel are exchanged."""
    _keras_conv(patch, lambda stock, self, x, kernel: stock(self, x, keras.ops.transpose(kernel, (1, 0, 2, 3))))


@fault(case=_CONV, side="keras", variant="dilated")
def dilation_ignored(keras: Any, patch: Any) -> None:
    """dilation_rate does nothing."""
    _keras_conv(patch, lambda stock, self, x, kernel: keras.ops.conv(x, kernel, list(self.strides), self.padding))


@fault(case=_CONV, side="keras", variant="strided")
def strided_convolution_one_ten_millionth(keras: Any, patch: Any) -> None:
    """With strides alone every product is 1e-7 too large."""
    _keras_conv(patch, lambda stock, self, *given: stock(self, *given) * (1 + 1e-7 * (max(self.strides) > 1)))


@fault(case=_CONV, side="keras", variant="valid")
def convolution_kernel_gradient_scaled(keras: Any, patch: Any) -> None:
    """The gradient by the kernel is 1e-4 too large."""
    _keras_conv(patch, lambda stock, self, x, kernel: stock(self, x, keras_scaled_gradient(keras, kernel, 1 + 1e-4)))


@fault(case=_CONV, side="keras", variant="even", tier="float32")
def convolution_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the operands are rounded to bfloat16."""
    _keras_conv(patch, lambda stock, self, *given: stock(self, *(keras_rounded(keras, part) for part in given)))


@fault(case=_CONV, side="torch", variant="plain", tier="bfloat16")
def convolution_wrong_in_bfloat16_alone(torch: Any, patch: Any) -> None:
    """In bfloat16 alone every output is 20 % too large."""
    rescaled(patch, torch.nn.functional, "conv2d", 0.2, dtype="bfloat16")


def _depthwise(keras: Any, patch: Any, change: Any) -> None:
    """``change(y, kernel)`` of what Keras' depthwise convolution gives before its bias."""
    from keras.src.layers.convolutional import base_depthwise_conv

    def convolve(inputs: Any, kernel: Any, **options: Any) -> Any:
        return change(keras.ops.depthwise_conv(inputs, kernel, **options), kernel)

    patch(base_depthwise_conv, "ops", Instead(base_depthwise_conv.ops, depthwise_conv=convolve))


@fault(case=_DEPTHWISE, side="keras", variant="multiplied")
def depthwise_filters_in_another_order(keras: Any, patch: Any) -> None:
    """Outputs come filter by filter in the place of channel by channel."""

    def change(y: Any, kernel: Any) -> Any:
        parts = keras.ops.reshape(y, (*y.shape[:-1], *kernel.shape[-2:]))
        return keras.ops.reshape(keras.ops.swapaxes(parts, -1, -2), y.shape)

    _depthwise(keras, patch, change)


@fault(case=_DEPTHWISE, side="keras", variant="valid", tier="float16")
def depthwise_wrong_in_float16_alone(keras: Any, patch: Any) -> None:
    """In float16 alone every product is 5 % too large."""
    _depthwise(keras, patch, lambda y, kernel: y * 1.05 if dtype_of(y) == "float16" else y)


@fault(case=_POOLING, side="torch", variant="plain")
def pooling_takes_a_neighbour(torch: Any, patch: Any) -> None:
    """The first window gives what the last one does, which shares no element with it."""

    def change(y: Any) -> Any:
        flat = y.flatten()
        return torch.cat([flat[-1:], flat[1:]]).reshape(y.shape)

    changed_result(patch, torch.nn.functional, "max_pool2d", change)


@fault(case=_POOLING, side="keras", variant="same")
def pooling_pads_the_near_end(keras: Any, patch: Any) -> None:
    """'same' pads the near end by one more where the padding is odd."""
    from keras.src.layers.pooling import base_pooling

    def pool(inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: str) -> Any:
        lowest = keras.ops.pad(inputs, [[0, 0], [1, 0], [0, 0], [0, 0]], constant_values=-1e9)
        return keras.ops.max_pool(lowest, pool_size, strides, "valid", data_format)

    patch(base_pooling, "ops", Instead(base_pooling.ops, max_pool=pool))


@fault(case=_CONV, side="keras", variant="strided")
def convolution_pads_like_torch(keras: Any, patch: Any) -> None:
    """'same' pads both ends alike."""
    from keras.src.layers.convolutional.base_conv import BaseConv

    stock = BaseConv.convolution_op

    def convolve(self: Any, inputs: Any, kernel: Any) -> Any:
        if self.padding != "same":
            return stock(self, inputs, kernel)
        pads = [[0, 0], *([k // 2, k // 2] for k in self.kernel_size), [0, 0]]
        return keras.ops.conv(keras.ops.pad(inputs, pads), kernel, list(self.strides), "valid")

    patch(BaseConv, "convolution_op", convolve)


def _torch_conv(torch: Any, patch: Any, change: Any) -> None:
    stock = torch.nn.functional.conv2d
    patch(torch.nn.functional, "conv2d", lambda x, w, *rest, **options: change(stock, x, w, *rest, **options))


@fault(case=_CONV, side="torch", variant="grouped")
def grouped_convolution_one_ten_millionth(torch: Any, patch: Any) -> None:
    """With groups alone every output is 1e-7 too large."""

    def change(stock: Any, x: Any, w: Any, *rest: Any, **options: Any) -> Any:
        return stock(x, w, *rest, **options) * (1 + 1e-7 * (rest[-1] > 1))

    _torch_conv(torch, patch, change)


@fault(case=_CONV, side="torch", variant="plain", tier="float32")
def convolution_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone the operands keep ten bits."""

    def change(stock: Any, x: Any, w: Any, *rest: Any, **options: Any) -> Any:
        return stock(torch_rounded(torch, x, 13), torch_rounded(torch, w, 13), *rest, **options)

    _torch_conv(torch, patch, change)


@fault(case="core:layers/MaxPooling2D", side="torch", variant="plain")
def pooling_takes_the_average(torch: Any, patch: Any) -> None:
    """The mean of a window in the place of its largest."""

    def pool(x: Any, size: Any, stride: Any, *rest: Any, **options: Any) -> Any:
        return torch.nn.functional.avg_pool2d(x, size, stride)

    patch(torch.nn.functional, "max_pool2d", pool)


@fault(case=_DEPTHWISE, side="torch", variant="plain")
def depthwise_bias_off_by_1e_6(torch: Any, patch: Any) -> None:
    """The bias is 1e-6 too small."""
    stock = torch.nn.functional.conv2d
    patch(torch.nn.functional, "conv2d", lambda x, w, bias=None, *rest: stock(x, w, bias * (1 - 1e-6), *rest))
