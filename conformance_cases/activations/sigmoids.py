"""Activations made of exponentials: near zero, and far from it, where they saturate."""

from typing import Any

import numpy as np

from conformance_cases.activations._named import Named
from pytest_fwparity import difference, distinct, grid


class Sigmoid(Named):
    """1 / (1 + exp(-x))."""

    level = "quick"
    quick = ("default",)
    names = ("sigmoid", "sigmoid", "Sigmoid")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return 1 / (1 + mpmath.exp(-x))


class Tanh(Named):
    """The hyperbolic tangent."""

    level = "quick"
    quick = ("default",)
    names = ("tanh", "tanh", "Tanh")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.tanh(x)


class Silu(Named):
    """x * sigmoid(x), which is swish, too."""

    level = "quick"
    quick = ("default",)
    names = ("silu", "silu", "SiLU")
    spelling: str = "silu"
    variants = grid(form=["function", "layer"]) | grid(spelling=["swish"])

    def keras(self, keras: Any, x: Any) -> Any:
        if self.form == "layer":
            return keras.layers.Activation(self.spelling)(x)
        return getattr(keras.activations, self.spelling)(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x / (1 + mpmath.exp(-x))


class LogSigmoid(Named):
    """-log(1 + exp(-x))."""

    names = ("log_sigmoid", "logsigmoid", "LogSigmoid")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return -mpmath.log1p(mpmath.exp(-x))


class Softplus(Named):
    """log(1 + exp(x))."""

    names = ("softplus", "softplus", "Softplus")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log1p(mpmath.exp(x))


class SoftplusBeta(Named):
    """log(1 + exp(beta x)) / beta, which Keras has for beta = 1 alone."""

    beta: float = 0.5
    variants = grid(beta=[0.5, 3.0])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.softplus(x * self.beta) / self.beta

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.softplus(x, beta=self.beta)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log1p(mpmath.exp(x * self.beta)) / self.beta


class Softsign(Named):
    """x / (1 + abs(x))."""

    names = ("softsign", "softsign", "Softsign")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x / (1 + abs(x))


class Mish(Named):
    """x * tanh(softplus(x))."""

    names = ("mish", "mish", "Mish")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))


class TanhShrink(Named):
    """x - tanh(x)."""

    names = ("tanh_shrink", "tanhshrink", "Tanhshrink")

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x - mpmath.tanh(x)


class Exponential(Named):
    """exp(x)."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.Activation("exponential")(x) if self.form == "layer" else keras.activations.exponential(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.exp(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.exp(x)


class Linear(Named):
    """Nothing is done, by the function, the identity layer and its module."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.Identity()(x) if self.form == "layer" else keras.activations.linear(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.Identity()(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x


class Squareplus(Named):
    """(x + sqrt(x² + b)) / 2."""

    b: float = 4.0
    variants = grid(b=[4.0, 0.1])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.squareplus(x, self.b)

    def torch(self, torch: Any, x: Any) -> Any:
        return (x + torch.sqrt(x.square() + self.b)) / 2

    def exact(self, mpmath: Any, x: Any) -> Any:
        return (x + mpmath.sqrt(x**2 + mpmath.mpf(self.b))) / 2


class Saturated(Named):
    """Far from zero nothing overflows on the way, and every side reaches the same limit, as it does near zero."""

    function: str = "sigmoid"
    variants = grid(function=["sigmoid", "tanh", "silu", "log_sigmoid", "softplus", "softsign", "mish", "elu", "selu"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        far = rng.choice([-1.0, 1.0], size=(2, 8)) * rng.uniform(20.5, 200.0, size=(2, 8))
        far[0, :2] = -21.0, 21.0
        return {"x": np.concatenate([far, distinct(rng, (4, 8), 0.25)])}

    def keras(self, keras: Any, x: Any) -> Any:
        return getattr(keras.activations, self.function)(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return getattr(torch.nn.functional, self.function.replace("log_", "log"))(x)

    def exact(self, mpmath: Any, x: Any) -> Any:
        if self.function in ("elu", "selu"):
            scale = mpmath.mpf("1.0507009873554804934193349852946" if self.function == "selu" else 1)
            alpha = mpmath.mpf("1.6732632423543772848170429916717" if self.function == "selu" else 1)
            return scale * (x if x > 0 else alpha * mpmath.expm1(x))
        sigmoid, softplus = 1 / (1 + mpmath.exp(-x)), mpmath.log1p(mpmath.exp(x))
        return {
            "sigmoid": sigmoid,
            "tanh": mpmath.tanh(x),
            "silu": x * sigmoid,
            "log_sigmoid": mpmath.log(sigmoid),
            "softplus": softplus,
            "softsign": x / (1 + abs(x)),
            "mish": x * mpmath.tanh(softplus),
        }[self.function]

    @difference(
        replaces="torch",
        why="torch's softplus is the identity above its threshold of 20, where 2e-9 is left out",
        source="torch/nn/modules/activation.py, Softplus: reverts to the linear function where input * beta > threshold",
        when=lambda case: case.function == "softplus",
        sides=("keras-tensorflow", "keras-jax"),
    )
    def no_threshold(self, torch: Any, x: Any) -> Any:
        return torch.logaddexp(x, torch.zeros_like(x))
