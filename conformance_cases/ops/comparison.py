"""Comparisons and logic: booleans, exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Compared


class Equal(Compared):
    """Where a is b."""

    keras_name = "equal"
    torch_name = "eq"

    def reference(self, a: Any, b: Any) -> Any:
        return a == b


class NotEqual(Compared):
    """Where a is not b."""

    keras_name = "not_equal"
    torch_name = "ne"

    def reference(self, a: Any, b: Any) -> Any:
        return a != b


class Greater(Compared):
    """Where a is larger."""

    keras_name = "greater"
    torch_name = "gt"

    def reference(self, a: Any, b: Any) -> Any:
        return a > b


class GreaterEqual(Compared):
    """Where a is at least b."""

    keras_name = "greater_equal"
    torch_name = "ge"

    def reference(self, a: Any, b: Any) -> Any:
        return a >= b


class Less(Compared):
    """Where a is smaller."""

    keras_name = "less"
    torch_name = "lt"

    def reference(self, a: Any, b: Any) -> Any:
        return a < b


class LessEqual(Compared):
    """Where a is at most b."""

    keras_name = "less_equal"
    torch_name = "le"

    def reference(self, a: Any, b: Any) -> Any:
        return a <= b


class LogicalAnd(Compared):
    """Where both are not 0."""

    keras_name = "logical_and"
    torch_name = "logical_and"

    def reference(self, a: Any, b: Any) -> Any:
        return np.logical_and(a, b)


class LogicalOr(Compared):
    """Where either is not 0."""

    keras_name = "logical_or"
    torch_name = "logical_or"
    middle = 2

    def reference(self, a: Any, b: Any) -> Any:
        return np.logical_or(a, b)


class LogicalXor(Compared):
    """Where one alone is not 0."""

    keras_name = "logical_xor"
    torch_name = "logical_xor"

    def reference(self, a: Any, b: Any) -> Any:
        return np.logical_xor(a, b)
