"""Healthy frameworks: how far every result stays from its limits, and what limits that would propose."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_fwparity.selftest.bench import Bench
from pytest_fwparity.verdict.constants import limits
from pytest_fwparity.verdict.outcome import AGREE, BROKEN, DIFFER, INCONCLUSIVE, KNOWN, NOT_RUN, Verdict

#: share of healthy results that a proposed limit may be beyond, by the fitted distribution
_TAIL = 1e-4
#: standard normal quantile of 1 - 1e-4
_QUANTILE = 3.719


@dataclass
class Health:
    """What was seen: statistics by dtype (``(units, rms, case, output)``), outcomes, and every alarm."""

    statistics: dict[str, list[tuple[float, float, str, str]]] = field(default_factory=dict)
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    alarms: list[tuple[str, str]] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, group: str, case: str, verdict: Verdict) -> None:
        counted = self.outcomes.setdefault(group, {})
        counted[verdict.outcome] = counted.get(verdict.outcome, 0) + 1
        if verdict.outcome in (DIFFER, BROKEN):
            self.alarms.append((text, verdict.message))
        elif verdict.outcome == INCONCLUSIVE:
            self.unsure.append((text, verdict.message))
        if verdict.outcome in (AGREE, KNOWN) and verdict.kind != "waived":
            listed = self.statistics.setdefault(group, [])
            listed += [(f.units, f.rms, case, f.name) for f in verdict.findings if f.limit > 0 and not f.fault]

    def merge(self, other: dict[str, Any]) -> None:
        """Add what :meth:`to_json` of another run gave."""
        for group, listed in other["statistics"].items():
            self.statistics.setdefault(group, []).extend(tuple(entry) for entry in listed)
        for group, counted in other["outcomes"].items():
            mine = self.outcomes.setdefault(group, {})
            for outcome, number in counted.items():
                mine[outcome] = mine.get(outcome, 0) + number
        self.alarms += [tuple(entry) for entry in other["alarms"]]
        self.unsure += [tuple(entry) for entry in other["unsure"]]

    def to_json(self) -> dict[str, Any]:
        return {
            "statistics": self.statistics,
            "outcomes": self.outcomes,
            "alarms": self.alarms,
            "unsure": self.unsure,
        }

    def lines(self) -> list[str]:
        """Outcomes, then for each dtype how log2 of the largest error over its limit is distributed."""
        told = []
        for group, counted in self.outcomes.items():
            told.append(f"{group}: " + ", ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items())))
        for group, listed in self.statistics.items():
            told += _spread(group, listed)
        told.append(f"false alarms: {len(self.alarms)}")
        for text, message in self.alarms[:20]:
            told += [f"  {text}", *(f"    {line}" for line in message.splitlines()[:6])]
        told.append(f"inconclusive: {len(self.unsure)}")
        told += [f"  {text}: {message.splitlines()[0][:160]}" for text, message in self.unsure[:20]]
        return told


def _limits(group: str) -> tuple[float, float]:
    dtype = group.split(" ")[1].removeprefix("mixed_") if " " in group else group
    constants = limits(dtype)
    if dtype == "float64":
        return float(constants["semantic"]), 0.0
    return float(constants["max"]), float(constants["rms"])


def _spread(group: str, listed: Sequence[tuple[float, float, str, str]]) -> list[str]:
    if not group.startswith(("agree float64", "agree float32", "agree b", "agree float16", "mixed")):
        return []
    most, most_rms = _limits(group)
    lines = []
    for name, index, limit in (("largest", 0, most), ("root mean square", 1, most_rms)):
        if not limit:
            continue
        values = np.asarray([entry[index] for entry in listed])
        positive = values[values > 0]
        if not positive.size:
            continue
        logs = np.log2(positive / limit)
        worst = max(listed, key=lambda entry: entry[index])
        shares = " ".join(f"{p:g}%:{np.percentile(logs, p):.1f}" for p in (50, 90, 99, 99.9, 100))
        lines.append(
            f"{group}, {name}: {values.size} statistics ({values.size - positive.size} exactly 0), log2(units/limit) {shares}; "
            f"worst {worst[2]} {worst[3]} at {worst[index]:.3g} of {limit:g}"
        )
        edges = list(range(-12, 1))
        counts = [int(((logs >= low) & (logs < low + 1)).sum()) for low in edges]
        lines.append(
            f"    below -12: {int((logs < -12).sum())}; "
            + " ".join(f"[{e}]{c}" for e, c in zip(edges, counts, strict=True))
        )
    return lines


def proposal(health: Health) -> str:
    """Constants that these results propose: powers of two above what was seen and above the 1e-4 log-normal bound.

    The bound is taken per case, over its seeds and results, and the worst case counts (verdict.md, 3.1).
    """
    made: dict[str, Any] = {}
    for group, listed in health.statistics.items():
        if not group.startswith("agree "):
            continue
        dtype = group.split(" ")[1]
        if dtype == "float64":
            made[dtype] = {"semantic": _propose(listed, 0, 16.0)}
        else:
            made[dtype] = {"rms": _propose(listed, 1), "max": _propose(listed, 0)}
    return json.dumps({"proposal": made, "tail": _TAIL}, indent=2)


def _propose(listed: Iterable[tuple[float, float, str, str]], index: int, spare: float = 1.0) -> dict[str, float]:
    cases: dict[str, list[float]] = {}
    for units, rms, case, _ in listed:
        value = (units, rms)[index]
        if value > 0:
            cases.setdefault(case, []).append(value)
    bound = seen = 0.0
    for values in cases.values():
        logs = np.log(values)
        seen = max(seen, float(np.exp(logs.max())))
        if logs.size > 3:
            bound = max(bound, float(np.exp(logs.mean() + _QUANTILE * logs.std(ddof=1))))
    limit = 2.0 ** math.ceil(math.log2(max(bound, seen, 1e-3) * spare))
    return {"limit": limit, "seen": round(seen, 3), "bound": round(bound, 3)}


def run(bench: Bench, seeds: Sequence[int], glob: str, checks: Sequence[str], tell: Callable[[str], None]) -> Health:
    """Every question of the suite on every seed."""
    health = Health()
    last = ""
    for question in bench.questions(seeds, glob):
        if question.check not in checks:
            continue
        if question.ref.case_id != last:
            last = question.ref.case_id
            tell(last)
        verdict = bench.answer(question)
        if verdict.outcome == NOT_RUN and verdict.kind not in ("unsupported", "version", "no gradient", "declared"):
            health.alarms.append((question.text, f"not run: {verdict.message}"))
        group = " ".join([question.check, *question.parameters])
        health.add(question.text, group, f"{question.ref.case_id}[{question.variant}]", verdict)
        if verdict.outcome in (DIFFER, BROKEN):
            tell(f"    ALARM {question.text}: {verdict.message.splitlines()[0]}")
    return health
