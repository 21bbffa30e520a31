"""Faults of transposed, depthwise and separable convolutions, and of convolutions over time and volumes."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, keras_scaled_gradient
from conformance_cases.faults._stand_ins import Instead, rescaled
from pytest_fwparity import fault

_ONE, _TWO, _THREE = (f"core:layers/Conv{rank}DTranspose" for rank in (1, 2, 3))


def _transposed(keras: Any, patch: Any, change: Any) -> None:
    """``change(stock, inputs, kernel, **options)`` in the place of what Keras' transposed convolutions call."""
    from keras.src.layers.convolutional import base_conv_transpose as module

    stock = module.ops.conv_transpose

    def convolve(inputs: Any, kernel: Any, **options: Any) -> Any:
        return change(stock, inputs, kernel, **options)

    patch(module, "ops", Instead(module.ops, conv_transpose=convolve))


@fault(case=_TWO, side="keras", variant="same")
def transposed_shifted_by_one(keras: Any, patch: Any) -> None:
    """'same' cuts one more off the near end and one less off the far end, as torch's padding=1, output_padding=1."""

    def change(stock: Any, x: Any, kernel: Any, **options: Any) -> Any:
        y = stock(x, kernel, **{**options, "padding": "valid"})
        return y[:, 1 : 1 + 2 * x.shape[1], 1 : 1 + 2 * x.shape[2]]

    _transposed(keras, patch, change)


@fault(case=_ONE, side="keras", variant="output_padding")
def transposed_output_padding_is_zero(keras: Any, patch: Any) -> None:
    """The places that output_padding adds miss the last tap of the kernel: they are 1e-6 too large."""

    def change(stock: Any, x: Any, kernel: Any, **options: Any) -> Any:
        y = stock(x, kernel, **options)
        return keras.ops.concatenate([y[:, :-1], y[:, -1:] + 1e-6], 1)

    _transposed(keras, patch, change)


@fault(case=_ONE, side="keras", variant="plain")
def transposed_kernel_turned(keras: Any, patch: Any) -> None:
    """The kernel is run through from its end."""
    _transposed(keras, patch, lambda stock, x, kernel, **options: stock(x, keras.ops.flip(kernel, 0), **options))


@fault(case=_TWO, side="keras", variant="plain", tier="gradient")
def transposed_gradient_scaled(keras: Any, patch: Any) -> None:
    """The gradient by the kernel is 1e-4 too large."""

    def change(stock: Any, x: Any, kernel: Any, **options: Any) -> Any:
        return stock(x, keras_scaled_gradient(keras, kernel, 1 + 1e-4), **options)

    _transposed(keras, patch, change)


@fault(case=_THREE, side="keras", variant="plain", tier="float32")
def transposed_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the inputs are rounded to bfloat16."""
    _transposed(keras, patch, lambda stock, x, kernel, **options: stock(keras_rounded(keras, x), kernel, **options))


@fault(case=_THREE, side="torch", variant="same")
def transposed_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every product is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "conv_transpose3d")


@fault(case=_TWO, side="torch", variant="output_padding")
def transposed_ignores_output_padding(torch: Any, patch: Any) -> None:
    """What output_padding adds is filled with zeros, not with the bias."""
    stock = torch.nn.functional.conv_transpose2d

    def convolve(
        x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, more: Any = 0, *rest: Any
    ) -> Any:
        y = stock(x, weight, bias, stride, padding, 0, *rest)
        return torch.nn.functional.pad(y, [0, max(more), 0, max(more)])

    patch(torch.nn.functional, "conv_transpose2d", convolve)


@fault(case="core:layers/Conv1D", side="keras", variant="causal")
def causal_sees_one_step_ahead(keras: Any, patch: Any) -> None:
    """Causal padding is one step too short at the near end and ends one step late."""
    stock = keras.layers.Conv1D._compute_causal_padding

    def pads(self: Any) -> Any:
        entry, (near, _), channel = stock(self)
        return [entry, [near - 1, 1], channel]

    patch(keras.layers.Conv1D, "_compute_causal_padding", pads)


@fault(case="core:layers/Conv1D", side="torch", variant="grouped")
def groups_exchanged(torch: Any, patch: Any) -> None:
    """The first group of channels is convolved with the second group's filters and the other way round."""
    stock = torch.nn.functional.conv1d

    def convolve(x: Any, weight: Any, *rest: Any) -> Any:
        return stock(x, weight.roll(len(weight) // 2, 0), *rest)

    patch(torch.nn.functional, "conv1d", convolve)


@fault(case="core:layers/Conv3D", side="torch", variant="strided")
def volume_loses_a_tap(torch: Any, patch: Any) -> None:
    """The last tap of every filter is left out."""
    stock = torch.nn.functional.conv3d

    def convolve(x: Any, weight: Any, *rest: Any) -> Any:
        kept = torch.ones_like(weight)
        kept[..., -1, -1, -1] = 0
        return stock(x, weight * kept, *rest)

    patch(torch.nn.functional, "conv3d", convolve)


def _depthwise(module: Any, patch: Any, name: str, change: Any) -> None:
    stock = getattr(module.ops, name)
    patch(module, "ops", Instead(module.ops, **{name: lambda *given, **options: change(stock, *given, **options)}))


@fault(case="core:layers/DepthwiseConv1D", side="keras", variant="dilated")
def depthwise_ignores_dilation(keras: Any, patch: Any) -> None:
    """dilation_rate does nothing."""
    from keras.src.layers.convolutional import base_depthwise_conv as module

    def change(stock: Any, *given: Any, **options: Any) -> Any:
        return stock(*given, **{**options, "dilation_rate": (1,)})

    _depthwise(module, patch, "depthwise_conv", change)


@fault(case="core:layers/SeparableConv2D", side="keras", variant="multiplied")
def separable_without_its_bias(keras: Any, patch: Any) -> None:
    """The bias is 1e-6 too small."""
    from keras.src.layers.convolutional import base_separable_conv as module

    _depthwise(module, patch, "separable_conv", lambda stock, *given, **options: stock(*given, **options) - 1e-6)


@fault(case="core:layers/SeparableConv1D", side="torch", variant="multiplied")
def separable_mixes_multipliers(torch: Any, patch: Any) -> None:
    """The filters of a channel are exchanged before the pointwise convolution."""
    stock = torch.nn.functional.conv1d

    def convolve(x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
        y = stock(x, weight, bias, stride, padding, dilation, groups)
        return y.reshape(len(y), groups, -1, y.shape[-1]).flip(2).reshape(y.shape) if groups > 1 else y

    patch(torch.nn.functional, "conv1d", convolve)
