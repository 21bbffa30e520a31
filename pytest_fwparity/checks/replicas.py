"""Data parallel: several replicas against the full batch, on each side and across sides, in float64."""

from __future__ import annotations

from pytest_fwparity.cases import Case
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, wanted
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared
from pytest_fwparity.verdict.outcome import Finding, Verdict
from pytest_fwparity.verdict.rule import semantic

name = "replicas"
#: whether the first variant of a case stands for all
one_variant = False
RANKS = 2


def asks(cls: type[Case], level: str) -> bool:
    return cls.kind == "training" and wanted(cls, name, False)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float64",)]


def answer(question: Question, lab: Lab) -> Verdict:
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    drawn, case = lab.draw(question), question.case()
    referee = lab.referee(question)
    bad = trouble(referee)
    if bad is not None:
        return bad
    answers = lab.every(question, drawn, op="replicas", options={"ranks": RANKS})
    bad = trouble(answers)
    if bad is not None:
        return bad
    full, sharded = replies(referee), replies(answers)
    anchor = lab.anchor(list(full))
    movement = full[anchor].movement
    found: list[Finding] = []
    for side, reply in sharded.items():  # what causes the rest stands first
        equal = reply.info.get("replicas_equal")
        lines = (f"{side}: the replicas do not hold the same bits after training: {reply.info.get('apart', '')}",)
        found.append(Finding(name=f"{side} replicas equal", fault="" if equal else "bits", lines=lines))
        if reply.info.get("ranks") != RANKS:
            lines = (f"{side} trained on {reply.info.get('ranks')} replicas, but should on {RANKS}",)
            found.append(Finding(name=f"{side} ranks", fault="vacuous", lines=lines))
    for side, reply in sharded.items():
        whole = measured(f"{side} full batch", full[side])
        parts = measured(f"{side} {RANKS} replicas", reply)
        found += semantic(whole, parts, movement, Declared.of(case), lab.device_kind(side))
    for side in sharded:
        if side != anchor:
            left, right = (measured(f"{n} {RANKS} replicas", sharded[n]) for n in (anchor, side))
            found += semantic(left, right, movement, Declared.of(case), lab.device_kind(side))
    verdict = decide(found)
    emulated = all(lab.device_kind(side) == "cpu" for side in sharded)
    notes = {"devices": f"{RANKS} emulated CPU devices"} if emulated else {}
    return Verdict(**{**vars(verdict), "notes": notes})
