"""Do the sides agree? float64: the same function; float32 and below: each side's error is what rounding explains."""

from __future__ import annotations

from dataclasses import replace

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.checks.distribution import distribution
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.checks.same_function import same_function
from pytest_fwparity.checks.working import working
from pytest_fwparity.verdict.outcome import INCONCLUSIVE, Verdict

name = "agree"
#: whether the first variant of a case stands for all
one_variant = False
#: kinds that compute in one dtype only: a rate is a number of Python's, a distribution is one
_WIDE = ("schedule", "initializer")


def asks(cls: type[Case], level: str) -> bool:
    return wanted(cls, name, True)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    if cls.kind == "initializer":
        return [("float32",)]
    dtypes = ["float64", "float32"]
    if cls.kind not in _WIDE:
        if scope.devices & {"cuda"}:
            dtypes.append("tf32")
        if at_level("standard", scope.level):
            dtypes += ["bfloat16", "float16"]
    return [(dtype,) for dtype in dtypes]


def answer(question: Question, lab: Lab) -> Verdict:
    (dtype,) = question.parameters
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    if question.ref.cls.kind == "initializer":
        return distribution(question, lab, dtype)
    undecidable = lab.undecidable(question)
    if undecidable is not None:
        return undecidable
    try:
        verdict = same_function(question, lab) if dtype == "float64" else working(question, lab, dtype)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    left_out = lab.reductions_left_out(question)
    if not left_out:
        return verdict
    text = "; ".join(f"{name} {reason}" for name, reason in left_out.items())
    return replace(verdict, notes={**verdict.notes, "left out": text})
