"""Do the same inputs give the same bits again? In the same worker, in one that met the cases in another order, anew."""

from __future__ import annotations

from dataclasses import replace

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.checks.answers import measured, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.sides.roles import SECOND
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.outcome import INCONCLUSIVE, Finding, Verdict
from pytest_fwparity.verdict.repetition import same_bits

name = "repeat"
#: whether the first variant of a case stands for all
one_variant = False
#: runs in the same worker
RUNS = 3


def asks(cls: type[Case], level: str) -> bool:
    return at_level("standard", level) and wanted(cls, name, cls.checks is None)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float32",)]


def answer(question: Question, lab: Lab) -> Verdict:
    """Items of this check come after all others and in reverse, so that the second worker meets the cases that way."""
    (dtype,) = question.parameters
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    try:
        drawn = lab.draw(question)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    request = lab.request(question, drawn, dtype=dtype)
    renewed = lab.level == "exhaustive"
    seconds = [name for name in lab.sides if lab.pool.seat(name, SECOND) != name]
    if renewed:
        for side in seconds:
            lab.pool.replace(lab.pool.seat(side, SECOND))
    asked = {(side, ""): [request] * RUNS for side in lab.sides} | {(side, SECOND): [request] for side in seconds}
    answers = lab.ask(asked)
    for turn in range(RUNS):
        bad = trouble({side: answers[side, ""][turn] for side in lab.sides})
        if bad is not None:
            return bad
    bad = trouble({side: answers[side, SECOND][0] for side in seconds})
    if bad is not None:
        return bad
    deterministic = question.ref.cls.deterministic
    elsewhere = "a new process" if renewed else "another worker, which met the cases in reverse order"
    found: list[Finding] = []
    told: dict[str, str] = {}
    for side in lab.sides:
        same = [(f"run {turn + 1} of the same worker", answers[side, ""][turn]) for turn in range(RUNS)]
        other = [(elsewhere, answers[side, SECOND][0])] if side in seconds else []
        runs = [(where, measured(side, got)) for where, got in [*same, *other] if isinstance(got, Reply)]
        parts = same_bits(side, runs, {}, dtype, lab.device_kind(side) in deterministic)
        moved = [part for part in parts if part.lines and not part.fault]
        if moved:
            told[f"nondeterministic on {side}"] = "; ".join(part.lines[0] for part in moved[:3])
        found += parts
    return replace(decide(found), notes=told)
