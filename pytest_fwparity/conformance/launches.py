"""Speed as a gate needs it: many launches of every environment, side by side and in turns.

All speed items of a side are measured together when the first of them runs: a launch starts one worker of each environment,
times each item in the order old, candidate, candidate, old, and ends them. The next launch begins with the other.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.checks.speed import TOLD, ask, timed
from pytest_fwparity.records import pace
from pytest_fwparity.sides.pool import Pool
from pytest_fwparity.sides.process import Failure

#: launches of each environment; items that look slower are measured again, alone, with twice as many
LAUNCHES = 8
#: rounds of one visit, least seconds of a round, most seconds of a visit
ROUNDS, SHORTEST, SECONDS = 4, 0.005, 0.4

Told = dict[str, Any]


class Launches:
    """Measures speed items, each once."""

    def __init__(self, labs: Mapping[str, Lab], count: int = LAUNCHES) -> None:
        self.labs, self.count = labs, count
        self._found: dict[tuple[str, str, tuple[str, ...], int], dict[str, Told | Failure]] = {}

    def of(self, question: Question, others: Sequence[Question]) -> dict[str, Told | Failure]:
        """Label to ``launches`` and ``pairing``, or to why there are none; ``others`` are measured in the same launches."""
        if _key(question) not in self._found:
            side = timed(question).side
            together = [one for one in others if timed(one).side == side and _key(one) not in self._found]
            listed = list({_key(one): one for one in [question, *together]}.values())
            self._found |= self._measured(side, listed, self.count)
            slow = [one for one in listed if _slower(self._found[_key(one)])]
            if slow:
                self._found |= self._measured(side, slow, 2 * self.count)
        return self._found[_key(question)]

    def _measured(self, side: str, questions: Sequence[Question], count: int) -> dict[Any, dict[str, Told | Failure]]:
        found: dict[Any, dict[str, Told | Failure]] = {
            _key(one): {label: {"launches": [], "pairing": uuid.uuid4().hex} for label in self.labs}
            for one in questions
        }
        for told in found.values():  # the launches of one item are paired with each other
            pairing = next(iter(told.values()))["pairing"]  # type: ignore[index]
            told |= {label: {"launches": [], "pairing": pairing} for label in self.labs}
        labels = list(self.labs)
        for number in range(count):
            pools = {
                label: Pool([lab.specs[side]], lab.pool.limits, os.cpu_count() or 1) for label, lab in self.labs.items()
            }
            order = labels if number % 2 == 0 else labels[::-1]
            try:
                for one in questions:
                    _visit(one, side, order, self.labs, pools, found[_key(one)])
            finally:
                for pool in pools.values():
                    pool.stop()
        return found


def _visit(
    question: Question,
    side: str,
    order: Sequence[str],
    labs: Mapping[str, Lab],
    pools: Mapping[str, Pool],
    told: dict[str, Told | Failure],
) -> None:
    """One launch of one item on every environment: there and back again."""
    if any(isinstance(entry, Failure) for entry in told.values()):
        return
    launch: dict[str, Told] = {}
    for turn, listed in enumerate((order, list(reversed(order)))):
        for label in listed:
            answer = ask(
                question, labs[label], pools[label], rounds=ROUNDS, seconds=SECONDS, shortest=SHORTEST, again=turn > 0
            )
            if isinstance(answer, Failure):
                told[label] = answer
                return
            entry = launch.setdefault(label, {"samples": []})
            entry["samples"] += [float(sample) for sample in answer.arrays["samples"]]
            for name in TOLD:
                if name in answer.info:
                    entry.setdefault(name, answer.info[name])
    for label, entry in launch.items():
        kept = told[label]
        assert isinstance(kept, dict)
        kept["launches"].append(entry)
        kept |= {name: pools[label].greeting(side).get(name) for name in ("device", "versions")}


def _slower(told: Mapping[str, Told | Failure]) -> bool:
    old = told.get("old")
    if not isinstance(old, dict):
        return False
    kinds = {
        found.kind
        for label, new in told.items()
        if label != "old" and isinstance(new, dict)
        for found in pace.compare(old, new)
    }
    return bool(kinds & {pace.SLOWER, pace.START})


def _key(question: Question) -> tuple[str, str, tuple[str, ...], int]:
    return (question.ref.case_id, question.variant, question.parameters, question.seed)
