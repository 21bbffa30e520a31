"""From findings to a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_fwparity.verdict.measured import GRADIENT, order
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, INCONCLUSIVE, Finding, Verdict

_SHOWN = 3
#: faults of a result that was computed and measured, so that what came before it can be said to agree
_MEASURED = ("semantic", "leak", "imprecise", "non-finite", "overflow", "integer")


def decide(findings: Sequence[Finding]) -> Verdict:
    """Any fault: differ. Else anything unsure: inconclusive. Else agree, with something compared.

    The first fault shown is the first that is computed: what it is computed from agrees.
    """
    faults = sorted((finding for finding in findings if finding.fault), key=lambda finding: order(finding.name))
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
        if faults[0].fault in _MEASURED and faults[0].name:
            lines.append(_first(faults[0].name, [finding.name for finding in findings if finding.good]))
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


def _first(name: str, good: Sequence[str]) -> str:
    """Where the sides part: the first result that is off, and what it was computed from."""
    before = [other for other in good if order(other) < order(name) and not other.startswith(GRADIENT)]
    if name.startswith(GRADIENT) and before:
        return f"first off: {name}; every output before it agrees, so that it is a backward pass that is off"
    if before:
        return f"first off: {name}; {before[-1]} before it agrees"
    return f"first off: {name}; its inputs and weights are the same bytes on every side"
