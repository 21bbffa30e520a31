"""The rule: errors in units of what rounding can explain, measured from a float64 referee.

The scale of an element is ``s(U)^2 = (m U/delta)^2 + (U |y|)^2 + (U rms(min(|y|, m/delta)))^2`` and at least ``tiny``, with ``m`` the
root mean square movement of that element when every float input, weight and cotangent is moved by a relative +-delta.
The last floor lends an element only the magnitude that its inputs can move, so that a fill value of -1e9 hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pytest_fwparity.verdict.constants import MOVEMENT_DELTA, TINY, UNIT, limits
from pytest_fwparity.verdict.outcome import Finding


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one side computed, as plain data."""

    side: str
    arrays: Mapping[str, np.ndarray]
    dtypes: Mapping[str, str] = field(default_factory=dict)
    no_gradient: Sequence[str] = ()


def root_mean_square(array: np.ndarray) -> float:
    """0 for an empty array."""
    return float(np.sqrt(np.mean(np.square(array)))) if array.size else 0.0


def scale(y: np.ndarray, moved: np.ndarray, dtype: str, delta: float = MOVEMENT_DELTA) -> np.ndarray:
    """``s(U)`` for each element of ``y`` (float64), finite elements only being meaningful."""
    unit, tiny = UNIT[dtype], TINY[dtype]
    size = np.where(np.isfinite(y), np.abs(y), 0.0)
    lent = root_mean_square(np.minimum(size, moved / delta))
    explained = np.sqrt((moved * (unit / delta)) ** 2 + (unit * size) ** 2 + (unit * lent) ** 2)
    return np.asarray(np.maximum(explained, tiny))  # tiny squared would underflow


def base_name(name: str) -> str:
    """``y`` for ``y[3]``: the name over all its calls or steps."""
    return re.sub(r"\[\d+\]$", "", name)


def pair_up(left: Measured, right: Measured) -> list[Finding]:
    """Faults that need no arithmetic: names, shapes, kinds of dtype, missing gradients."""
    found = []
    for one, other in ((left, right), (right, left)):
        for name in one.arrays:
            if name not in other.arrays:
                found.append(
                    Finding(
                        name=name,
                        fault="missing",
                        lines=(
                            f"{name!r} is missing on {other.side}, which gives {sorted(other.arrays)}",
                            f"{one.side} gives {sorted(one.arrays)}",
                        ),
                    )
                )
    for name, value in left.arrays.items():
        twin = right.arrays.get(name)
        if twin is None:
            continue
        if value.shape != twin.shape:
            found.append(
                Finding(
                    name=name,
                    fault="shape",
                    lines=(f"{name!r} has shape {value.shape} on {left.side}, but {twin.shape} on {right.side}",),
                )
            )
        elif kind_of(value) != kind_of(twin):
            found.append(
                Finding(
                    name=name,
                    fault="dtype",
                    lines=(f"{name!r} is {value.dtype} on {left.side}, but {twin.dtype} on {right.side}",),
                )
            )
    return found


def kind_of(array: np.ndarray) -> str:
    """Integers of every width are one kind."""
    return {"i": "integer", "u": "integer", "b": "bool", "f": "float", "c": "complex"}.get(array.dtype.kind, "other")


def dtype_faults(measured: Measured, dtype: str) -> list[Finding]:
    """Floating results whose dtype is not the one asked for."""
    return [
        Finding(
            name=name,
            fault="dtype",
            lines=(f"{name!r} is {kind} on {measured.side}, but should be {dtype}",),
        )
        for name, kind in measured.dtypes.items()
        if "float" in kind and kind != dtype
    ]


def vacuous(sides: Sequence[Measured], vanishing: Sequence[str]) -> list[Finding]:
    """Results that are zero everywhere on every side, over all calls and steps: nothing was compared."""
    found = []
    groups: dict[str, list[np.ndarray]] = {}
    for measured in sides:
        for name, value in measured.arrays.items():
            groups.setdefault(base_name(name), []).append(value)
    for name, values in groups.items():
        floats = [value for value in values if value.dtype.kind == "f" and value.size]
        if floats and not any(np.isfinite(value).any() for value in floats):
            lines = (
                f"{name!r} has no finite element on any side: nothing was compared",
                "give inputs that it can bear",
            )
            found.append(Finding(name=name, fault="vacuous", lines=lines))
            continue
        if not floats or name in vanishing or any(np.any(value) for value in floats):
            continue
        none = [measured.side for measured in sides if any(base_name(n) == name for n in measured.no_gradient)]
        why = f"; there is no gradient at all on {' and '.join(none)}" if none else ""
        found.append(
            Finding(
                name=name,
                fault="vacuous",
                lines=(
                    f"{name!r} is 0 everywhere on every side{why}: nothing was compared",
                    f"give inputs that move it, or declare vanishing = ({name!r},)",
                ),
            )
        )
    if not any(value.size for measured in sides for value in measured.arrays.values()):
        found.append(Finding(name="", fault="vacuous", lines=("no tensor was compared: no side gave any element",)))
    return found


def lone_gradients(left: Measured, right: Measured) -> list[Finding]:
    """A gradient that is missing on one side and not zero on the other."""
    found = []
    for one, other in ((left, right), (right, left)):
        for name in one.no_gradient:
            twin = other.arrays.get(name)
            if twin is not None and np.any(twin):
                found.append(
                    Finding(
                        name=name,
                        fault="gradient",
                        lines=(
                            f"{name!r} does not exist on {one.side} (nothing connects it to the outputs), "
                            f"but is up to {np.max(np.abs(twin)):.3g} on {other.side}",
                        ),
                    )
                )
    return found


def semantic(
    left: Measured,
    right: Measured,
    movement: Mapping[str, np.ndarray],
    vanishing: Sequence[str] = (),
    device: str = "cpu",
) -> list[Finding]:
    """The float64 tier: do two sides compute the same function?

    Args:
        left: the side whose values and movement set the scale.
        right: the side compared with it.
        movement: root mean square movement of each of left's results.
        vanishing: results declared to be zero in exact arithmetic.
        device: kind of device, for the limits.
    """
    constants = limits("float64", device)
    limit = float(constants["semantic"])
    found = pair_up(left, right) + lone_gradients(left, right) + vacuous([left, right], vanishing)
    faulty = {finding.name for finding in found}
    gradients = _largest_gradient(left, vanishing)
    for name, y in left.arrays.items():
        if name in faulty or base_name(name) in faulty:
            continue
        x = right.arrays[name]
        if y.dtype.kind != "f":
            found.append(exact(name, left, right))
            continue
        if base_name(name) in vanishing:
            found.append(_vanished(name, [left, right], limit * UNIT["float64"] * gradients, limit, gradients))
            continue
        moved = movement.get(name, np.zeros(y.shape))
        s = scale(y, moved, "float64")
        finding = measure(name, x, y, s, limit, right.side, left.side, "semantic", moved)
        blind = limit * root_mean_square(s) > constants["sensitivity"] * root_mean_square(
            np.where(np.isfinite(y), y, 0)
        )
        if (
            finding.fault == "semantic"
            and gradients
            and max(np.abs(x).max(), np.abs(y).max()) <= limit * UNIT["float64"] * gradients
        ):
            hint = f"both are 0 up to rounding: if they are 0 in exact arithmetic, declare vanishing = ({base_name(name)!r},)"
            finding = Finding(**{**vars(finding), "lines": (*finding.lines, hint)})
        elif finding.good and blind and np.any(y):
            finding = Finding(
                **{
                    **vars(finding),
                    "unsure": f"{name!r}: {limit:g} units are {limit * root_mean_square(s) / root_mean_square(y):.3g} of "
                    "its size, so that a fault of 1e-7 would not be seen; condition the case better",
                }
            )
        found.append(finding)
    return found


def precision(
    measured: Measured,
    referee: Measured,
    movement: Mapping[str, np.ndarray],
    dtype: str,
    vanishing: Sequence[str] = (),
    delta: float = MOVEMENT_DELTA,
    device: str = "cpu",
) -> list[Finding]:
    """The working-precision tier, one side alone: is its error what rounding in ``dtype`` explains?

    Args:
        measured: what the side computed in ``dtype``.
        referee: what the same side computed in float64.
        movement: root mean square movement of each result under relative perturbations of ``delta``.
        dtype: the working dtype.
        vanishing: results declared to be zero in exact arithmetic.
        delta: size of the perturbations behind ``movement``.
        device: kind of device, for the limits.
    """
    constants = limits(dtype, device)
    found = pair_up(measured, referee)
    faulty = {finding.name for finding in found}
    gradients = _largest_gradient(referee, vanishing)
    for name, y in referee.arrays.items():
        if name in faulty:
            continue
        x = measured.arrays[name]
        if y.dtype.kind != "f":
            found.append(exact(name, referee, measured))
            continue
        if base_name(name) in vanishing:
            most = float(constants["max"])
            found.append(_vanished(name, [measured], most * UNIT[dtype] * gradients, most, gradients))
            continue
        moved = movement.get(name, np.zeros(y.shape))
        s = scale(y, moved, dtype, delta)
        by = constants["signal_by"]
        size = root_mean_square(np.where(np.isfinite(y), y, 0))
        hidden = float(constants[by]) * root_mean_square(s)
        finding = measure(
            name,
            x,
            y,
            s,
            float(constants["max"]),
            f"{measured.side} {dtype}",
            f"{referee.side} float64",
            "imprecise",
            moved,
            rms_limit=float(constants["rms"]),
            delta=delta,
        )
        if finding.good and size and hidden > constants["signal"] * size:
            finding = Finding(
                **{
                    **vars(finding),
                    "unsure": f"{name!r} on {measured.side}: the allowed error is {hidden / size:.3g} of its size, which "
                    "hides the signal; raise the precision or condition the case better",
                }
            )
        found.append(finding)
    return found


def measure(
    name: str,
    x: np.ndarray,
    y: np.ndarray,
    s: np.ndarray,
    limit: float,
    x_side: str,
    y_side: str,
    fault: str,
    moved: np.ndarray,
    rms_limit: float = 0.0,
    delta: float = MOVEMENT_DELTA,
) -> Finding:
    """One tensor: non-finite masks must match, then the largest (and root mean square) error in units of ``s``."""
    x = x.astype(np.float64)
    y = y.astype(np.float64)
    same = (np.isnan(x) == np.isnan(y)) & (np.isposinf(x) == np.isposinf(y)) & (np.isneginf(x) == np.isneginf(y))
    if not np.all(same):
        at = _first(~same)
        kind = "overflow" if fault == "imprecise" and np.isfinite(y[at]) else "non-finite"
        lines = (
            f"{_place(name, at)} is {x[at]} on {x_side}, but {y[at]} on {y_side} ({int((~same).sum())} such elements)",
        )
        return Finding(name=name, fault=kind, units=float("inf"), limit=limit, where=_place(name, at), lines=lines)
    finite = np.isfinite(y)
    if not finite.any():
        return Finding(name=name, limit=limit)
    if not np.all(np.isfinite(s[finite]) & (s[finite] > 0)):
        return Finding(
            name=name, limit=limit, unsure=f"{name!r}: its scale is not finite; the inputs move it without bound"
        )
    error = np.where(finite, np.abs(np.where(finite, x, 0) - np.where(finite, y, 0)), 0.0)
    z = np.where(finite, error / s, 0.0)
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(z)), z.shape))
    worst = float(z[at])
    rms = root_mean_square(z[finite])
    rms_bad = rms_limit > 0 and not rms <= rms_limit
    if worst <= limit and not rms_bad:
        return Finding(name=name, units=worst, limit=limit, where=_place(name, at))
    # Written so that NaN is beyond every limit.
    by_rms = rms_bad and worst <= limit
    units, bound, statistic = (rms, rms_limit, "root mean square ") if by_rms else (worst, limit, "")
    condition = float(moved[at] / delta / abs(y[at])) if y[at] else float("inf")
    relative = float(error[at] / abs(y[at])) if y[at] else float("inf")
    explained = (
        f"{_place(name, at)}: {x_side} {x[at]:.12g}, {y_side} {y[at]:.12g}",
        f"difference {error[at]:.3g} (relative {relative:.3g}) = {statistic}{units:.3g} units (limit {bound:g})",
        f"one relative rounding of the inputs moves it by {condition:.3g} roundings: rounding does not explain this",
        f"{int((z > limit).sum())} of {z.size} elements beyond the limit; root mean square {rms:.3g} units",
    )
    return Finding(name=name, fault=fault, units=units, limit=bound, where=_place(name, at), lines=explained)


def exact(name: str, left: Measured, right: Measured) -> Finding:
    """Integers and bools compare exactly; the width does not matter."""
    y, x = left.arrays[name], right.arrays[name]
    wrong = y.astype(object) != x.astype(object) if y.dtype.kind != x.dtype.kind else y != x
    if not np.any(wrong):
        return Finding(name=name)
    at = _first(np.asarray(wrong, dtype=bool))
    lines = (
        f"{_place(name, at)} is {y[at]} on {left.side}, but {x[at]} on {right.side} ({int(np.sum(wrong))} such elements)",
    )
    return Finding(name=name, fault="integer", units=float("inf"), where=_place(name, at), lines=lines)


def _vanished(name: str, sides: Sequence[Measured], bound: float, limit: float, gradients: float) -> Finding:
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
    return Finding(
        name=name, fault="vanishing", units=limit * size / bound if bound else float("inf"), limit=limit, lines=lines
    )


def _largest_gradient(measured: Measured, vanishing: Sequence[str]) -> float:
    sizes = [
        root_mean_square(value)
        for name, value in measured.arrays.items()
        if name.startswith("grad ") and base_name(name) not in vanishing and value.dtype.kind == "f"
    ]
    return max(sizes, default=0.0)


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0])


def _place(name: str, at: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, at))}]" if at else name
