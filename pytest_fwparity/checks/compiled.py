"""Does what a compiler makes of the code compute the same? Each side in its other forms, again and again.

A side in a form (``graph``: traced; ``compiled``: ``torch.compile``, XLA) is judged as eagerly, by the distance from its own
float64, computed operation by operation; what was compiled must give the same bits each time it runs.
"""

from __future__ import annotations

from dataclasses import replace

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, at_level, wanted
from pytest_fwparity.checks.working import against_own_float64
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, INCONCLUSIVE, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.repetition import same_bits

name = "compiled"
#: whether the first variant of a case stands for all
one_variant = False
#: runs of what was compiled once
RUNS = 3
FORMS = ("graph", "compiled")
_KINDS = ("layer", "function")


def asks(cls: type[Case], level: str) -> bool:
    by_default = cls.checks is None and at_level("exhaustive", level)
    return cls.kind in _KINDS and at_level("standard", level) and wanted(cls, name, by_default)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    return [("float32", form) for form in FORMS if any(form in forms for forms in scope.forms.values())]


def answer(question: Question, lab: Lab) -> Verdict:
    """Only the sides that have the form are asked; the referee is everyone's float64."""
    dtype, form = question.parameters
    unmet = lab.unmet(question) or lab.undecidable(question)
    if unmet is not None:
        return unmet
    try:
        drawn = lab.draw(question)
    except NearKink as error:
        return Verdict(outcome=INCONCLUSIVE, kind="kink", message=str(error))
    options = {"form": form}
    request = lab.request(question, drawn, dtype=dtype, options=options)
    sides = [side for side, spec in lab.specs.items() if form in spec.kind.forms]
    answers = lab.ask({(side, ""): [request] * RUNS for side in sides})
    for turn in range(RUNS):
        bad = trouble({side: answers[side, ""][turn] for side in sides})
        if bad is not None:
            return bad
    runs = [replies({side: answers[side, ""][turn] for side in sides}) for turn in range(RUNS)]
    left_whole = [side for side in sides if not runs[0][side].info.get("compiled")]
    if left_whole:
        text = f"nothing of it could be compiled on {' and '.join(left_whole)}: it ran operation by operation"
        return Verdict(outcome=NOT_RUN, kind="unsupported", message=text)
    again: list[Finding] = []
    for side in sides:
        listed = [
            (f"run {turn + 1} of the same {form} code", measured(side, run[side])) for turn, run in enumerate(runs)
        ]
        again += same_bits(side, listed, {}, dtype, lab.device_kind(side) in question.ref.cls.deterministic)
    repeated = decide(again)
    told = {f"nondeterministic on {part.side}": part.lines[0] for part in again if part.lines and not part.fault}
    told["parts compiled"] = ", ".join(f"{side} {runs[0][side].info['compiled']}" for side in sides)
    if repeated.outcome != AGREE:
        return replace(repeated, notes=told)
    verdict = against_own_float64(question, lab, dtype, runs[0], {"dtype": dtype, "options": options})
    verdict = replace(verdict, notes={**verdict.notes, **told})
    if verdict.outcome != DIFFER:
        return verdict
    text = f"{verdict.message}\nas {form}; where agree passes in {dtype}, what the compiler made of it is off"
    return replace(verdict, message=text)
