"""From findings to a verdict, and from a verdict to who is to blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pytest_fwparity.verdict.constants import limits
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, INCONCLUSIVE, Finding, Verdict
from pytest_fwparity.verdict.rule import Measured, measure, scale

_SHOWN = 3


def decide(findings: Sequence[Finding]) -> Verdict:
    """Any fault: differ. Else anything unsure: inconclusive. Else agree, with something compared."""
    faults = [finding for finding in findings if finding.fault]
    unsure = [finding for finding in findings if finding.unsure]
    if faults:
        lines = []
        for finding in faults[:_SHOWN]:
            lines += [f"{finding.fault}: {finding.lines[0]}", *(f"    {line}" for line in finding.lines[1:])]
        more = [finding.name for finding in faults[_SHOWN:]]
        if more:
            lines.append(f"also off: {', '.join(dict.fromkeys(more))}")
        good = [finding.name for finding in findings if finding.good]
        lines.append(
            f"compared {len(findings)} tensors; {len(good)} agree" + (f": {', '.join(good[:8])}" if good else "")
        )
        return Verdict(outcome=DIFFER, kind=faults[0].fault, message="\n".join(lines), findings=tuple(findings))
    if unsure:
        return Verdict(
            outcome=INCONCLUSIVE,
            kind="hidden",
            message="; ".join(finding.unsure for finding in unsure[:_SHOWN]),
            findings=tuple(findings),
        )
    if not findings:
        return Verdict(outcome=DIFFER, kind="vacuous", message="vacuous: no tensor was compared")
    return Verdict(outcome=AGREE, findings=tuple(findings))


def blame(
    verdict: Verdict,
    sides: Sequence[Measured],
    reference: Measured | None,
    movement: Mapping[str, np.ndarray],
    outputs: Sequence[str] = (),
) -> Verdict:
    """Add who is off, as the NumPy reference says; ``outputs`` are the results that a reference could give."""
    if verdict.outcome != DIFFER or verdict.kind not in ("semantic", "non-finite"):
        return verdict
    first = next(finding for finding in verdict.findings if finding.fault)
    lines = []
    if reference is not None and first.name in reference.arrays:
        limit = float(limits("float64")["semantic"])
        y = reference.arrays[first.name].astype(np.float64)
        units = {}
        for side in sides:
            x = side.arrays.get(first.name)
            if x is not None and x.shape == y.shape:
                moved = movement.get(first.name, np.zeros(y.shape))
                s = scale(y, moved, "float64")
                units[side.side] = measure(first.name, x, y, s, limit, side.side, "reference", "semantic", moved).units
        right = [f"{name} ({z:.3g} units)" for name, z in units.items() if z <= limit]
        wrong = [f"{name} ({z:.3g} units)" for name, z in units.items() if not z <= limit]
        if wrong:
            lines.append(
                f"blame: the NumPy reference agrees with {' and '.join(right) or 'no side'}, "
                f"not with {' and '.join(wrong)}"
            )
    elif first.name.startswith("grad "):
        if all(finding.good for finding in verdict.findings if not finding.name.startswith("grad ")):
            lines.append("blame: every output agrees, so that the backward pass of one side is off")
    elif reference is None and first.name in outputs:
        lines.append(f"blame: unknown; give the case a NumPy reference() of {first.name!r} to settle it")
    return replace(verdict, message="\n".join([verdict.message, *lines]))
