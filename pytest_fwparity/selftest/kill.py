"""The kill table: every injected fault, on every seed, in the tier that must notice it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pytest_fwparity.cases.faults import TIERS
from pytest_fwparity.selftest.bench import Bench, Found
from pytest_fwparity.verdict.outcome import DIFFER, Verdict

#: faults that are no number of one side: nobody is blamed for them
_UNBLAMED = ("repeat", "holds", "replicas")


@dataclass(frozen=True, kw_only=True)
class Kill:
    """What became of one fault.

    ``least`` is the smallest error over its limit of any seed (infinite for a fault that has no size), ``clean`` the
    largest on healthy frameworks. ``blamed`` counts the seeds on which the broken side, and no other, was named.
    """

    name: str
    family: str
    case: str
    variant: str
    side: str
    tier: str
    what: str
    seeds: int
    killed: int
    kinds: tuple[str, ...]
    least: float
    clean: float
    clean_failed: int
    blamed: int
    blamable: bool
    message: str

    @property
    def good(self) -> bool:
        return self.killed == self.seeds and not self.clean_failed

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def kill(bench: Bench, found: Found, seeds: Sequence[int], clean: dict[Any, Verdict]) -> Kill:
    """Inject one fault on every seed; ``clean`` keeps the verdicts of healthy frameworks between faults."""
    entry = found.fault
    check, parameters = TIERS[entry.tier]
    verdicts, healthy = [], []
    for seed in seeds:
        question = bench.question(entry.case, entry.variant, check, parameters, seed)
        key = (*question.key, check, parameters)
        if key not in clean:
            clean[key] = bench.answer(question)
        healthy.append(clean[key])
        verdicts.append(bench.answer(question, {entry.side: [found.place]}))
    killed = [verdict for verdict in verdicts if verdict.outcome == DIFFER]
    right = [verdict for verdict in killed if _rightly(bench, verdict, entry.side, entry.tier)]
    survivor = next((verdict for verdict in verdicts if verdict.outcome != DIFFER), None)
    return Kill(
        name=entry.name,
        family=found.family,
        case=entry.case,
        variant=entry.variant,
        side=entry.side,
        tier=entry.tier,
        what=entry.what,
        seeds=len(verdicts),
        killed=len(killed),
        kinds=tuple(sorted({verdict.kind for verdict in killed})),
        least=min(_ratio(verdict) for verdict in verdicts),
        clean=max(_ratio(verdict) for verdict in healthy),
        clean_failed=sum(verdict.outcome == DIFFER for verdict in healthy),
        blamed=len(right),
        blamable=entry.tier not in _UNBLAMED,
        message=(survivor or verdicts[0]).message,
    )


def _rightly(bench: Bench, verdict: Verdict, side: str, tier: str) -> bool:
    """Whether the broken side is named, and no healthy one.

    In float64 by the blame; elsewhere each side is judged by itself, so that the findings name it.
    """
    if verdict.blamed:
        named = set(verdict.blamed)
    else:
        named = {finding.side.split(" ")[0].rstrip(":") for finding in verdict.findings if finding.fault}
        if tier == "float64":
            return False
    named &= set(bench.lab.specs)
    return bool(named) and {bench.lab.specs[name].family for name in named} == {side}


def _ratio(verdict: Verdict) -> float:
    worst = verdict.worst
    if worst is None:
        return float("inf") if verdict.outcome == DIFFER else 0.0
    return worst.units / worst.limit


def table(kills: Sequence[Kill]) -> list[str]:
    """One row a fault, then the sums."""
    width = max((len(entry.name) for entry in kills), default=5)
    tier = max((len(entry.tier) for entry in kills), default=4)
    lines = [
        f"{'fault'.ljust(width)}  side   {'tier'.ljust(tier)}  killed  least/limit  clean/limit  blamed  kind",
    ]
    family = ""
    for entry in kills:
        if entry.family != family:
            family = entry.family
            lines.append(f"-- {family}")
        blamed = f"{entry.blamed}/{entry.killed}" if entry.blamable else "-"
        lines.append(
            f"{entry.name.ljust(width)}  {entry.side.ljust(5)}  {entry.tier.ljust(tier)}  "
            f"{f'{entry.killed}/{entry.seeds}'.rjust(6)}  {entry.least:11.3g}  {entry.clean:11.3g}  "
            f"{blamed.rjust(6)}  {','.join(entry.kinds)}" + ("" if entry.good else "  <-- not killed")
        )
    whole = sum(entry.good for entry in kills)
    asked = [entry for entry in kills if entry.blamable and entry.killed]
    right, of = sum(entry.blamed for entry in asked), sum(entry.killed for entry in asked)
    lines.append(f"{whole} of {len(kills)} faults killed on every seed")
    if of:
        lines.append(f"the side at fault named in {right} of {of} verdicts ({100 * right / of:.1f} %)")
    return lines


def run(bench: Bench, faults: Sequence[Found], seeds: Sequence[int], tell: Callable[[str], None]) -> list[Kill]:
    """Every fault in turn; ``tell`` hears of each."""
    clean: dict[Any, Verdict] = {}
    kills = []
    for number, found in enumerate(faults, 1):
        made = kill(bench, found, seeds, clean)
        kills.append(made)
        tell(f"{number}/{len(faults)} {found.fault.name}: killed {made.killed}/{made.seeds}")
        if not made.good:
            tell("\n".join(f"    {line}" for line in made.message.splitlines()[:12]))
    return kills
