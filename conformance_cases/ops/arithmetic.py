"""Sums, products, quotients, remainders, the larger and the smaller."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Binary, Unary
from pytest_fwparity import difference, distinct, named


class Add(Binary):
    """a + b."""

    level = "quick"

    def reference(self, a: Any, b: Any) -> Any:
        return a + b


class Subtract(Binary):
    """a - b."""

    def reference(self, a: Any, b: Any) -> Any:
        return a - b


class Multiply(Binary):
    """a * b."""

    level = "quick"

    def reference(self, a: Any, b: Any) -> Any:
        return a * b


class Divide(Binary):
    """a / b."""

    away = 0.3

    def reference(self, a: Any, b: Any) -> Any:
        return a / b


class TrueDivide(Binary):
    """a / b under its other name."""

    variants = named(default={})
    keras_name = "true_divide"
    torch_name = "true_divide"
    away = 0.3

    def reference(self, a: Any, b: Any) -> Any:
        return a / b


class Chosen(Binary, abstract=True):
    """One of the two; which of two zeros is the larger is left open, and so they are of one sign."""

    points = (np.inf, -np.inf, np.nan, 0.0)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.form != "broadcast":
            return super().inputs(rng)
        values = distinct(rng, (25,))
        middle = np.abs(values).argmin()
        values[[22, middle]] = values[[middle, 22]]  # b[2], beside which some of a are larger and some smaller
        return {"a": values[:20].reshape(4, 5), "b": values[20:]}


class Maximum(Chosen):
    """The larger of the two."""

    level = "quick"

    def reference(self, a: Any, b: Any) -> Any:
        return np.maximum(a, b)


class Minimum(Chosen):
    """The smaller of the two."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.minimum(a, b)


class Fmax(Chosen):
    """The larger of the two, NaN aside."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.fmax(a, b)


class Fmin(Chosen):
    """The smaller of the two, NaN aside."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.fmin(a, b)


class Negative(Unary):
    """-x."""

    def reference(self, x: Any) -> Any:
        return -x


class Abs(Unary):
    """The magnitude of x."""

    away = 0.3

    def reference(self, x: Any) -> Any:
        return np.abs(x)


class Absolute(Unary):
    """The magnitude of x under its other name."""

    variants = named(default={})
    away = 0.3

    def reference(self, x: Any) -> Any:
        return np.abs(x)


class Fabs(Unary):
    """The magnitude of x, floats only."""

    variants = named(default={})
    torch_name = "abs"
    away = 0.3

    def reference(self, x: Any) -> Any:
        return np.fabs(x)


class DivideNoNan(Binary):
    """a / b, and 0 where b is 0, whatever a is."""

    keras_name = "divide_no_nan"
    away = 0.3

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        made["b"][:2] = 0.0, -0.0
        made["a"][0] = 0.0
        return made

    def on_torch(self, torch: Any) -> Any:
        return lambda a, b: torch.where(b == 0, 0, a / torch.where(b == 0, 1, b))

    def reference(self, a: Any, b: Any) -> Any:
        return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


class Fmod(Binary):
    """What a / b leaves, with the sign of a; quotients keep their distance from whole numbers."""

    variants = named(default={}, special={"form": "special"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        b = rng.uniform(0.5, 2.0, size=5) * rng.choice([-1.0, 1.0], size=5)
        quotient = rng.integers(0, 4, size=(4, 5)) + rng.uniform(0.2, 0.8, size=(4, 5))
        return {"a": b * quotient * rng.choice([-1.0, 1.0], size=(4, 5)), "b": b}

    def reference(self, a: Any, b: Any) -> Any:
        return np.fmod(a, b)

    @difference(
        replaces="torch",
        why="Keras multiplies by the sign of a, which is 0 for zeros of either sign, and by NaN where b is infinite",
        source="keras/src/backend/tensorflow/numpy.py, fmod",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "special",
    )
    def by_the_sign(self, torch: Any, a: Any, b: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda a, b: a.sign() * torch.remainder(a.abs(), b.abs()), a, b)
