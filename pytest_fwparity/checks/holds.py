"""Do the claims of a random layer hold on each side alone?"""

from __future__ import annotations

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.base import describe
from pytest_fwparity.checks.answers import replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, wanted
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.outcome import BROKEN, Finding, Verdict

name = "holds"
#: whether the first variant of a case stands for all
one_variant = False


def asks(cls: type[Case], level: str) -> bool:
    return wanted(cls, name, hasattr(cls, "holds")) and hasattr(cls, "holds")


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float32",)]


def answer(question: Question, lab: Lab) -> Verdict:
    (dtype,) = question.parameters
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    drawn = lab.draw(question)
    answers = lab.every(question, drawn, dtype=dtype)
    bad = trouble(answers)
    if bad is not None:
        return bad
    case = question.case()
    given = {
        key.split("/", 2)[2].replace("/", "_"): value for key, value in drawn.arrays.items() if key[:6] == "inputs"
    }
    given |= {key.split("/", 1)[1]: value for key, value in drawn.arrays.items() if key[:7] == "weights"}
    found = []
    for side, reply in replies(answers).items():
        computed = {key.replace(" ", "_").replace("/", "_"): value for key, value in reply.arrays.items()}
        claims = case.holds(**{**given, **computed})  # type: ignore[attr-defined]
        if not isinstance(claims, dict) or not claims:
            text = f"{describe(type(case))}: holds() returned {claims!r}; return a dict from claim to bool, with one at least"
            return Verdict(outcome=BROKEN, kind="yours", message=text)
        for claim, true in claims.items():
            lines = (f"on {side} it does not hold that {claim}",)
            found.append(Finding(name=f"{side}: {claim}", fault="" if bool(true) else "claim", lines=lines))
    return decide(found)
