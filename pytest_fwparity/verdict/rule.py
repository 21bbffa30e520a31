"""The two tiers of the rule: the same function in float64, and as exact as the working dtype allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from pytest_fwparity.verdict.comparison import Bound, exact, in_float32, measure, scale, vanished
from pytest_fwparity.verdict.constants import MOVEMENT_DELTA, UNIT, limits
from pytest_fwparity.verdict.linearity import MOST
from pytest_fwparity.verdict.measured import (
    NOTHING,
    Declared,
    Measured,
    base_name,
    covers,
    largest_gradient,
    root_mean_square,
    size_of,
)
from pytest_fwparity.verdict.outcome import Finding
from pytest_fwparity.verdict.pairing import lone_gradients, pair_up, vacuous

NO_KINKS: Mapping[str, np.ndarray] = MappingProxyType({})


def semantic(
    left: Measured,
    right: Measured,
    movement: Mapping[str, np.ndarray],
    declared: Declared = NOTHING,
    device: str = "cpu",
) -> list[Finding]:
    """The float64 tier: do two sides compute the same function?

    Args:
        left: the side whose values and movement set the scale.
        right: the side compared with it.
        movement: root mean square movement of each of left's results.
        declared: what the case says of its results.
        device: kind of device, for the limits.
    """
    constants = limits("float64", device)
    limit = float(constants["semantic"])
    found = pair_up(left, right) + lone_gradients(left, right) + vacuous([left, right], declared)
    faulty = {finding.name for finding in found}
    gradients = largest_gradient(left, declared.vanishing)
    for name, y in left.arrays.items():
        if name in faulty or base_name(name) in faulty:
            continue
        x = right.arrays[name]
        if y.dtype.kind != "f":
            found.append(exact(name, left, right))
            continue
        if base_name(name) in declared.vanishing:
            found.append(vanished(name, [left, right], limit * UNIT["float64"] * gradients, limit, gradients))
            continue
        moved = movement.get(name, np.zeros(y.shape))
        s = scale(y, moved, "float64", floor=declared.floor)
        finding = measure(name, x, y, s, Bound(fault="semantic", most=limit), right.side, left.side, moved)
        allowed, size = limit * root_mean_square(s), size_of(y)
        sensitivity = allowed / size if size else 0.0
        if finding.fault in ("semantic", "leak"):
            finding = _explained(finding, left, right, limit * UNIT["float64"] * gradients)
        elif finding.good and sensitivity > constants["sensitivity"]:
            text = (
                f"{name!r}: {limit:g} units are {sensitivity:.3g} of its size, so that a fault of 1e-7 would not be seen; "
                "condition the case better"
            )
            finding = replace(finding, unsure=text)
        found.append(replace(finding, sees=sensitivity))
    return found


def _explained(finding: Finding, left: Measured, right: Measured, zero: float) -> Finding:
    """Add what the fault looks like: an exact zero that nobody declared, or a side that computed in float32."""
    y, x = left.arrays[finding.name], right.arrays[finding.name]
    lines = finding.lines
    if zero and max(np.abs(x).max(), np.abs(y).max()) <= zero:
        name = base_name(finding.name)
        lines += (f"both are 0 up to rounding: if they are 0 in exact arithmetic, declare vanishing = ({name!r},)",)
    narrow = [side.side for side, value in ((left, y), (right, x)) if value.size > 1 and in_float32(value)]
    if len(narrow) == 1 and finding.fault == "leak":
        lines += (f"every element on {narrow[0]} is a float32 number, as a computation in float32 leaves it",)
    return replace(finding, lines=lines)


def precision(
    measured: Measured,
    referee: Measured,
    movement: Mapping[str, np.ndarray],
    dtype: str,
    declared: Declared = NOTHING,
    delta: float = MOVEMENT_DELTA,
    device: str = "cpu",
    kinks: Mapping[str, np.ndarray] = NO_KINKS,
) -> list[Finding]:
    """The working-precision tier, one side alone: is its error what rounding in ``dtype`` explains?

    Args:
        measured: what the side computed in ``dtype``.
        referee: what the same side computed in float64.
        movement: root mean square movement of each result under relative perturbations of ``delta``.
        dtype: the working dtype.
        declared: what the case says of its results in ``dtype``.
        delta: size of the perturbations behind ``movement``.
        device: kind of device, for the limits.
        kinks: masks of elements that a rounding takes over a kink, which are not judged.
    """
    constants = limits(dtype, device)
    bound = Bound(fault="imprecise", most=float(constants["max"]), rms=float(constants["rms"]), delta=delta)
    found = pair_up(measured, referee)
    faulty = {finding.name for finding in found}
    gradients = largest_gradient(referee, declared.vanishing)
    for name, y in referee.arrays.items():
        if name in faulty:
            continue
        x = measured.arrays[name]
        if y.dtype.kind != "f":
            found.append(exact(name, referee, measured))
            continue
        if base_name(name) in declared.vanishing:
            found.append(vanished(name, [measured], bound.most * UNIT[dtype] * gradients, bound.most, gradients))
            continue
        moved = movement.get(name, np.zeros(y.shape))
        s = scale(y, moved, dtype, delta, declared.floor)
        if name in kinks:
            x = np.where(kinks[name], y, x)
        overflows = any(covers(entry, name) for entry in declared.overflows)
        sides = f"{measured.side} {dtype}", f"{referee.side} float64"
        finding = measure(name, x, y, s, bound, *sides, moved, overflows)
        size = size_of(y)
        hidden = float(constants[constants["signal_by"]]) * root_mean_square(s)
        if finding.good and name in kinks and kinks[name].mean() > MOST:
            text = (
                f"{name!r} on {measured.side}: a rounding takes {kinks[name].mean():.0%} of its elements over a kink; declare "
                "margin(), so that inputs keep away from it"
            )
            finding = replace(finding, unsure=text)
        elif finding.good and size and hidden > constants["signal"] * size:
            text = (
                f"{name!r} on {measured.side}: the allowed error is {hidden / size:.3g} of its size, which "
                "hides the signal; raise the precision or condition the case better"
            )
            finding = replace(finding, unsure=text)
        found.append(replace(finding, dtype=dtype))
    return found


def overflows_nowhere(sides: list[Measured], declared: Declared, dtype: str) -> list[Finding]:
    """An overflow that is declared must happen, on one side at least."""
    found = []
    for name in declared.overflows:
        values = [v for side in sides for key, v in side.arrays.items() if covers(name, key)]
        if all(bool(np.isfinite(value).all()) for value in values if value.dtype.kind == "f"):
            lines = (
                f"{name!r} is declared to overflow in {dtype}, but is finite on every side; remove the declaration",
            )
            found.append(Finding(name=name, fault="overflow", lines=lines))
    return found
