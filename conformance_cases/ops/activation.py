"""Activations under their names in keras.ops; keras.activations has cases of its own."""

from typing import Any

import numpy as np

from conformance_cases.activations import over_axes, rectifiers
from conformance_cases.ops._elementwise import Unary
from pytest_fwparity import difference, grid, named


class Celu(Unary):
    """x above 0, exp(x) - 1 below, smooth at 0."""

    keras_name = "celu"
    torch_name = "nn.functional.celu"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, np.expm1(x))


class Elu(Unary):
    """x above 0, exp(x) - 1 below."""

    keras_name = "elu"
    torch_name = "nn.functional.elu"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, np.expm1(x))


class HardSigmoid(Unary):
    """A line from 0 to 1 between -3 and 3."""

    keras_name = "hard_sigmoid"
    torch_name = "nn.functional.hardsigmoid"
    low, high = -2.5, 2.5
    away = 0.2

    def reference(self, x: Any) -> Any:
        return np.clip(x / 6 + 0.5, 0, 1)

    @difference(
        replaces="torch",
        why="the backward kernel of torch's hardsigmoid holds 1/6 in float32, whatever the dtype",
        source="aten/src/ATen/native/cpu/Activation.cpp, hardsigmoid_backward_kernel",
    )
    def exact_sixth(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda x: torch.nn.functional.relu6(x + 3) / 6, x)


class HardSilu(Unary):
    """x times the hard sigmoid."""

    keras_name = "hard_silu"
    torch_name = "nn.functional.hardswish"
    low, high = -2.5, 2.5

    def reference(self, x: Any) -> Any:
        return x * np.clip(x / 6 + 0.5, 0, 1)


class HardTanh(Unary):
    """Kept between -1 and 1."""

    keras_name = "hard_tanh"
    torch_name = "nn.functional.hardtanh"
    low, high = -0.9, 0.9

    def reference(self, x: Any) -> Any:
        return np.clip(x, -1, 1)


class HardShrink(Unary):
    """0 between -0.5 and 0.5."""

    keras_name = "hard_shrink"
    torch_name = "nn.functional.hardshrink"
    away = 0.7

    def reference(self, x: Any) -> Any:
        return np.where(np.abs(x) > 0.5, x, 0)

    @difference(
        replaces="torch",
        why="Keras chooses by comparisons, so that NaN becomes 0",
        source="keras/src/backend/tensorflow/nn.py, hard_shrink; docs/findings/keras_tensorflow_shrink_nan.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "special",
    )
    def zero_for_nan(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda x: torch.where(x.abs() > 0.5, x, 0.0), x)


class SoftShrink(Unary):
    """Nearer to 0 by 0.5."""

    keras_name = "soft_shrink"
    torch_name = "nn.functional.softshrink"
    away = 0.7

    def reference(self, x: Any) -> Any:
        return np.sign(x) * (np.abs(x) - 0.5)

    @difference(
        replaces="torch",
        why="Keras chooses by comparisons, so that NaN and -0.0 become 0",
        source="keras/src/backend/tensorflow/nn.py, soft_shrink; docs/findings/keras_tensorflow_shrink_nan.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "special",
    )
    def zero_for_nan(self, torch: Any, x: Any) -> Any:
        def shrunk(x: Any) -> Any:
            return torch.where(x > 0.5, x - 0.5, torch.where(x < -0.5, x + 0.5, 0.0))

        return self.asked(torch, torch.tensor, shrunk, x)


class TanhShrink(Unary):
    """x less its hyperbolic tangent."""

    keras_name = "tanh_shrink"
    torch_name = "nn.functional.tanhshrink"
    away = 0.7


class LogSigmoid(Unary):
    """The logarithm of the sigmoid."""

    keras_name = "log_sigmoid"
    torch_name = "nn.functional.logsigmoid"
    further = (8.0, -8.0)

    def reference(self, x: Any) -> Any:
        return -np.logaddexp(0, -x)

    @difference(
        replaces="torch",
        why="of infinity torch gives 0.0, TensorFlow -softplus(-inf) = -0.0",
        source="aten/src/ATen/native/cpu/Activation.cpp, log_sigmoid_cpu_kernel",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "special",
    )
    def negative_zero(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda x: -torch.nn.functional.softplus(-x), x)


class Relu(Unary):
    """The larger of x and 0."""

    keras_name = "relu"
    torch_name = "nn.functional.relu"
    away = 0.2
    level = "quick"

    def reference(self, x: Any) -> Any:
        return np.maximum(x, 0)


class Relu6(Unary):
    """Kept between 0 and 6."""

    keras_name = "relu6"
    torch_name = "nn.functional.relu6"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return np.clip(x, 0, 6)


class Selu(Unary):
    """A scaled elu."""

    keras_name = "selu"
    torch_name = "nn.functional.selu"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))


class Silu(Unary):
    """x times its sigmoid."""

    keras_name = "silu"
    torch_name = "nn.functional.silu"
    further = (8.0, -8.0)

    def reference(self, x: Any) -> Any:
        return x / (1 + np.exp(-x))


class Softplus(Unary):
    """log(1 + exp(x))."""

    keras_name = "softplus"
    torch_name = "nn.functional.softplus"
    further = (8.0, -8.0)

    def reference(self, x: Any) -> Any:
        return np.logaddexp(0, x)


class Softsign(Unary):
    """x / (1 + |x|)."""

    keras_name = "softsign"
    torch_name = "nn.functional.softsign"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return x / (1 + np.abs(x))


class Gelu(Unary):
    """x times the normal distribution function; by default, other than in keras.activations, its approximation by tanh."""

    approximate: bool | None = None
    variants = grid(approximate=[None, True, False])
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.gelu(x) if self.approximate is None else keras.ops.gelu(x, self.approximate)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.gelu(x, approximate="none" if self.approximate is False else "tanh")

    def exact(self, mpmath: Any, x: Any) -> Any:
        if self.approximate is False:
            return x / 2 * mpmath.erfc(-x / mpmath.sqrt(2))
        return x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))


class Threshold(rectifiers.Threshold):
    """What is no larger than the threshold becomes one value."""

    level = "standard"
    variants = named(default={}, negative={"threshold": -0.3, "value": -7.0})

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.threshold(x, self.threshold, self.value)


class SparsePlus(rectifiers.SparsePlus):
    """0 up to -1, x from 1, (x + 1)² / 4 between."""

    variants = named(default={})

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sparse_plus(x)


class SparseSigmoid(rectifiers.SparseSigmoid):
    """min(max((x + 1) / 2, 0), 1)."""

    variants = named(default={})

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sparse_sigmoid(x)


class Sparsemax(over_axes.Sparsemax):
    """The nearest point of the simplex, its threshold likewise off in Keras."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sparsemax(x, self.axis)
