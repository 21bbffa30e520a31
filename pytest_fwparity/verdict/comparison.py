"""One tensor of one side against one of another: the error in units of what rounding explains, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytest_fwparity.verdict.constants import MOVEMENT_DELTA, TINY, UNIT
from pytest_fwparity.verdict.measured import Measured, root_mean_square
from pytest_fwparity.verdict.outcome import Finding

#: arithmetic on what may be tiny, huge or not finite; a project may make errors of NumPy's warnings
QUIET = np.errstate(all="ignore")

#: float64 units of a float32 rounding: what a constant rounded to float32 does to a result of condition 1
_LEAK = UNIT["float32"] / UNIT["float64"]


@QUIET
def scale(
    y: np.ndarray, moved: np.ndarray, dtype: str, delta: float = MOVEMENT_DELTA, floor: str = "tensor"
) -> np.ndarray:
    """``s(U)`` for each element of ``y`` (float64), finite elements only being meaningful.

    ``s(U)^2 = (m U/delta)^2 + (U |y|)^2 + (U rms(min(|y|, m/delta)))^2``, at least the smallest number of ``dtype``, with
    ``m`` the movement. The last term, left out for ``floor="elementwise"``, lends an element only the magnitude that its
    inputs can move, so that a fill value of -1e9 hides nothing.
    """
    unit, tiny = UNIT[dtype], TINY[dtype]
    size = np.where(np.isfinite(y), np.abs(y), 0.0)
    lent = root_mean_square(np.minimum(size, moved / delta)) if floor == "tensor" else 0.0
    explained = np.sqrt((moved * (unit / delta)) ** 2 + (unit * size) ** 2 + (unit * lent) ** 2)
    return np.asarray(np.maximum(explained, tiny))  # tiny squared would underflow


@dataclass(frozen=True, kw_only=True)
class Bound:
    """What one tensor is held to: ``most`` for its largest error, ``rms`` (0: none) for the root mean square."""

    fault: str
    most: float
    rms: float = 0.0
    delta: float = MOVEMENT_DELTA


@QUIET
def measure(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    s: np.ndarray,
    bound: Bound,
    x_side: str,
    y_side: str,
    moved: np.ndarray,
    overflows: bool = False,
) -> Finding:
    """One tensor: non-finite masks must match, then the largest (and root mean square) error in units of ``s``.

    ``overflows``: that ``x`` is not finite where ``y`` is has been declared, and must be so somewhere.
    """
    x = x.astype(np.float64)
    y = y.astype(np.float64)
    same = (np.isnan(x) == np.isnan(y)) & (np.isposinf(x) == np.isposinf(y)) & (np.isneginf(x) == np.isneginf(y))
    if overflows:
        same |= ~np.isfinite(x) & np.isfinite(y)
    if not np.all(same):
        at = first(~same)
        kind = "overflow" if bound.fault == "imprecise" and np.isfinite(y[at]) else "non-finite"
        lines: tuple[str, ...] = (
            f"{place(name, at)} is {x[at]} on {x_side}, but {y[at]} on {y_side} ({int((~same).sum())} such elements)",
        )
        return Finding(
            name=name, fault=kind, units=float("inf"), limit=bound.most, where=place(name, at), lines=lines, side=x_side
        )
    finite = np.isfinite(y) & np.isfinite(x)
    if not finite.any():
        return Finding(name=name, limit=bound.most)
    if not np.all(np.isfinite(s[finite]) & (s[finite] > 0)):
        unsure = f"{name!r}: its scale is not finite; the inputs move it without bound"
        return Finding(name=name, limit=bound.most, unsure=unsure)
    error = np.where(finite, np.abs(np.where(finite, x, 0) - np.where(finite, y, 0)), 0.0)
    z = np.where(finite, error / np.where(finite, s, 1.0), 0.0)
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(z)), z.shape))
    worst = float(z[at])
    rms = root_mean_square(z[finite])
    rms_bad = bound.rms > 0 and not rms <= bound.rms  # written so that NaN is beyond every limit
    if worst <= bound.most and not rms_bad:
        return Finding(name=name, units=worst, limit=bound.most, rms=rms, where=place(name, at), side=x_side)
    by_rms = rms_bad and worst <= bound.most
    units, limit, statistic = (rms, bound.rms, "root mean square ") if by_rms else (worst, bound.most, "")
    condition = float(moved[at] / bound.delta / abs(y[at])) if y[at] else float("inf")
    relative = float(error[at] / abs(y[at])) if y[at] else float("inf")
    lines = (
        f"{place(name, at)}: {x_side} {x[at]:.12g}, {y_side} {y[at]:.12g}",
        f"difference {error[at]:.3g} (relative {relative:.3g}) = {statistic}{units:.3g} units (limit {limit:g})",
        f"one relative rounding of the inputs moves it by {condition:.3g} roundings: rounding does not explain this",
        f"{int((z > bound.most).sum())} of {z.size} elements beyond the limit; root mean square {rms:.3g} units",
    )
    fault = bound.fault
    if fault == "semantic":
        fault, hint = _shape_of_the_fault(x, y, s, worst, bound.most)
        lines += (hint,) if hint else ()
    return Finding(
        name=name, fault=fault, units=units, limit=limit, rms=rms, where=place(name, at), lines=lines, side=x_side
    )


def _shape_of_the_fault(x: np.ndarray, y: np.ndarray, s: np.ndarray, worst: float, limit: float) -> tuple[str, str]:
    """``leak`` where a float32 rounding is enough to explain the size, else ``semantic``; and what it looks like."""
    finite = np.isfinite(x) & np.isfinite(y)
    ordered = np.abs(np.sort(x[finite]) - np.sort(y[finite]))
    if ordered.size > 1 and np.all(ordered <= limit * np.max(s[finite])):
        return "semantic", "the same values in another order: look for a layout, an axis or a transposed weight"
    if worst <= 64 * _LEAK:
        return "leak", "a constant rounded to float32, or an epsilon of 1e-7, is enough to explain this size"
    return "semantic", ""


def in_float32(x: np.ndarray) -> bool:
    """Whether every finite element is a float32 number, as if it was computed there."""
    finite = x[np.isfinite(x)]
    with np.errstate(over="ignore"):
        return bool(finite.size) and bool(np.all(finite == finite.astype(np.float32)))


def exact(name: str, left: Measured, right: Measured) -> Finding:
    """Integers and bools compare exactly; the width does not matter."""
    y, x = left.arrays[name], right.arrays[name]
    wrong = y.astype(object) != x.astype(object) if y.dtype.kind != x.dtype.kind else y != x
    if not np.any(wrong):
        return Finding(name=name)
    at = first(np.asarray(wrong, dtype=bool))
    lines = (
        f"{place(name, at)} is {y[at]} on {left.side}, but {x[at]} on {right.side} ({int(np.sum(wrong))} such elements)",
    )
    return Finding(name=name, fault="integer", units=float("inf"), where=place(name, at), lines=lines, side=right.side)


def vanished(name: str, sides: Sequence[Measured], bound: float, limit: float, gradients: float) -> Finding:
    """A result declared to be zero in exact arithmetic: at most ``bound`` on every side."""
    sizes = {
        measured.side: float(np.nan_to_num(np.abs(measured.arrays[name]), nan=np.inf).max(initial=0.0))
        for measured in sides
    }
    side, size = max(sizes.items(), key=lambda entry: entry[1])
    if size <= bound:
        return Finding(name=name, units=limit * size / bound if bound else 0.0, limit=limit)
    lines = (
        f"{name!r} is declared vanishing, but is up to {size:.3g} on {side}, where rounding explains {bound:.3g} "
        f"(other gradients are up to {gradients:.3g} root mean square)",
    )
    units = limit * size / bound if bound else float("inf")
    return Finding(name=name, fault="vanishing", units=units, limit=limit, lines=lines, side=side)


def first(mask: np.ndarray) -> tuple[int, ...]:
    """Index of the first true element."""
    return tuple(int(i) for i in np.argwhere(mask)[0])


def place(name: str, at: tuple[int, ...]) -> str:
    """``y[0, 1]``; the bare name for a scalar."""
    return f"{name}[{', '.join(map(str, at))}]" if at else name
