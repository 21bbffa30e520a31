"""Who is off: the NumPy reference, else finite differences, else a vote of independent kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from pytest_fwparity.verdict.comparison import Bound, measure, scale
from pytest_fwparity.verdict.constants import limits
from pytest_fwparity.verdict.measured import GRADIENT, NOTHING, Declared, Measured, order
from pytest_fwparity.verdict.oracle import Slope, slope_fault
from pytest_fwparity.verdict.outcome import DIFFER, Finding, Verdict


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What can tell who is off.

    ``kernels`` names for each side the library whose kernels it runs: sides of one library have one vote. ``slopes``
    holds, per side, finite differences beside the gradient that the verdict found off.
    """

    sides: Sequence[Measured]
    movement: Mapping[str, np.ndarray]
    reference: Measured | None = None
    #: results that a reference could give
    outputs: Sequence[str] = ()
    declared: Declared = NOTHING
    kernels: Mapping[str, str] = field(default_factory=dict)
    slopes: Mapping[str, Sequence[Slope]] = field(default_factory=dict)


def first_fault(verdict: Verdict) -> Finding | None:
    """The finding that the message shows first."""
    faults = [finding for finding in verdict.findings if finding.fault]
    return min(faults, key=lambda finding: order(finding.name)) if faults else None


def blamable(verdict: Verdict) -> bool:
    """Whether numbers or shapes differ between sides, so that one of them can be off."""
    return verdict.outcome == DIFFER and verdict.kind in ("semantic", "leak", "non-finite", "integer", "shape")


def blame(verdict: Verdict, evidence: Evidence) -> Verdict:
    """Add who is off and how that is known."""
    first = first_fault(verdict)
    if first is None or not blamable(verdict):
        return verdict
    given = evidence.reference.arrays if evidence.reference is not None else {}
    told = [finding for finding in verdict.findings if finding.fault and finding.name in given]
    judged = min(told, key=lambda finding: order(finding.name)) if told else first  # a slot has no reference
    for judge, finding in ((_by_reference, judged), (_by_slopes, first), (_by_vote, first)):
        found = judge(finding, evidence)
        if found is not None:
            return _with(verdict, *found)
    return _with(verdict, (), "", _unknown(first, evidence))


def _with(verdict: Verdict, blamed: Sequence[str], how: str, line: str) -> Verdict:
    return replace(verdict, message=f"{verdict.message}\n{line}", blamed=tuple(blamed), blamed_by=how)


_Judged = tuple[Sequence[str], str, str]


def _units(name: str, x: np.ndarray, y: np.ndarray, evidence: Evidence) -> float:
    """How far ``x`` is from ``y``, in float64 units; infinite for another shape or mask."""
    if x.shape != y.shape:
        return float("inf")
    if y.dtype.kind != "f":
        return 0.0 if np.array_equal(x, y) else float("inf")
    moved = evidence.movement.get(name, np.zeros(y.shape))
    y = y.astype(np.float64)
    s = scale(y, moved, "float64", floor=evidence.declared.floor)
    return measure(name, x, y, s, Bound(fault="semantic", most=_limit()), "", "", moved).units


def _limit() -> float:
    return float(limits("float64")["semantic"])


def _by_reference(first: Finding, evidence: Evidence) -> _Judged | None:
    reference = evidence.reference
    if reference is None or first.name not in reference.arrays:
        return None
    y = reference.arrays[first.name]
    units = {
        side.side: _units(first.name, side.arrays[first.name], y, evidence)
        for side in evidence.sides
        if first.name in side.arrays
    }
    right = [f"{name} ({z:.3g} units)" for name, z in units.items() if z <= _limit()]
    wrong = [f"{name} ({z:.3g} units)" for name, z in units.items() if not z <= _limit()]
    if not wrong:
        return None
    line = f"blame: {reference.side} agrees with {' and '.join(right) or 'no side'}, not with {' and '.join(wrong)}"
    return [name for name, z in units.items() if not z <= _limit()], "reference", line


def _by_slopes(first: Finding, evidence: Evidence) -> _Judged | None:
    """Each side's gradient against finite differences of its own outputs."""
    if not first.name.startswith(GRADIENT) or not evidence.slopes:
        return None
    off: list[str] = []
    fine: list[str] = []
    for side, slopes in evidence.slopes.items():
        faults = [slope for slope in slopes if slope_fault(slope)]
        (off if faults else fine).append(side)
    if not off:
        return None
    worst = {side: max(slope.off for slope in evidence.slopes[side]) for side in off}
    told = " and ".join(f"{side} (off by {value:.3g} of the slope)" for side, value in worst.items())
    line = f"blame: finite differences of its own outputs agree with the gradient of {' and '.join(fine) or 'no side'}, not of {told}"
    return off, "finite differences", line


def _by_vote(first: Finding, evidence: Evidence) -> _Judged | None:
    """One vote for each library of kernels; only a hint, since two may share a mistake."""
    values = {side.side: side.arrays[first.name] for side in evidence.sides if first.name in side.arrays}
    voters: dict[str, list[str]] = {}
    for side in values:
        voters.setdefault(evidence.kernels.get(side, side), []).append(side)
    if len(voters) < 3:
        return None
    speakers = {kernel: sides[0] for kernel, sides in voters.items()}
    agree = {
        kernel: [k for k, s in speakers.items() if _units(first.name, values[s], values[speaker], evidence) <= _limit()]
        for kernel, speaker in speakers.items()
    }
    majority = max(agree.values(), key=len)
    minority = [kernel for kernel in voters if kernel not in majority]
    if len(majority) < 2 or not minority or len(majority) <= len(minority):
        return None
    off = [side for kernel in minority for side in voters[kernel]]
    names = [speakers[kernel] for kernel in majority]
    line = f"hint: {' and '.join(names)}, whose kernels are independent, agree; {' and '.join(off)} is off"
    if all(name.startswith("keras") for name in names):
        line += " (but both run Keras' own Python code: a fault there would look the same)"
    return off, "vote", line


def _unknown(first: Finding, evidence: Evidence) -> str:
    shared = _shared(evidence)
    if first.name.startswith(GRADIENT):
        return f"blame: unknown; finite differences do not tell{shared}"
    if first.name in evidence.outputs and evidence.reference is None:
        text = f"blame: unknown; give the case a NumPy reference() of {first.name!r} to settle it"
    else:
        text = f"blame: unknown; no reference gives {first.name!r}"
    if len(set(evidence.kernels.values())) < 3:
        text += ", or add a side with kernels of its own for a hint: --fwparity-sides torch,keras-tensorflow,keras-jax"
    return text + shared


def _shared(evidence: Evidence) -> str:
    """Sides that share kernels prove less by agreeing."""
    voters: dict[str, list[str]] = {}
    for side in evidence.sides:
        voters.setdefault(evidence.kernels.get(side.side, side.side), []).append(side.side)
    together = [sides for sides in voters.values() if len(sides) > 1]
    return "".join(f"; {' and '.join(sides)} share kernels and have one vote" for sides in together)
