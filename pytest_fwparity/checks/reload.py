"""Does a layer that was saved and loaded compute the same bits? Each side alone, in every form it saves in."""

from __future__ import annotations

from dataclasses import replace

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import INCONCLUSIVE, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.repetition import same_bits

name = "reload"
#: whether the first variant of a case stands for all
one_variant = False


def asks(cls: type[Case], level: str) -> bool:
    return cls.kind == "layer" and at_level("standard", level) and wanted(cls, name, cls.checks is None)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float32",)]


def answer(question: Question, lab: Lab) -> Verdict:
    """The worker's reply names each result ``FORM: RESULT``, the form ``saved`` being the layer that was saved."""
    (dtype,) = question.parameters
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    try:
        drawn = lab.draw(question)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    answers = lab.every(question, drawn, op="reload", dtype=dtype)
    bad = trouble(answers)
    if bad is not None:
        return bad
    found: list[Finding] = []
    notes: dict[str, str] = {}
    for side, reply in replies(answers).items():
        forms = [str(form) for form in reply.info["forms"]]
        notes[f"{side} reloads from"] = ", ".join(forms) or "nothing: it is a function"
        saved = ("the layer that was saved", _form(side, reply, "saved"))
        for form in forms:
            runs = [saved, (f"the layer loaded from {form}", _form(side, reply, form))]
            for part in same_bits(side, runs, {}, dtype, True):
                found.append(replace(part, fault=name if part.fault else ""))
    if not found:
        return Verdict(outcome=NOT_RUN, kind="unsupported", message="no side has anything to save", notes=notes)
    return replace(decide(found), notes=notes)


def _form(side: str, reply: Reply, form: str) -> Measured:
    """Results of one form, without its name."""
    whole, prefix = measured(side, reply), f"{form}: "
    arrays = {key.removeprefix(prefix): value for key, value in whole.arrays.items() if key.startswith(prefix)}
    return replace(whole, arrays=arrays)
