"""Sums, products, quotients, remainders, the larger and the smaller."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Binary, Unary


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

    keras_name = "true_divide"
    torch_name = "true_divide"
    away = 0.3

    def reference(self, a: Any, b: Any) -> Any:
        return a / b


class Maximum(Binary):
    """The larger of the two."""

    level = "quick"

    def reference(self, a: Any, b: Any) -> Any:
        return np.maximum(a, b)


class Minimum(Binary):
    """The smaller of the two."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.minimum(a, b)


class Fmax(Binary):
    """The larger of the two, NaN aside."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.fmax(a, b)


class Fmin(Binary):
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

    away = 0.3

    def reference(self, x: Any) -> Any:
        return np.abs(x)


class Fabs(Unary):
    """The magnitude of x, floats only."""

    torch_name = "abs"
    away = 0.3

    def reference(self, x: Any) -> Any:
        return np.fabs(x)
