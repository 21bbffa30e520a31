"""Do the sides agree? float64: the same function; float32 and below: each side's error is what rounding explains."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.cases.streams import Streams
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.checks.same_function import same_function
from pytest_fwparity.checks.working import working
from pytest_fwparity.verdict.distribution import same_distribution
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import INCONCLUSIVE, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults, pair_up

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
        return _distribution(question, lab, dtype)
    for glob, reason in question.ref.cls.without.items():
        if fnmatchcase(f"{question.variant}-{dtype}", glob):
            return Verdict(outcome=NOT_RUN, kind="declared", message=reason)
    try:
        verdict = same_function(question, lab) if dtype == "float64" else working(question, lab, dtype)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    left_out = lab.reductions_left_out(question)
    if not left_out:
        return verdict
    text = "; ".join(f"{name} {reason}" for name, reason in left_out.items())
    return replace(verdict, notes={**verdict.notes, "left out": text})


def _distribution(question: Question, lab: Lab, dtype: str) -> Verdict:
    answers = lab.every(question, lab.draw(question), dtype=dtype)
    bad = trouble(answers)
    if bad is not None:
        return bad
    sides = [measured(name, reply) for name, reply in replies(answers).items()]
    if len(sides) == 1:
        text = f"only side {sides[0].side!r} is on: a comparison of distributions needs two sides"
        return Verdict(outcome=NOT_RUN, kind="one side", message=text)
    found: list[Finding] = []
    for side in sides:
        found += dtype_faults(side, dtype)
    for other in sides[1:]:
        faults = pair_up(sides[0], other)
        found += faults or same_distribution(sides[0], other)
    return _blamed(question, decide(found), sides)


def _blamed(question: Question, verdict: Verdict, sides: list[Measured]) -> Verdict:
    """Which side is not distributed as the case's reference says: a sample of NumPy's, judged by the same test."""
    case: Any = question.case()
    if verdict.kind != "distribution" or not hasattr(case, "reference"):
        return verdict
    drawn = case.reference(Streams(question.seed, question.ref.case_id, "reference"))
    expected = Measured(side="the NumPy reference", arrays={"values": np.asarray(drawn, np.float64)})
    off = [side.side for side in sides if same_distribution(side, expected)[0].fault]
    right = [side.side for side in sides if side.side not in off]
    line = f"blame: {expected.side} is distributed as {' and '.join(right) or 'no side'}, not as {' and '.join(off)}"
    return replace(verdict, message=f"{verdict.message}\n{line}", blamed=tuple(off), blamed_by="reference")
