"""Faults of the operations whose own arguments are tolerances."""

from typing import Any

from pytest_fwparity import fault


@fault(case="core:ops/Isclose", variant="relative", side="keras")
def relative_to_the_first(keras: Any, patch: Any) -> None:
    """The tolerance is relative to the first number, not to the second."""
    stock = keras.ops.isclose
    patch(keras.ops, "isclose", lambda a, b, **options: stock(b, a, **options))


@fault(case="core:ops/Allclose", side="keras")
def nan_is_near_to_nan(keras: Any, patch: Any) -> None:
    """equal_nan is ignored."""
    stock = keras.ops.allclose
    patch(keras.ops, "allclose", lambda a, b, **options: stock(a, b, **{**options, "equal_nan": True}))


@fault(case="core:ops/Isclose", side="torch", variant="loose")
def bound_left_out(torch: Any, patch: Any) -> None:
    """A difference of just the bound is too large."""

    def isclose(a: Any, b: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
        return (a - b).abs() < atol + rtol * b.abs()

    patch(torch, "isclose", isclose)
