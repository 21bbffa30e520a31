"""Faults of operations whose results are exact: rounding, comparisons, kinds of numbers, whole numbers."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result, dtype_of
from pytest_fwparity import fault


@fault(case="core:ops/RoundHalves", side="torch")
def halves_away_from_zero(torch: Any, patch: Any) -> None:
    """Halves are rounded away from 0."""
    patch(torch, "round", lambda x: x.sign() * (x.abs() + 0.5).floor())


@fault(case="core:ops/Sign", side="keras")
def sign_of_the_whole_part(keras: Any, patch: Any) -> None:
    """Numbers between -1 and 1 have no sign, as if they were cast to integers first."""
    stock = keras.ops.sign
    patch(keras.ops, "sign", lambda x: stock(keras.ops.trunc(x)))


@fault(case="core:ops/Ceil", side="torch")
def gradient_straight_through(torch: Any, patch: Any) -> None:
    """The gradient goes through the steps as through the identity."""
    stock = torch.ceil
    patch(torch, "ceil", lambda x: x + (stock(x) - x).detach())


@fault(case="core:ops/Heaviside", side="keras", tier="float16")
def heaviside_of_minus_zero(keras: Any, patch: Any) -> None:
    """In float16 alone minus zero lies below 0."""
    stock = keras.ops.heaviside

    def heaviside(x: Any, h: Any) -> Any:
        y = stock(x, h)
        return keras.ops.where(keras.ops.signbit(x), 0 * y, y) if dtype_of(x) == "float16" else y

    patch(keras.ops, "heaviside", heaviside)


@fault(case="core:ops/LogicalXor", side="keras")
def exclusive_or_of_bits(keras: Any, patch: Any) -> None:
    """Numbers are compared bit by bit, so that 1 and 2 differ."""
    patch(keras.ops, "logical_xor", lambda a, b: keras.ops.cast(keras.ops.bitwise_xor(a, b), "bool"))


@fault(case="core:ops/Less", side="torch")
def less_without_signs(torch: Any, patch: Any) -> None:
    """Numbers are compared as if they had no sign: -1 is the largest."""
    stock = torch.lt
    patch(torch, "lt", lambda a, b: stock(a.long() & 0xFFFFFFFF, b.long() & 0xFFFFFFFF))


@fault(case="core:ops/LogicalNot", side="keras")
def nan_counts_as_zero(keras: Any, patch: Any) -> None:
    """NaN counts as 0, as in a comparison with it."""
    stock = keras.ops.logical_not
    patch(keras.ops, "logical_not", lambda x: keras.ops.logical_or(stock(x), keras.ops.isnan(x)))


@fault(case="core:ops/Isneginf", side="torch", tier="bfloat16")
def nan_of_either_sign_is_minus_infinity(torch: Any, patch: Any) -> None:
    """In bfloat16 alone the exponent is looked at, not what follows it: NaN is infinite, too."""
    stock = torch.isneginf
    patch(torch, "isneginf", lambda x: stock(x) | x.isnan() if dtype_of(x) == "bfloat16" else stock(x))


@fault(case="core:ops/FloorDivide", side="keras")
def quotient_towards_zero(keras: Any, patch: Any) -> None:
    """Quotients are rounded towards 0, as in C."""
    patch(keras.ops, "floor_divide", lambda a, b: keras.ops.cast(keras.ops.trunc(a / b), a.dtype))


@fault(case="core:ops/Mod", side="keras")
def remainder_with_the_sign_of_the_dividend(keras: Any, patch: Any) -> None:
    """The remainder has the sign of a, as in C."""
    patch(keras.ops, "mod", keras.ops.fmod)


@fault(case="core:ops/RightShift", side="torch")
def zeros_shifted_in(torch: Any, patch: Any) -> None:
    """Zeros take the place of the sign, as of numbers without one."""
    stock = torch.bitwise_right_shift
    patch(torch, "bitwise_right_shift", lambda a, b: stock(a.long() & 0xFFFFFFFF, b.long()).to(a.dtype))


@fault(case="core:ops/Gcd", side="torch")
def divisor_with_a_sign(torch: Any, patch: Any) -> None:
    """The divisor has the sign of a, as the last remainder may have."""
    stock = torch.gcd
    patch(torch, "gcd", lambda a, b: torch.where(a < 0, -stock(a, b), stock(a, b)))


@fault(case="core:ops/Searchsorted", side="torch")
def counted_from_the_end(torch: Any, patch: Any) -> None:
    """What lies beyond the last entry goes before it."""
    stock = torch.searchsorted
    patch(torch, "searchsorted", lambda row, values, **how: stock(row, values, **how).clamp(max=len(row) - 1))


@fault(case="core:ops/Searchsorted", side="keras", variant="form=ties,side=right")
def always_before_its_equal(keras: Any, patch: Any) -> None:
    """`side` is ignored."""
    stock = keras.ops.searchsorted
    patch(keras.ops, "searchsorted", lambda row, values, side="left": stock(row, values))


@fault(case="core:ops/Select", side="keras")
def last_condition_wins(keras: Any, patch: Any) -> None:
    """Of two conditions that hold the last one counts."""
    stock = keras.ops.select
    patch(keras.ops, "select", lambda conditions, values, default: stock(conditions[::-1], values[::-1], default))


@fault(case="core:ops/Bincount", side="torch")
def zeros_are_not_counted(torch: Any, patch: Any) -> None:
    """The number 0 is taken for a filler, and not counted."""
    changed_result(patch, torch, "bincount", lambda y: torch.cat([y[:1] * 0, y[1:]]))


@fault(case="core:ops/Nextafter", side="torch")
def neighbour_of_itself(torch: Any, patch: Any) -> None:
    """Towards itself a number has a neighbour, the next one up."""
    stock = torch.nextafter
    patch(
        torch,
        "nextafter",
        lambda a, b: torch.where(a == b, stock(a, torch.full_like(a, torch.inf)), stock(a, b)),
    )


@fault(case="core:ops/View", side="keras", variant="wider")
def bytes_in_the_other_order(keras: Any, patch: Any) -> None:
    """The first byte is the highest."""
    stock = keras.ops.view

    def view(x: Any, dtype: str) -> Any:
        rows = keras.ops.reshape(x, (*x.shape[:-1], -1, 4))
        return stock(keras.ops.reshape(keras.ops.flip(rows, -1), x.shape), dtype)

    patch(keras.ops, "view", view)
