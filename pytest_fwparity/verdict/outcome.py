"""Verdicts and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

AGREE = "agree"
KNOWN = "known difference"
DIFFER = "differ"
BROKEN = "broken"
INCONCLUSIVE = "inconclusive"
NOT_RUN = "not run"

#: in the order in which a summary lists them
OUTCOMES = (AGREE, KNOWN, DIFFER, BROKEN, INCONCLUSIVE, NOT_RUN)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one comparison of one tensor showed.

    ``units`` is the error in units of what rounding explains, ``limit`` the most that is allowed; ``fault`` names what
    is wrong (``semantic``, ``imprecise``, ``shape``, ``dtype``, ``missing``, ``non-finite``, ``overflow``, ``integer``,
    ``gradient``, ``vacuous``, ``vanishing``, ``bits``, ``distribution``), empty if nothing; ``unsure`` says why
    nothing can be decided. ``lines`` explain it to a reader.
    """

    name: str
    units: float = 0.0
    limit: float = 0.0
    fault: str = ""
    unsure: str = ""
    where: str = ""
    lines: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.fault and not self.unsure


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to one question of one variant."""

    outcome: str
    #: kind of the outcome: ``semantic``, ``leak``, ``died``, ``mended`` ...
    kind: str = ""
    message: str = ""
    findings: tuple[Finding, ...] = ()
    #: free-form facts for reports
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> int:
        """Number of tensors compared."""
        return len(self.findings)

    @property
    def worst(self) -> Finding | None:
        """The finding nearest to its limit, or furthest beyond it."""
        rated = [finding for finding in self.findings if finding.limit > 0]
        return max(rated, key=lambda finding: finding.units / finding.limit, default=None)
