"""Powers, roots, exponentials, logarithms and the functions of Gauss and Bessel."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Binary, Unary
from pytest_fwparity import difference, named


class Exp(Unary):
    """e to the power of x."""

    level = "quick"

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.exp(x)


class Exp2(Unary):
    """2 to the power of x."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.power(2, x)


class NearZero(Unary, abstract=True):
    """``small``: for numbers of which 1 + x keeps but a few digits; each element is judged by its own size."""

    small: bool = False
    variants = named(default={}, small={"small": True})
    floor = "elementwise"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        return {"x": made["x"] * 10.0 ** rng.integers(-6, -2, size=(4, 5))} if self.small else made


class Expm1(NearZero):
    """exp(x) - 1, exact near 0."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.expm1(x)


class Log(Unary):
    """Natural logarithm, away from its zero at 1."""

    level = "quick"
    low, high = 2.0, 9.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log(x)


class Log2(Unary):
    """Logarithm to the base 2."""

    low, high = 2.0, 9.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log(x, 2)


class Log10(Unary):
    """Logarithm to the base 10."""

    low, high = 2.0, 9.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log10(x)


class Log1p(NearZero):
    """log(1 + x), exact near 0."""

    low, high = 0.1, 3.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.log1p(x)


class Sqrt(Unary):
    """Square root."""

    level = "quick"
    low, high = 0.2, 3.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.sqrt(x)


class Rsqrt(Unary):
    """1 over the square root."""

    low, high = 0.2, 3.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return 1 / mpmath.sqrt(x)


class Square(Unary):
    """x times x."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return x * x


class Reciprocal(Unary):
    """1 over x."""

    away = 0.3

    def exact(self, mpmath: Any, x: Any) -> Any:
        return 1 / x


class Erf(Unary):
    """The error function."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.erf(x)


class Erfc(Unary):
    """1 - erf(x), exact where it is small; ``far``: where that is, each element judged by its own size."""

    torch_name = "special.erfc"
    far: bool = False
    variants = named(default={}, far={"far": True})
    floor = "elementwise"
    without = {"far-*16": "erfc(4) is 1.5e-8, and 4 is known to 1/64 at most"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(2.0, 5.0, size=(4, 5))} if self.far else super().inputs(rng)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.erfc(x)


class Erfinv(Unary):
    """The inverse of the error function."""

    low, high = -0.9, 0.9

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.erfinv(x)


class I0(Unary):
    """The modified Bessel function of order 0."""

    torch_name = "i0"

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.besseli(0, x)


class Sinc(Unary):
    """sin(pi x) / (pi x)."""

    low, high = 0.1, 0.8

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.sincpi(x)


class SincAtZero(Unary):
    """sin(pi x) / (pi x) with its limit at 0, where the slope is 0 too."""

    keras_name = torch_name = "sinc"
    checks = ("agree", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(0.1, 0.8, size=(4, 5)) * rng.choice([-1.0, 1.0], size=(4, 5))
        x[1, 2] = x[3, 0] = 0.0
        return {"x": x}

    def reference(self, x: Any) -> Any:
        return np.sinc(x)

    @difference(
        replaces="torch",
        why="Keras on TensorFlow divides 0 by 0 beside the limit, so that the gradient there is NaN",
        source="keras/src/backend/tensorflow/numpy.py, sinc; docs/findings/keras_tensorflow_sinc_gradient.py",
        sides=("keras-tensorflow",),
    )
    def quotient_beside_the_limit(self, torch: Any, x: Any) -> Any:
        return torch.where(x == 0, 1.0, torch.sin(torch.pi * x) / (torch.pi * x))


class Logaddexp(Binary):
    """log(exp(a) + exp(b))."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.logaddexp(a, b)


class Logaddexp2(Binary):
    """log2(2**a + 2**b)."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.logaddexp2(a, b)

    @difference(
        replaces="torch",
        why="Keras takes the logarithm of 2 in float32, in float64 too",
        source="keras/src/backend/tensorflow/numpy.py, logaddexp2",
        sides=("keras-tensorflow",),
    )
    def with_a_float32_constant(self, torch: Any, a: Any, b: Any) -> Any:
        log2 = torch.tensor(2.0, dtype=torch.float32).log().to(a.dtype)
        return torch.maximum(a, b) + torch.log1p(torch.exp(-(a - b).abs() * log2)) / log2


class Power(Binary):
    """a to the power of b, for positive a."""

    torch_name = "pow"
    low, high = 0.2, 3.0

    def reference(self, a: Any, b: Any) -> Any:
        return a**b


class Cbrt(Unary):
    """The cube root, of negative numbers too."""

    away = 0.2

    def torch(self, torch: Any, x: Any) -> Any:
        return x.sign() * x.abs() ** (1 / 3)

    def reference(self, x: Any) -> Any:
        return np.cbrt(x)
