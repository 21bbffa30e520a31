"""What kind of number it is: booleans, exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Special


class Isfinite(Special):
    """Neither infinite nor NaN."""

    keras_name = "isfinite"
    torch_name = "isfinite"

    def reference(self, x: Any) -> Any:
        return np.isfinite(x)


class Isinf(Special):
    """Infinite."""

    keras_name = "isinf"
    torch_name = "isinf"

    def reference(self, x: Any) -> Any:
        return np.isinf(x)


class Isnan(Special):
    """Not a number."""

    keras_name = "isnan"
    torch_name = "isnan"

    def reference(self, x: Any) -> Any:
        return np.isnan(x)


class Isneginf(Special):
    """Minus infinity."""

    keras_name = "isneginf"
    torch_name = "isneginf"

    def reference(self, x: Any) -> Any:
        return np.isneginf(x)


class Isposinf(Special):
    """Plus infinity."""

    keras_name = "isposinf"
    torch_name = "isposinf"

    def reference(self, x: Any) -> Any:
        return np.isposinf(x)


class Signbit(Special):
    """The bit of the sign, of zeros too."""

    keras_name = "signbit"
    torch_name = "signbit"

    def reference(self, x: Any) -> Any:
        return np.signbit(x)


class LogicalNot(Special):
    """0 or not."""

    keras_name = "logical_not"
    torch_name = "logical_not"

    def reference(self, x: Any) -> Any:
        return np.logical_not(x)
