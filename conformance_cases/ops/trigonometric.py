"""Circular and hyperbolic functions and their inverses."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Binary, Unary
from pytest_fwparity import difference


class Sin(Unary):
    """Sine."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.sin(x)


class Cos(Unary):
    """Cosine."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.cos(x)


class Tan(Unary):
    """Tangent, away from its poles."""

    low, high = -1.2, 1.2

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.tan(x)


class Arcsin(Unary):
    """Inverse sine."""

    low, high = -0.9, 0.9

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.asin(x)


class Arccos(Unary):
    """Inverse cosine."""

    low, high = -0.9, 0.9

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.acos(x)


class Arctan(Unary):
    """Inverse tangent."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.atan(x)


class Sinh(Unary):
    """Hyperbolic sine."""

    further = (8.0, -8.0)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.sinh(x)


class Cosh(Unary):
    """Hyperbolic cosine."""

    further = (8.0, -8.0)

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.cosh(x)


class Tanh(Unary):
    """Hyperbolic tangent."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.tanh(x)


class Arcsinh(Unary):
    """Inverse hyperbolic sine."""

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.asinh(x)


class Arccosh(Unary):
    """Inverse hyperbolic cosine, away from 1."""

    low, high = 1.5, 4.0

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.acosh(x)


class Arctanh(Unary):
    """Inverse hyperbolic tangent."""

    low, high = -0.9, 0.9

    def exact(self, mpmath: Any, x: Any) -> Any:
        return mpmath.atanh(x)


class Deg2rad(Unary):
    """Degrees to radians."""

    low, high = -180.0, 180.0

    def reference(self, x: Any) -> Any:
        return np.deg2rad(x)


class Rad2deg(Unary):
    """Radians to degrees."""

    def reference(self, x: Any) -> Any:
        return np.rad2deg(x)


class Arctan2(Binary):
    """The angle of (b, a)."""

    away = 0.3

    def reference(self, a: Any, b: Any) -> Any:
        return np.arctan2(a, b)


class Hypot(Binary):
    """sqrt(a*a + b*b)."""

    away = 0.3

    def reference(self, a: Any, b: Any) -> Any:
        return np.hypot(a, b)

    @difference(
        replaces="torch",
        why="Keras divides the smaller by the larger, which is NaN where both are infinite, and where either is NaN",
        source="keras/src/backend/tensorflow/numpy.py, hypot; docs/findings/keras_tensorflow_hypot_infinity.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "special",
    )
    def by_the_larger(self, torch: Any, a: Any, b: Any) -> Any:
        def scaled(a: Any, b: Any) -> Any:
            large, small = torch.maximum(a.abs(), b.abs()), torch.minimum(a.abs(), b.abs())
            return large * torch.sqrt(1 + torch.where(large == 0, 0, small / large) ** 2)

        return self.asked(torch, torch.tensor, scaled, a, b)
