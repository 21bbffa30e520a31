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
    is wrong (``semantic``, ``leak``, ``imprecise``, ``shape``, ``dtype``, ``missing``, ``non-finite``, ``overflow``,
    ``integer``, ``gradient``, ``fallback``, ``oracle``, ``nondeterministic``, ``vacuous``, ``vanishing``, ``constant``, ``bits``,
    ``distribution``, ``support``, ``reload``, ``mended``), empty if nothing; ``unsure`` says why nothing can be decided.
    ``lines`` explain it to a reader.
    """

    name: str
    units: float = 0.0
    limit: float = 0.0
    #: root mean square error in units, where elements were measured
    rms: float = 0.0
    #: the smallest relative fault that the float64 tier can see here; 0 where that was not asked
    sees: float = 0.0
    #: the side that was measured and its working dtype, where it is one
    side: str = ""
    dtype: str = ""
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
    #: the sides that are off, and how that is known: ``reference``, ``finite differences``, ``vote``; empty if unknown
    blamed: tuple[str, ...] = ()
    blamed_by: str = ""
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
