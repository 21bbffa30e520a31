"""Known differences at work: rounding that code explains, and errors that a waiver lets pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytest_fwparity.cases.waivers import Waiver
from pytest_fwparity.checks.answers import in_range
from pytest_fwparity.verdict.outcome import Finding

#: what a waiver may let pass: an error of known size
_SIZED = ("semantic", "leak", "imprecise")


def waived(
    findings: Sequence[Finding], waivers: Sequence[Waiver], dtype: str, versions: Mapping[str, str]
) -> tuple[list[Finding], list[Waiver]]:
    """The findings with those let pass that a waiver covers, and the waivers that were needed."""
    used: list[Waiver] = []
    left = []
    for finding in findings:
        waiver = None
        if finding.fault in _SIZED:
            waiver = next((entry for entry in waivers if _covers(entry, finding, dtype, versions)), None)
        if waiver is not None:
            finding = replace(finding, fault="")
            used += [] if waiver in used else [waiver]
        left.append(finding)
    return left, used


def _covers(waiver: Waiver, finding: Finding, dtype: str, versions: Mapping[str, str]) -> bool:
    side = finding.side.split(" ")[0]
    return waiver.lets_pass(side, dtype, finding.name, finding.units) and all(
        in_range(versions.get(name, ""), wanted) for name, wanted in waiver.versions.items()
    )
