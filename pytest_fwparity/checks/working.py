"""The precision tier of a question: each side alone, in a working dtype, against its own float64."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from pytest_fwparity.cases import Case, Difference
from pytest_fwparity.cases.drawing import Draw
from pytest_fwparity.checks.answers import failures, measured, replies, trouble
from pytest_fwparity.checks.known import waived
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.checks.trajectory import trajectory
from pytest_fwparity.sides.pool import Answer
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.constants import MOVEMENT_DELTA
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared, Measured
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, KNOWN, Finding, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults, pair_up, vacuous
from pytest_fwparity.verdict.rule import overflows_nowhere, precision

#: kinds that run in steps, each of which is judged from the state that the side itself reached
STEPWISE = ("optimizer", "training")


@dataclass(frozen=True, kw_only=True)
class Referees:
    """What each side's results are measured from: its own float64, and how far rounding moves it.

    ``trouble`` is the verdict where there is none. ``notes`` name sides that have no float64 of their own.
    """

    own: Mapping[str, Measured] = field(default_factory=dict)
    movement: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    trouble: Verdict | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


def working(question: Question, lab: Lab, dtype: str) -> Verdict:
    """The verdict on one working dtype."""
    case = question.case()
    drawn, _ = lab.low(question, dtype)
    options: dict[str, Any] = {"tf32": True} if dtype == "tf32" else {}
    if case.kind in STEPWISE:
        options["states"] = True
    asked = "float32" if dtype == "tf32" else dtype
    answers = lab.every(question, drawn, dtype=asked, options=options)
    bad = trouble(answers)
    if bad is not None:
        return bad
    run = {"dtype": asked, "options": options}
    fallen_back = watched(question, lab, drawn, kernels_of(case, lab.sides), run)
    if isinstance(fallen_back, Verdict):
        return fallen_back
    return against_own_float64(question, lab, dtype, replies(answers), run, fallen_back)


def against_own_float64(
    question: Question,
    lab: Lab,
    dtype: str,
    answers: Mapping[str, Reply],
    run: Mapping[str, Any],
    further: Sequence[Finding] = (),
) -> Verdict:
    """The verdict on results in a working dtype, of some sides or all; ``run`` is how they were asked for."""
    case = question.case()
    drawn, delta = lab.low(question, dtype)
    referees = referees_of(question, lab, case, drawn, answers, delta, run)
    if referees.trouble is not None:
        return referees.trouble
    return _judged(question, lab, case, dtype, drawn, delta, answers, referees, run, further)


def kernels_of(case: Case, sides: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Side to the kernels that the case says must run there."""
    return {
        side: names for side in sides for glob, names in case.kernels.items() if fnmatchcase(side.split("@")[0], glob)
    }


def watched(
    question: Question, lab: Lab, drawn: Draw, kernels: Mapping[str, tuple[str, ...]], run: Mapping[str, Any]
) -> list[Finding] | Verdict:
    """Whether these kernels run: a slow path that takes their place gives the same values, and no value tells."""
    if not kernels:
        return []
    request = lab.request(question, drawn, dtype=run["dtype"], options={**run["options"], "kernels": True})
    answers = {name: got[0] for (name, _), got in lab.ask({(name, ""): [request] for name in kernels}).items()}
    bad = trouble(answers)
    if bad is not None:
        return bad
    found = []
    for name, reply in replies(answers).items():
        ran = reply.info.get("kernels", [])
        for kernel in kernels[name]:
            lines = (
                f"{name} did not run {kernel}: another path took its place, whose values agree",
                f"it ran {', '.join(ran[:12])}" + (f" and {len(ran) - 12} more" if len(ran) > 12 else ""),
            )
            fault = "" if kernel in ran else "fallback"
            found.append(Finding(name=f"{name} {kernel}", fault=fault, lines=lines, side=name))
    return found


def referees_of(
    question: Question,
    lab: Lab,
    case: Case,
    drawn: Draw,
    answers: Mapping[str, Reply],
    delta: float,
    run: Mapping[str, Any],
    **changes: Any,
) -> Referees:
    """Float64 of every side at the same arrays; of a stepwise kind, each step from the side's own state.

    ``run`` is how the run in the working dtype was asked for, ``changes`` what its referee is asked beside.
    """
    if case.kind in STEPWISE:
        states = {name: reply.states for name, reply in answers.items()}
        got = lab.forced(question, drawn, states, delta, **changes)
    elif drawn is lab.draw(question):
        got = lab.referee(question)
    else:
        got = lab.referee(question, drawn, delta, **changes)
    anchor = lab.anchor(list(got))
    lacking = [name for name, failure in failures(got).items() if failure.kind == "unsupported" and name != anchor]
    bad = trouble({name: answer for name, answer in got.items() if name not in lacking})
    if bad is not None:
        return Referees(trouble=bad)
    own, movement, notes = {}, {}, {}
    plain = got[anchor]
    assert isinstance(plain, Reply)
    for name, answer in got.items():
        known = [] if name == anchor else lab.differences(question, case, name, "float64")
        follows: Answer = plain
        if known:
            at = _at(question, lab, case, drawn, known, run)
            if isinstance(at, Verdict):
                return Referees(trouble=at)
            follows = lab.followed(question, known, at, delta, **changes)
        bad = trouble({anchor: follows})
        if bad is not None:
            return Referees(trouble=bad)
        assert isinstance(follows, Reply)
        if isinstance(answer, Reply):
            own[name] = measured(name, answer)
        else:
            own[name] = measured(anchor, follows)
            notes[f"referee of {name}"] = f"that of {anchor}: {answer.message}"
        movement[name] = follows.movement
    return Referees(own=own, movement=movement, notes=notes)


def _at(
    question: Question, lab: Lab, case: Case, drawn: Draw, known: list[Difference], run: Mapping[str, Any]
) -> Draw | Verdict:
    """Where the anchor follows known differences: the arrays, and for steps the states of such a run of its own."""
    if case.kind not in STEPWISE:
        return drawn
    states = lab.states(question, known, drawn, **run)
    return states if isinstance(states, Verdict) else replace(drawn, arrays={**drawn.arrays, **states})


def _judged(
    question: Question,
    lab: Lab,
    case: Case,
    dtype: str,
    drawn: Draw,
    delta: float,
    answers: Mapping[str, Reply],
    referees: Referees,
    run: Mapping[str, Any],
    further: Sequence[Finding],
) -> Verdict:
    declared = Declared.of(case, dtype)
    sides = {name: measured(name, reply) for name, reply in answers.items()}
    found: list[Finding] = vacuous(list(sides.values()), declared)
    faulty = {finding.name for finding in found}
    found += overflows_nowhere(list(sides.values()), declared, dtype)
    # Moves of 2**-24 seldom meet a kink; those of half precision do.
    smooth = case.kind in STEPWISE or delta == MOVEMENT_DELTA
    kinks = {} if smooth else lab.kinks(question, drawn, delta)
    reproduced: list[Difference] = []
    mended: list[Difference] = []
    tried: list[Difference] = []
    waivers: list[Any] = []
    for name, side in sides.items():
        device = lab.device_kind(name)
        parts = precision(side, referees.own[name], referees.movement[name], dtype, declared, delta, device, kinks)
        parts, used = waived(parts, lab.waivers.limits(question.ref.case_id), dtype, lab.versions())
        waivers += used
        known = lab.differences(question, case, name, dtype)
        if known and not any(part.fault for part in parts):
            mended += known
        elif known:
            explained = _explained(question, lab, case, name, dtype, drawn, delta, known, answers, referees, run)
            if isinstance(explained, Verdict):
                return explained
            tried += known
            if not any(part.fault for part in explained):
                reproduced += known
                parts = explained
        found += dtype_faults(side, "float32" if dtype == "tf32" else dtype)
        found += [part for part in parts if part.name not in faulty]
    found += further
    first, *others = sides.values()
    for other in others:
        found += pair_up(first, other)
    notes = dict(referees.notes)
    if case.kind in STEPWISE and dtype == "float32":
        drifted, text = trajectory(question, lab, case, drawn, answers)
        found += drifted
        notes["trajectory"] = text
    verdict = decide(found)
    if kinks:
        notes["nonsmooth"] = ", ".join(f"{name}: {mask.mean():.2%}" for name, mask in kinks.items())
    if waivers:
        notes["waivers"] = ",".join(str(entry.number) for entry in waivers)
    return _with_known(replace(verdict, notes=notes), reproduced, mended, tried, waivers)


def _explained(
    question: Question,
    lab: Lab,
    case: Case,
    name: str,
    dtype: str,
    drawn: Draw,
    delta: float,
    known: list[Difference],
    answers: Mapping[str, Reply],
    referees: Referees,
    run: Mapping[str, Any],
) -> list[Finding] | Verdict:
    """The same with differences of rounding in place: their code, each of its operations rounded, must lose as much."""
    anchor = lab.anchor(list(answers))
    semantic = [] if name == anchor else lab.differences(question, case, name, "float64")
    at = _at(question, lab, case, drawn, [*semantic, *known], run)
    if isinstance(at, Verdict):
        return at
    got = lab.followed(question, [*semantic, *known], at, delta, operations=True)
    bad = trouble({anchor: got})
    if bad is not None:
        return bad
    assert isinstance(got, Reply)
    # A step starts from the side's own state, which the code has not; its rounding is the same.
    own = referees.own[name] if case.kind in STEPWISE else replace(measured(anchor, got), side=name)
    side = measured(name, answers[name])
    # That so much is lost that little is left is what the difference says.
    return [
        replace(part, unsure="")
        for part in precision(side, own, got.movement, dtype, Declared.of(case, dtype), delta, lab.device_kind(name))
    ]


def _with_known(
    verdict: Verdict,
    reproduced: list[Difference],
    mended: list[Difference],
    tried: list[Difference],
    waivers: list[Any],
) -> Verdict:
    if verdict.outcome == AGREE and mended:
        names = list(dict.fromkeys(entry.name for entry in mended))
        text = (
            f"the declared differences {names} are no longer needed: every side is as exact as its dtype; remove them"
        )
        return replace(verdict, outcome=KNOWN, kind="mended", message=text)
    if verdict.outcome == AGREE and (reproduced or waivers):
        why = "; ".join(dict.fromkeys([*(e.why for e in reproduced), *(e.reason for e in waivers)]))
        return replace(verdict, outcome=KNOWN, kind="reproduced" if reproduced else "waived", message=why)
    if verdict.outcome == DIFFER and tried:
        listed = ", ".join(dict.fromkeys(entry.name for entry in tried))
        text = f"{verdict.message}\nknown differences tried, and not enough: {listed}"
        return replace(verdict, message=text)
    return verdict
