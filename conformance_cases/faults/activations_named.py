"""Faults of activations that have a name on every side."""

from typing import Any

from conformance_cases.faults._gradients import (
    keras_first_element,
    keras_scaled_gradient,
    torch_first_element,
    torch_scaled_gradient,
)
from conformance_cases.faults._stand_ins import changed_result, dtype_of, rescaled
from pytest_fwparity import fault


@fault(case="core:activations/Sigmoid", side="keras")
def sigmoid_function_one_ten_millionth(keras: Any, patch: Any) -> None:
    """Every value is 1e-7 too large."""
    rescaled(patch, keras.activations, "sigmoid")


@fault(case="core:activations/Tanh", side="torch")
def tanh_one_element(torch: Any, patch: Any) -> None:
    """One element is 2e-5 too large."""
    changed_result(patch, torch.nn.functional, "tanh", lambda y: torch_first_element(torch, y, 2e-5))


@fault(case="core:activations/Softplus", side="torch")
def softplus_linear_too_early(torch: Any, patch: Any) -> None:
    """It is the identity above 1, not above 20."""
    stock = torch.nn.functional.softplus
    patch(torch.nn.functional, "softplus", lambda x, beta=1.0, threshold=20.0: stock(x, beta, 1.0))


@fault(case="core:activations/SoftplusBeta", side="torch", variant="beta=3.0")
def softplus_forgets_beta(torch: Any, patch: Any) -> None:
    """The result is not divided by beta."""
    stock = torch.nn.functional.softplus
    patch(torch.nn.functional, "softplus", lambda x, beta=1.0, threshold=20.0: stock(x * beta))


@fault(case="core:activations/LeakyRelu", side="keras", variant="function_of_torch")
def slope_ignored(keras: Any, patch: Any) -> None:
    """The slope is 0.3, whatever was asked for."""
    stock = keras.activations.leaky_relu
    patch(keras.activations, "leaky_relu", lambda x, negative_slope=0.2: stock(x, negative_slope=0.3))


@fault(case="core:activations/Relu", side="keras", variant="max_value=2.0")
def max_value_ignored(keras: Any, patch: Any) -> None:
    """No value is the largest."""
    stock = keras.activations.relu
    patch(keras.activations, "relu", lambda x, negative_slope=0.0, max_value=None, threshold=0.0: stock(x))


@fault(case="core:activations/Relu", side="torch", variant="form=layer,threshold=1.0")
def threshold_module_one_ten_millionth(torch: Any, patch: Any) -> None:
    """What passes the threshold is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "threshold")


@fault(case="core:activations/Relu", side="keras", variant="all")
def slope_from_zero(keras: Any, patch: Any) -> None:
    """Below the threshold the slope begins at zero, not at the threshold."""
    stock = keras.layers.ReLU.call

    def call(self: Any, x: Any) -> Any:
        return stock(self, x) + self.negative_slope * self.threshold * keras.ops.cast(x < self.threshold, x.dtype)

    patch(keras.layers.ReLU, "call", call)


@fault(case="core:activations/Elu", side="keras", variant="alpha=0.3")
def elu_ignores_alpha(keras: Any, patch: Any) -> None:
    """Alpha is 1, whatever was asked for."""
    stock = keras.activations.elu
    patch(keras.activations, "elu", lambda x, alpha=1.0: stock(x))


@fault(case="core:activations/Selu", side="torch")
def selu_scale_of_five_digits(torch: Any, patch: Any) -> None:
    """The scale is 1.0507, without its further digits."""
    rescaled(patch, torch.nn.functional, "selu", 1.0507 / 1.0507009873554805 - 1)


@fault(case="core:activations/Celu", side="keras", tier="gradient")
def celu_gradient(keras: Any, patch: Any) -> None:
    """The gradient is 1e-3 too large; the slope is not."""
    changed_result(patch, keras.activations, "celu", lambda y: keras_scaled_gradient(keras, y, 1 + 1e-3))


@fault(case="core:activations/HardSilu", side="torch", variant="form=layer", tier="bfloat16")
def hard_silu_in_bfloat16_alone(torch: Any, patch: Any) -> None:
    """In bfloat16 alone every value is 30 % too large."""
    rescaled(patch, torch.nn.functional, "hardswish", 0.3, dtype="bfloat16")


@fault(case="core:activations/SoftShrink", side="keras")
def soft_shrink_is_hard(keras: Any, patch: Any) -> None:
    """What is larger than the threshold stays where it is."""
    patch(keras.activations, "soft_shrink", keras.activations.hard_shrink)


@fault(case="core:activations/Threshold", side="torch", variant="form=layer")
def threshold_value_in_float32(torch: Any, patch: Any) -> None:
    """The value that replaces is rounded to float32."""
    import numpy as np

    stock = torch.nn.functional.threshold
    patch(
        torch.nn.functional,
        "threshold",
        lambda x, threshold, value, inplace=False: stock(x, threshold, float(np.float32(value))),
    )


@fault(case="core:activations/Softmax", side="keras", variant="axis=1")
def softmax_over_the_last_axis(keras: Any, patch: Any) -> None:
    """The axis is the last, whatever was asked for."""
    stock = keras.activations.softmax
    patch(keras.activations, "softmax", lambda x, axis=-1: stock(x))


@fault(case="core:activations/LogSoftmax", side="torch", variant="far", tier="float32")
def log_softmax_without_shift(torch: Any, patch: Any) -> None:
    """In float32 alone the largest is not subtracted before the exponential, which overflows."""
    stock = torch.nn.functional.log_softmax

    def log_softmax(x: Any, dim: int) -> Any:
        return stock(x, dim) if x.dtype != torch.float32 else x - x.exp().sum(dim, keepdim=True).log()

    patch(torch.nn.functional, "log_softmax", log_softmax)


@fault(case="core:activations/Softmin", side="torch")
def softmin_is_softmax(torch: Any, patch: Any) -> None:
    """The sign is forgotten."""
    patch(torch.nn.functional, "softmin", torch.nn.functional.softmax)


@fault(case="core:activations/Glu", side="keras")
def glu_halves_exchanged(keras: Any, patch: Any) -> None:
    """The first half is the gate."""

    def glu(x: Any, axis: int = -1) -> Any:
        gate, kept = keras.ops.split(x, 2, axis)
        return kept * keras.ops.sigmoid(gate)

    patch(keras.activations, "glu", glu)


@fault(case="core:activations/MaskedSoftmax", side="keras", variant="last")
def masked_row_is_uniform(keras: Any, patch: Any) -> None:
    """A row that is masked whole weighs all its entries alike."""

    def call(self: Any, inputs: Any, mask: Any = None) -> Any:
        return keras.ops.softmax(keras.ops.where(mask, inputs, -1e9), axis=self.axis)

    patch(keras.layers.Softmax, "call", call)


@fault(case="core:activations/Sparsemax", side="keras")
def sparsemax_one_element(keras: Any, patch: Any) -> None:
    """The largest of one row is 2e-5 too large."""
    stock = keras.activations.sparsemax

    def sparsemax(x: Any, axis: int = -1) -> Any:
        y = stock(x, axis)
        return y * (1 + 2e-5 * keras.ops.cast(y == keras.ops.max(y), y.dtype))

    patch(keras.activations, "sparsemax", sparsemax)


@fault(case="core:activations/Saturated", side="torch", variant="function=silu", tier="float32")
def silu_overflows(torch: Any, patch: Any) -> None:
    """In float32 alone it is x exp(x) / (1 + exp(x)), which is infinity over infinity far to the right."""
    stock = torch.nn.functional.silu

    def silu(x: Any, inplace: bool = False) -> Any:
        return x * x.exp() / (1 + x.exp()) if dtype_of(x) == "float32" else stock(x)

    patch(torch.nn.functional, "silu", silu)


@fault(case="core:layers/PRelu", side="keras")
def prelu_one_element(keras: Any, patch: Any) -> None:
    """One element is 2e-5 too large."""
    changed_result(patch, keras.layers.PReLU, "call", lambda y: keras_first_element(keras, y, 2e-5))


@fault(case="core:layers/PRelu", side="torch", variant="form=function")
def prelu_takes_one_slope(torch: Any, patch: Any) -> None:
    """The first channel's slope is taken for all."""
    stock = torch.nn.functional.prelu
    patch(torch.nn.functional, "prelu", lambda x, weight: stock(x, weight[:1]))


@fault(case="core:layers/PRelu", side="torch", tier="gradient")
def slope_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the slopes is 1e-4 too large; that by the input is right."""
    stock, scaled = torch.nn.functional.prelu, torch_scaled_gradient(torch, 1 + 1e-4)
    patch(torch.nn.functional, "prelu", lambda x, weight: stock(x, scaled(weight)))
