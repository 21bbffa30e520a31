"""Do the sides agree? float64: the same function; float32: each side's error is what rounding explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pytest_fwparity.cases import Case
from pytest_fwparity.checks.lab import Lab, measured, replies, trouble
from pytest_fwparity.checks.question import Question, wanted
from pytest_fwparity.sides.pool import Answer
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.distribution import same_distribution
from pytest_fwparity.verdict.judgement import blame, decide
from pytest_fwparity.verdict.outcome import AGREE, KNOWN, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.rule import Measured, dtype_faults, pair_up, precision, semantic, vacuous

name = "agree"
#: whether the first variant of a case stands for all
one_variant = False


def asks(cls: type[Case], level: str) -> bool:
    return wanted(cls, name, True)


def parameters(cls: type[Case], sides: list[str]) -> list[tuple[str, ...]]:
    if cls.kind == "initializer":
        return [("float32",)]
    return [("float64",), ("float32",)]


def answer(question: Question, lab: Lab) -> Verdict:
    (dtype,) = question.parameters
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    if question.ref.cls.kind == "initializer":
        return _distribution(question, lab, dtype)
    referee = lab.referee(question)
    verdict = _float64(question, lab, referee) if dtype == "float64" else _working(question, lab, referee, dtype)
    left_out = lab.reductions_left_out(question)
    if not left_out:
        return verdict
    text = "; ".join(f"{name} {reason}" for name, reason in left_out.items())
    return replace(verdict, notes={**verdict.notes, "left out": text})


def _float64(question: Question, lab: Lab, referee: Mapping[str, Answer]) -> Verdict:
    bad = trouble(referee)
    if bad is not None:
        return bad
    sides = replies(referee)
    anchor = lab.anchor(list(sides))
    case = question.case()
    reference = _reference(question, lab, case)
    if len(sides) == 1:
        if reference is None:
            text = f"only side {anchor!r} is on, and the case has no NumPy reference: agreement needs two sides"
            return Verdict(outcome=NOT_RUN, kind="one side", message=text)
        found = _alone(sides[anchor], reference, anchor, case)
        return decide(found + dtype_faults(measured(anchor, sides[anchor]), "float64"))
    everyone = [measured(n, r) for n, r in sides.items()]
    others = [name for name in sides if name != anchor]
    direct = {name: _pair(sides[anchor], sides[name], anchor, name, case, lab) for name in others}
    off = [name for name in others if decide(direct[name]).outcome != AGREE]
    known = {d.name: d for d in lab.differences(question, case)}
    verdict = decide([finding for name in off or others for finding in direct[name]])
    if verdict.outcome == AGREE and reference is not None and not known:
        against = [f for f in _alone(sides[anchor], reference, anchor, case) if f.fault]
        if against:
            text = "the sides agree with each other, but not with the case's own reference(); correct it"
            wrong = decide(against)
            return replace(wrong, kind="reference", message=f"{text}\n{wrong.message}")
    if not known:
        return blame(verdict, everyone, reference, sides[anchor].movement, _outputs(case))
    if not off:
        text = (
            f"the declared differences {list(known)} are no longer needed: both sides agree without them; remove them"
        )
        return Verdict(outcome=KNOWN, kind="mended", message=text, findings=verdict.findings)
    followed = lab.followed(question, list(known))
    bad = trouble({anchor: followed})
    if bad is not None:
        return bad
    assert isinstance(followed, Reply)
    # A side may share the anchor's own kernel, and then has no difference: each may agree either way.
    judged = {
        name: _pair(followed, sides[name], anchor, name, case, lab) if name in off else direct[name] for name in others
    }
    again = decide([finding for found in judged.values() for finding in found])
    if again.outcome == AGREE:
        why = "; ".join(d.why for d in known.values())
        return Verdict(outcome=KNOWN, kind="reproduced", message=why, findings=again.findings)
    verdict = blame(again, everyone, reference, sides[anchor].movement, _outputs(case))
    lines = f"{verdict.message}\nknown differences tried, and not enough: {', '.join(known)}"
    return Verdict(**{**vars(verdict), "message": lines})


def _alone(reply: Reply, reference: Measured, name: str, case: Case) -> list[Finding]:
    """One side against the NumPy reference, which gives outputs only."""
    plain = measured(name, reply)
    only = {key: value for key, value in plain.arrays.items() if key in reference.arrays}
    alone = Measured(side=name, arrays=only, dtypes=plain.dtypes)
    return semantic(alone, reference, reply.movement, case.vanishing)


def _pair(left: Reply, right: Reply, anchor: str, name: str, case: Case, lab: Lab) -> list[Finding]:
    """One other side against the anchor."""
    one, other = measured(anchor, left), measured(name, right)
    found = dtype_faults(one, "float64") + dtype_faults(other, "float64")
    return found + semantic(one, other, left.movement, case.vanishing, lab.device_kind(name))


def _working(question: Question, lab: Lab, referee: Mapping[str, Answer], dtype: str) -> Verdict:
    bad = trouble(referee)
    if bad is not None:
        return bad
    answers = lab.every(question, lab.draw(question), dtype=dtype)
    bad = trouble(answers)
    if bad is not None:
        return bad
    case, own = question.case(), replies(referee)
    anchor = lab.anchor(list(own))
    movement = dict.fromkeys(own, own[anchor].movement)
    known = [difference.name for difference in lab.differences(question, case)]
    if known:  # the other sides compute what the anchor computes with the differences in place
        followed = lab.followed(question, known)
        bad = trouble({anchor: followed})
        if bad is not None:
            return bad
        assert isinstance(followed, Reply)
        movement = {name: own[anchor].movement if name == anchor else followed.movement for name in own}
    found: list[Finding] = []
    sides = [measured(name, reply) for name, reply in replies(answers).items()]
    found += vacuous(sides, case.vanishing)
    faulty = {finding.name for finding in found}
    for side in sides:
        found += dtype_faults(side, dtype)
        parts = precision(
            side,
            measured(side.side, own[side.side]),
            movement[side.side],
            dtype,
            case.vanishing,
            device=lab.device_kind(side.side),
        )
        found += [part for part in parts if part.name not in faulty]
    for other in sides[1:]:
        found += pair_up(sides[0], other)
    return decide(found)


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
    return decide(found)


def _reference(question: Question, lab: Lab, case: Case) -> Measured | None:
    """What the case's NumPy reference gives for a single call."""
    hook: Any = getattr(case, "reference", None)
    drawn = lab.draw(question)
    if hook is None or len(drawn.skeleton) != 1 or any(not _is_leaf(entry) for entry in drawn.skeleton[0].values()):
        return None
    given = {key.split("/", 2)[2]: value for key, value in drawn.arrays.items() if key.startswith("inputs/")}
    given |= {key.split("/", 1)[1]: value for key, value in drawn.arrays.items() if key.startswith("weights/")}
    made = hook(**given)
    outputs = getattr(case, "outputs", ("y",))
    named = (
        made
        if isinstance(made, Mapping)
        else dict(zip(outputs, made if isinstance(made, tuple) else (made,), strict=True))
    )
    arrays = {key: np.asarray(value) for key, value in named.items()}
    return Measured(side="the NumPy reference", arrays=arrays)


def _outputs(case: Case) -> tuple[str, ...]:
    """What a reference could give; empty for kinds that have none."""
    return tuple(getattr(case, "outputs", ())) if "reference" in case.hooks else ()


def _is_leaf(entry: Any) -> bool:
    return entry is None
