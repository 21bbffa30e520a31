"""How fast is it? One item per side, mode and form; the samples are the worker's own, replayed to pytest-benchmark."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from pytest_fwparity.cases import Case
from pytest_fwparity.checks.answers import trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.sides.pool import Answer, Pool
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.outcome import Verdict

name = "speed"
#: whether the first variant of a case stands for all
one_variant = True

#: rounds taken, and seconds after which no further round is begun
ROUNDS = 20
SECONDS = 0.4
_MODES = {"layer": ("forward", "step"), "training": ("step",)}
#: form of computing to the lowest level at which it is timed; a training is compiled by ``fit`` as it is
_FORMS = {"graph": "standard", "compiled": "exhaustive"}


#: what a reply's info tells of one launch, beside its samples: seconds, bytes and how they were measured
TOLD = ("first", "warm", "calls", "mode", "memory", "memory_by")


class Timed(NamedTuple):
    """What one item times; no form is operation by operation."""

    mode: str
    form: str
    side: str


def timed(question: Question) -> Timed:
    """The parameters of a question of this check."""
    mode, *form, side = question.parameters
    return Timed(mode, "".join(form), side)


def asks(cls: type[Case], level: str) -> bool:
    return cls.kind in _MODES and at_level(cls.speed, level) and wanted(cls, name, cls.checks is None)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    forms = [form for form, lowest in _FORMS.items() if cls.kind == "layer" and at_level(lowest, scope.level)]
    listed: list[tuple[str, ...]] = []
    for mode in _MODES[cls.kind]:
        listed += [(mode, side) for side in scope.sides]
        listed += [(mode, form, side) for form in forms for side in scope.sides if form in scope.forms.get(side, ())]
    return listed


def ask(question: Question, lab: Lab, pool: Pool, **options: Any) -> Answer:
    """Time one item on the workers of a pool: up to ``rounds``, in ``seconds``, each of at least ``shortest`` seconds.

    The reply holds ``samples`` (seconds a call), and in its info ``first`` (compile included), ``calls`` and ``memory``;
    with ``again`` what the same worker timed last is timed on.
    """
    mode, form, side = timed(question)
    given = {"mode": mode, "form": form, "kind": question.ref.cls.kind, **options}
    request = lab.request(question, lab.draw(question), op="speed", dtype="float32", options=given)
    return pool.ask({side: [request]})[side][0]


def answer(question: Question, lab: Lab) -> tuple[Verdict | None, Reply | None]:
    """One launch: the lab's own workers, with every core."""
    with lab.speed(os.cpu_count() or 1) as pool:
        got = ask(question, lab, pool, rounds=ROUNDS, seconds=SECONDS)
    bad = trouble({timed(question).side: got})
    return bad, got if isinstance(got, Reply) else None
