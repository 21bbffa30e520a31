"""Activations with kinks: no input lies on one."""

from typing import Any

import numpy as np

from conformance_cases.activations._named import Named
from pytest_fwparity import difference, distinct, grid, named


class Kinked(Named, abstract=True):
    """No input lies on a multiple of 1/8, where the kinks are."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (6, 8))}


@difference(
    replaces="torch",
    why="the attribute that holds the slope of TensorFlow's LeakyRelu is float32, in float64 too",
    source="tensorflow/core/ops/nn_ops.cc, LeakyRelu: alpha: float = 0.2",
    sides=("keras-tensorflow",),
    when=lambda case: (
        case.negative_slope > 0 and not getattr(case, "max_value", 0) and not getattr(case, "threshold", 0)
    ),
)
def _slope_in_float32(self: Any, torch: Any, x: Any) -> Any:
    return torch.where(x > 0, x, float(np.float32(self.negative_slope)) * x)


class Relu(Kinked):
    """max(x, 0); below ``threshold`` ``negative_slope * (x - threshold)``, above ``max_value`` that."""

    slope_in_float32 = _slope_in_float32
    negative_slope: float = 0.0
    max_value: float | None = None
    threshold: float = 0.0
    variants = (
        grid(form=["function", "layer"])
        | grid(negative_slope=[0.1])
        | grid(max_value=[2.0], form=["function", "layer"])
        | grid(threshold=[1.0], form=["function", "layer"])
        | named(all={"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5, "form": "layer"})
        | named(slope_and_max={"negative_slope": 0.1, "max_value": 2.0})
    )
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        options = {"negative_slope": self.negative_slope, "max_value": self.max_value, "threshold": self.threshold}
        return keras.layers.ReLU(**options)(x) if self.form == "layer" else keras.activations.relu(x, **options)

    def torch(self, torch: Any, x: Any) -> Any:
        functional, modules = torch.nn.functional, self.form == "layer"
        if self.negative_slope and (self.max_value or self.threshold):
            y = torch.where(x > self.threshold, x, self.negative_slope * (x - self.threshold))
            return y.clamp(max=self.max_value)
        if self.negative_slope:
            return functional.leaky_relu(x, self.negative_slope)
        if self.max_value:
            return torch.nn.Hardtanh(0.0, self.max_value)(x) if modules else functional.hardtanh(x, 0.0, self.max_value)
        if self.threshold:
            return torch.nn.Threshold(self.threshold, 0.0)(x) if modules else functional.threshold(x, self.threshold, 0)
        return torch.nn.ReLU()(x) if modules else functional.relu(x)

    def reference(self, x: Any) -> Any:
        y = np.where(x > self.threshold, x, self.negative_slope * (x - self.threshold))
        return y if self.max_value is None else np.minimum(y, self.max_value)


class Relu6(Kinked):
    """min(max(x, 0), 6)."""

    names = ("relu6", "relu6", "ReLU6")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (10, 12))}

    def reference(self, x: Any) -> Any:
        return np.clip(x, 0, 6)


class LeakyRelu(Kinked):
    """Below zero ``negative_slope * x``; the defaults differ: 0.2 (function), 0.3 (layer), 0.01 (torch)."""

    slope_in_float32 = _slope_in_float32
    negative_slope: float = 0.2
    variants = (
        grid(form=["function", "layer"])
        | named(function_of_torch={"negative_slope": 0.01})
        | named(layer_of_keras={"negative_slope": 0.3, "form": "layer"})
    )
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.LeakyReLU(negative_slope=self.negative_slope)(x)
        return keras.activations.leaky_relu(x, negative_slope=self.negative_slope)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.form == "layer":
            return torch.nn.LeakyReLU(self.negative_slope)(x)
        return torch.nn.functional.leaky_relu(x, self.negative_slope)

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, self.negative_slope * x)


class RRelu(Kinked):
    """In inference torch's randomized slope is the mean of its bounds."""

    slope_in_float32 = _slope_in_float32
    negative_slope: float = (1 / 8 + 1 / 3) / 2

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.leaky_relu(x, negative_slope=self.negative_slope)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.RReLU().eval()(x) if self.form == "layer" else torch.nn.functional.rrelu(x)

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, self.negative_slope * x)


class Elu(Kinked):
    """Below zero ``alpha * (exp(x) - 1)``."""

    alpha: float = 1.0
    variants = grid(alpha=[1.0, 0.3], form=["function", "layer"])
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.ELU(self.alpha)(x) if self.form == "layer" else keras.activations.elu(x, self.alpha)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.ELU(self.alpha)(x) if self.form == "layer" else torch.nn.functional.elu(x, self.alpha)

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))


class Selu(Kinked):
    """A scaled ELU with the two constants of the paper."""

    names = ("selu", "selu", "SELU")

    def reference(self, x: Any) -> Any:
        alpha, scale = 1.6732632423543772848, 1.0507009873554804934
        return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


class Celu(Kinked):
    """Below zero ``alpha * (exp(x / alpha) - 1)``."""

    alpha: float = 1.0
    variants = grid(form=["function", "layer"]) | grid(alpha=[0.3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.celu(x, self.alpha)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.CELU(self.alpha)(x) if self.form == "layer" else torch.nn.functional.celu(x, self.alpha)

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0) / self.alpha))

    @difference(
        replaces="torch",
        why="the derivative of torch's celu takes alpha rounded to float32, whatever the dtype",
        source="tools/autograd/derivatives.yaml, celu: 1.0/alpha.toFloat()",
        sides=("keras-tensorflow", "keras-jax"),
        when=lambda case: case.alpha != 1.0,
    )
    def exact_alpha(self, torch: Any, x: Any) -> Any:
        return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0) / self.alpha))


class HardSigmoid(Kinked):
    """min(max(x / 6 + 1/2, 0), 1)."""

    names = ("hard_sigmoid", "hardsigmoid", "Hardsigmoid")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (8, 8))}

    def reference(self, x: Any) -> Any:
        return np.clip(x / 6 + 0.5, 0, 1)

    @difference(
        replaces="torch",
        why="the backward kernel of torch's hardsigmoid holds 1/6 in float32, whatever the dtype",
        source="aten/src/ATen/native/cpu/Activation.cpp, hardsigmoid_backward_kernel",
        sides=("keras-tensorflow", "keras-jax"),
    )
    def exact_sixth(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.relu6(x + 3) / 6


class HardSilu(Kinked):
    """x * hard_sigmoid(x), which is hard_swish, too."""

    names = ("hard_silu", "hardswish", "Hardswish")
    spelling: str = "hard_silu"
    variants = grid(form=["function", "layer"]) | grid(spelling=["hard_swish"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (8, 8))}

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.Activation(self.spelling)(x)
        return getattr(keras.activations, self.spelling)(x)

    def reference(self, x: Any) -> Any:
        return x * np.clip(x / 6 + 0.5, 0, 1)


class HardTanh(Kinked):
    """min(max(x, -1), 1)."""

    names = ("hard_tanh", "hardtanh", "Hardtanh")

    def reference(self, x: Any) -> Any:
        return np.clip(x, -1, 1)


class HardShrink(Kinked):
    """What is no larger than the threshold becomes zero."""

    names = ("hard_shrink", "hardshrink", "Hardshrink")
    threshold: float = 0.5
    variants = grid(form=["function", "layer"]) | grid(threshold=[0.3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.hard_shrink(x, self.threshold)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.form == "layer":
            return torch.nn.Hardshrink(self.threshold)(x)
        return torch.nn.functional.hardshrink(x, self.threshold)

    def reference(self, x: Any) -> Any:
        return np.where(np.abs(x) > self.threshold, x, 0)


class SoftShrink(Kinked):
    """What is larger than the threshold moves towards zero by as much, the rest is zero."""

    threshold: float = 0.5
    variants = grid(form=["function", "layer"]) | grid(threshold=[0.3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.soft_shrink(x, self.threshold)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.form == "layer":
            return torch.nn.Softshrink(self.threshold)(x)
        return torch.nn.functional.softshrink(x, self.threshold)

    def reference(self, x: Any) -> Any:
        return np.sign(x) * np.maximum(np.abs(x) - self.threshold, 0)


class Threshold(Kinked):
    """What is no larger than the threshold becomes one value."""

    threshold: float = 0.5
    value: float = 0.1
    variants = grid(form=["function", "layer"]) | grid(threshold=[-0.3], value=[-7.0])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.threshold(x, self.threshold, self.value)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.form == "layer":
            return torch.nn.Threshold(self.threshold, self.value)(x)
        return torch.nn.functional.threshold(x, self.threshold, self.value)

    def reference(self, x: Any) -> Any:
        return np.where(x > self.threshold, x, self.value)


class SparsePlus(Kinked):
    """0 up to -1, x from 1, (x + 1)² / 4 between."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.Activation("sparse_plus")(x) if self.form == "layer" else keras.activations.sparse_plus(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x >= 1, x, (x.clamp(-1, 1) + 1).square() / 4)

    def reference(self, x: Any) -> Any:
        return np.where(x >= 1, x, np.square(np.clip(x, -1, 1) + 1) / 4)


class SparseSigmoid(Kinked):
    """min(max((x + 1) / 2, 0), 1)."""

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.Activation("sparse_sigmoid")(x)
        return keras.activations.sparse_sigmoid(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return ((x + 1) / 2).clamp(0, 1)

    def reference(self, x: Any) -> Any:
        return np.clip((x + 1) / 2, 0, 1)
