"""Activations under their names in keras.ops; keras.activations has cases of its own."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Unary
from pytest_fwparity import difference


class Celu(Unary):
    """x above 0, exp(x) - 1 below, smooth at 0."""

    keras_name = "celu"
    torch_name = "nn.functional.celu"
    away = 0.2


class Elu(Unary):
    """x above 0, exp(x) - 1 below."""

    keras_name = "elu"
    torch_name = "nn.functional.elu"
    away = 0.2


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
        return torch.nn.functional.relu6(x + 3) / 6


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


class SoftShrink(Unary):
    """Nearer to 0 by 0.5."""

    keras_name = "soft_shrink"
    torch_name = "nn.functional.softshrink"
    away = 0.7

    def reference(self, x: Any) -> Any:
        return np.sign(x) * (np.abs(x) - 0.5)


class TanhShrink(Unary):
    """x less its hyperbolic tangent."""

    keras_name = "tanh_shrink"
    torch_name = "nn.functional.tanhshrink"
    away = 0.7


class LogSigmoid(Unary):
    """The logarithm of the sigmoid."""

    keras_name = "log_sigmoid"
    torch_name = "nn.functional.logsigmoid"

    def reference(self, x: Any) -> Any:
        return -np.logaddexp(0, -x)


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


class Silu(Unary):
    """x times its sigmoid."""

    keras_name = "silu"
    torch_name = "nn.functional.silu"

    def reference(self, x: Any) -> Any:
        return x / (1 + np.exp(-x))


class Softplus(Unary):
    """log(1 + exp(x))."""

    keras_name = "softplus"
    torch_name = "nn.functional.softplus"

    def reference(self, x: Any) -> Any:
        return np.logaddexp(0, x)


class Softsign(Unary):
    """x / (1 + |x|)."""

    keras_name = "softsign"
    torch_name = "nn.functional.softsign"
    away = 0.2

    def reference(self, x: Any) -> Any:
        return x / (1 + np.abs(x))
