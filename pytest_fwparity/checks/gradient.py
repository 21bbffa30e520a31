"""Is each gradient the slope of the function? Each side alone, in float64, against differences of its own outputs."""

from __future__ import annotations

from dataclasses import replace

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.checks.answers import trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.checks.same_function import slopes_of
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.oracle import slopes_agree
from pytest_fwparity.verdict.outcome import AGREE, INCONCLUSIVE, KNOWN, NOT_RUN, Verdict

name = "gradient"
#: whether the first variant of a case stands for all
one_variant = False
DIRECTIONS = 2


def asks(cls: type[Case], level: str) -> bool:
    return (
        cls.kind in ("layer", "function", "loss")
        and at_level("standard", level)
        and wanted(cls, name, cls.checks is None)
    )


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float64",)]


def answer(question: Question, lab: Lab) -> Verdict:
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    try:
        answers = lab.slopes(question, directions=DIRECTIONS)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    bad = trouble(answers)
    if bad is not None:
        return bad
    slopes = slopes_of(answers)
    if not slopes:
        return Verdict(outcome=NOT_RUN, kind="no gradient", message="nothing that may be moved has a gradient here")
    found = {side: slopes_agree(side, listed) for side, listed in slopes.items()}
    anchor, case = lab.anchor(lab.sides), question.case()
    known = [d for side in lab.sides if side != anchor for d in lab.differences(question, case, side, "float64")]
    known = list({entry.name: entry for entry in known}.values())
    if not known or not any(finding.fault for finding in found.get(anchor, [])):
        return decide([finding for listed in found.values() for finding in listed])
    again = lab.slopes(question, directions=DIRECTIONS, known=known)
    bad = trouble(again)
    if bad is not None:
        return bad
    found |= {side: slopes_agree(side, listed) for side, listed in slopes_of(again).items()}
    verdict = decide([finding for listed in found.values() for finding in listed])
    if verdict.outcome == AGREE:
        return replace(verdict, outcome=KNOWN, kind="reproduced", message="; ".join(entry.why for entry in known))
    return verdict
