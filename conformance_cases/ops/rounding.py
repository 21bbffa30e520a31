"""Rounding to whole numbers, signs."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Stepped


class Ceil(Stepped):
    """The next whole number up."""

    keras_name = "ceil"
    torch_name = "ceil"

    def reference(self, x: Any) -> Any:
        return np.ceil(x)


class Floor(Stepped):
    """The next whole number down."""

    keras_name = "floor"
    torch_name = "floor"

    def reference(self, x: Any) -> Any:
        return np.floor(x)


class Round(Stepped):
    """The nearest whole number."""

    keras_name = "round"
    torch_name = "round"

    def reference(self, x: Any) -> Any:
        return np.round(x)


class Trunc(Stepped):
    """The next whole number towards 0."""

    keras_name = "trunc"
    torch_name = "trunc"

    def reference(self, x: Any) -> Any:
        return np.trunc(x)


class Sign(Stepped):
    """-1, 0 or 1."""

    keras_name = "sign"
    torch_name = "sign"
    level = "quick"

    def reference(self, x: Any) -> Any:
        return np.sign(x)
