"""The gate: two records, a policy, a verdict, and what a reader is shown."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_fwparity.records import drift
from pytest_fwparity.records.drift import Change
from pytest_fwparity.records.environment import Change as EnvironmentChange
from pytest_fwparity.records.environment import difference
from pytest_fwparity.records.policy import Policy, choose
from pytest_fwparity.records.store import Record

PASS, FAIL, UNSURE = 0, 1, 2
#: entries of one kind that are shown before the rest is counted
_SHOWN = 10
#: where fewer will do
_FEW = {drift.SPEED_UNSURE: 3}
#: kinds that are counted and not listed
_COUNTED = (drift.ROUNDING, drift.BITWISE, drift.UNASKED, drift.SPEED_EQUAL)
#: kinds whose text names the cause, whatever the item
_SHARED = (drift.WARNING, drift.GONE)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What came of comparing two records."""

    policy: Policy
    environment: tuple[EnvironmentChange, ...]
    changes: tuple[Change, ...]
    compared: int

    @property
    def failures(self) -> list[Change]:
        """What fails the gate, the worst kind first, the largest growth first."""
        return sorted((c for c in self.changes if self.policy.fails(c)), key=_worst)

    @property
    def status(self) -> int:
        """0 pass, 1 fail, 2 where nothing failed but something that gates cannot be decided."""
        if self.failures or not self.compared:
            return FAIL
        return UNSURE if any(change.kind == drift.UNSURE for change in self.changes) else PASS

    def lines(self, old: str, new: str) -> list[str]:
        """The verdict, what changed in the environment, what fails, then what is only told."""
        counted = Counter(change.kind for change in self.changes)
        failures = self.failures
        if not self.compared:
            head = "FAIL: the records have no item in common"
        elif failures:
            parts = Counter(change.kind for change in failures)
            head = "FAIL: " + ", ".join(f"{number} {kind}" for kind, number in parts.items())
        elif self.status == UNSURE:
            head = f"INCONCLUSIVE: {counted[drift.UNSURE]} items"
        else:
            head = "PASS"
        told = [f"{head} ({new} against {old}, policy {self.policy.name}, {self.compared} items)"]
        told += _environment(self.environment)
        told += _listing(failures, "fails")
        rest = [change for change in self.changes if change not in set(failures)]
        for kind in drift.KINDS:
            if kind not in _COUNTED:
                told += _listing(sorted((c for c in rest if c.kind == kind), key=_worst), "told")
        told.append("results: " + ", ".join(f"{counted[kind]} {kind}" for kind in drift.KINDS if counted[kind]))
        if seen := self.seen:
            half, most = (f"{100 * value:.0f} %" for value in (statistics.median(seen), seen[-1]))
            told.append(
                f"speed: {len(seen)} items judged; a change of {half} would have been seen in half, of {most} in all"
            )
        return told

    @property
    def seen(self) -> list[float]:
        """Of every speed item that was judged, the smallest relative change that would have been seen, ascending."""
        return sorted(change.seen for change in self.changes if change.seen and change.kind != drift.SLOWER_START)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "status": self.status,
            "policy": self.policy.name,
            "compared": self.compared,
            "environment": [vars(change) | {"component": change.component} for change in self.environment],
            "changes": [
                {
                    **vars(c),
                    "growth": str(c.growth) if c.growth == float("inf") else c.growth,
                    "fails": self.policy.fails(c),
                }
                for c in self.changes
                if c.kind not in _COUNTED
            ],
            "speed": {"judged": len(self.seen), "seen": self.seen},
            "counts": dict(Counter(change.kind for change in self.changes)),
        }


def gate(old: Record, new: Record, policy: Policy | None = None, speed: bool = False) -> Gate:
    """Compare; without a policy the change of environment chooses one. With ``speed``, slower fails too."""
    environment = difference(old.environment, new.environment)
    chosen = policy or choose(environment)
    return Gate(
        policy=chosen.with_speed() if speed else chosen,
        environment=tuple(environment),
        changes=tuple(drift.drift(old, new)),
        compared=sum(key in new.items for key in old.items),
    )


def _worst(change: Change) -> tuple[int, float, str]:
    return drift.KINDS.index(change.kind), -change.growth, change.item


def _environment(changes: Sequence[EnvironmentChange]) -> list[str]:
    if not changes:
        return ["environment: the same"]
    parts = dict.fromkeys(change.component for change in changes)
    told = [f"environment: {', '.join(parts)} changed"]
    told_first = ("machine.", "tool.")
    versions = [change for change in changes if ".versions." in change.name or change.name.startswith(told_first)]
    shown = versions or list(changes)
    told += [f"  {change.text()}" for change in shown[:_SHOWN]]
    if len(changes) > len(shown[:_SHOWN]):
        told.append(f"  and {len(changes) - len(shown[:_SHOWN])} facts more (--json has all)")
    return told


def _listing(changes: Sequence[Change], verb: str) -> list[str]:
    """One entry for each change; a warning that many items raise is one entry, with their number."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        same = (change.kind, change.side, change.output, change.text)
        groups.setdefault(same if change.kind in _SHARED else (*same, change.item), []).append(change)
    told = []
    shown = min((_FEW.get(change.kind, _SHOWN) for change in changes), default=0)
    for group in list(groups.values())[:shown]:
        change = group[0]
        where = ", ".join(part for part in (change.side, change.output) if part)
        further = f" and {len(group) - 1} items more" if len(group) > 1 else ""
        told.append(f"{verb}: {change.kind}: {change.item}{further}" + (f" ({where})" if where else ""))
        if change.text:
            told.append(f"    {change.text[:300]}")
    if len(groups) > shown:
        told.append(f"{verb}: and {len(groups) - shown} more")
    return told
