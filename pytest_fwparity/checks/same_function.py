"""The float64 tier of a question: the same function on every side, known differences, leaks, and who is off."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_fwparity.cases import Case, Difference
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.known import waived
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.checks.reference import outputs, reference
from pytest_fwparity.sides.pool import Answer
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.blame import Evidence, blamable, blame, first_fault
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import GRADIENT, Declared, Measured
from pytest_fwparity.verdict.oracle import Slope
from pytest_fwparity.verdict.outcome import AGREE, BROKEN, DIFFER, KNOWN, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults
from pytest_fwparity.verdict.rule import semantic


def same_function(question: Question, lab: Lab) -> Verdict:
    """The verdict on float64."""
    referee = lab.referee(question)
    bad = trouble(referee)
    if bad is not None:
        return bad
    impure = lab.impurities()
    if impure:
        lines = [
            f"float64 on {name} is not float64 in spite of the patches: {'; '.join(t)}" for name, t in impure.items()
        ]
        lines.append("no error can be measured from it; leave the side out, or report this release")
        return Verdict(outcome=BROKEN, kind="impure", message="\n".join(lines))
    case, sides = question.case(), replies(referee)
    anchor = lab.anchor(list(sides))
    reductions = tuple(
        name for name in getattr(case, "reductions", ()) if name not in lab.reductions_left_out(question)
    )
    expected = reference(case, lab.draw(question), reductions)
    if len(sides) == 1:
        return _one_side(anchor, sides[anchor], case, expected)
    verdict, followed = _compared(question, lab, case, sides, anchor)
    judged = {**sides, anchor: followed} if followed is not None else sides
    if verdict.outcome in (AGREE, KNOWN) and expected is not None:
        against = [f for f in _alone(followed or sides[anchor], expected, anchor, case) if f.fault]
        if against and followed is not None and _partly(question, lab, case, sides, anchor, expected):
            against = []  # it is the side with the known difference that is off, which the reference need not follow
        if against and followed is None:
            shared = _shared(question, lab, case, anchor, expected)
            if shared is not None:
                return shared
        if against:
            text = "the sides agree with each other, but not with the case's own reference(); correct it"
            wrong = decide(against)
            verdict = replace(wrong, kind="reference", message=f"{text}\n{wrong.message}")
    if blamable(verdict):
        verdict = blame(verdict, _evidence(question, lab, case, judged, anchor, expected, verdict))
    return replace(verdict, notes={**verdict.notes, **_leaks(question, lab, sides, followed or sides[anchor], case)})


def _one_side(name: str, reply: Reply, case: Case, expected: Measured | None) -> Verdict:
    if expected is None:
        text = f"only side {name!r} is on, and the case has no NumPy reference: agreement needs two sides"
        return Verdict(outcome=NOT_RUN, kind="one side", message=text)
    return decide(_alone(reply, expected, name, case) + dtype_faults(measured(name, reply), "float64"))


def _compared(
    question: Question, lab: Lab, case: Case, sides: Mapping[str, Reply], anchor: str
) -> tuple[Verdict, Reply | None]:
    """Every other side against the anchor, where they differ with the known differences of that side in place.

    Returns the verdict, and what the anchor computes with the known differences in place, where they were needed.
    """
    others = [name for name in sides if name != anchor]
    findings: list[Finding] = []
    reproduced: list[Difference] = []
    tried: list[Difference] = []
    off = False
    followed: Reply | None = None
    for name in others:
        found = _pair(sides[anchor], sides[name], anchor, name, case, lab)
        known = lab.differences(question, case, name, "float64")
        tried += [entry for entry in known if entry not in tried]
        if decide(found).outcome != AGREE:
            off = True
            if known:
                answer = lab.followed(question, known, lab.draw(question))
                bad = trouble({anchor: answer})
                if bad is not None:
                    return bad, None
                assert isinstance(answer, Reply)
                found = _pair(answer, sides[name], anchor, name, case, lab)
                followed = answer
                if decide(found).outcome == AGREE:
                    reproduced += [entry for entry in known if entry not in reproduced]
        findings += found
    findings, waivers = waived(findings, lab.waivers.limits(question.ref.case_id), "float64", lab.versions())
    verdict = decide(findings)
    notes = {"waivers": ",".join(str(entry.number) for entry in waivers)} if waivers else {}
    if verdict.outcome == AGREE and (reproduced or waivers):
        why = "; ".join([*(entry.why for entry in reproduced), *(entry.reason for entry in waivers)])
        kind = "reproduced" if reproduced else "waived"
        return Verdict(outcome=KNOWN, kind=kind, message=why, findings=verdict.findings, notes=notes), followed
    if verdict.outcome == AGREE and tried and not off:
        names = [entry.name for entry in tried]
        text = f"the declared differences {names} are no longer needed: all sides agree without them; remove them"
        return Verdict(outcome=KNOWN, kind="mended", message=text, findings=verdict.findings), None
    if verdict.outcome == DIFFER and tried:
        lines = (
            f"{verdict.message}\nknown differences tried, and not enough: {', '.join(entry.name for entry in tried)}"
        )
        verdict = replace(verdict, message=lines)
    return verdict, followed


def _partly(
    question: Question, lab: Lab, case: Case, sides: Mapping[str, Reply], anchor: str, expected: Measured
) -> bool:
    """Whether the reference follows none of the known differences, or some and not the others (those of an old release)."""
    for name in sides:
        known = lab.differences(question, case, name, "float64") if name != anchor else []
        for count in range(len(known)):
            for some in itertools.combinations(known, count):
                answer = lab.followed(question, some, lab.draw(question)) if some else sides[anchor]
                if isinstance(answer, Reply) and decide(_alone(answer, expected, anchor, case)).outcome == AGREE:
                    return True
    return False


def _shared(question: Question, lab: Lab, case: Case, anchor: str, expected: Measured) -> Verdict | None:
    """A known difference that all sides of this session share, so that only the reference shows it.

    With every known difference of the function in place the anchor gives what the reference does.
    """
    known = [entry for entry in case.differences() if not entry.dtypes and entry.holds_for(case)]
    answer = lab.followed(question, known, lab.draw(question)) if known else None
    if not isinstance(answer, Reply):
        return None
    verdict = decide(_alone(answer, expected, anchor, case))
    if verdict.outcome != AGREE:
        return None
    why = "; ".join(entry.why for entry in known)
    text = f"every side here differs from the reference alike: {why}"
    return replace(verdict, outcome=KNOWN, kind="reproduced", message=text)


def _alone(reply: Reply, expected: Measured, name: str, case: Case) -> list[Finding]:
    """One side against its reference, which gives outputs only."""
    plain = measured(name, reply)
    only = {key: value for key, value in plain.arrays.items() if key in expected.arrays}
    declared = Declared(floor=case.floor)
    return semantic(Measured(side=name, arrays=only, dtypes=plain.dtypes), expected, reply.movement, declared)


def _pair(left: Reply, right: Reply, anchor: str, name: str, case: Case, lab: Lab) -> list[Finding]:
    """One other side against the anchor."""
    one, other = measured(anchor, left), measured(name, right)
    found = dtype_faults(one, "float64") + dtype_faults(other, "float64")
    return found + semantic(one, other, left.movement, Declared.of(case), lab.device_kind(name))


def _evidence(
    question: Question,
    lab: Lab,
    case: Case,
    sides: Mapping[str, Reply],
    anchor: str,
    expected: Measured | None,
    verdict: Verdict,
) -> Evidence:
    """What can tell who is off; finite differences are computed for a gradient that is the first to be off."""
    first = first_fault(verdict)
    slopes: dict[str, list[Slope]] = {}
    if first is not None and first.name.startswith(GRADIENT) and case.kind in ("layer", "function", "loss"):
        slopes = slopes_of(lab.slopes(question, by=first.name))
    return Evidence(
        sides=[measured(name, reply) for name, reply in sides.items()],
        movement=sides[anchor].movement,
        reference=expected,
        outputs=outputs(case),
        declared=Declared.of(case),
        kernels=lab.kernels,
        slopes=slopes,
    )


def slopes_of(answers: Mapping[str, Answer]) -> dict[str, list[Slope]]:
    """Side to the slopes in its reply."""
    return {
        name: [Slope(**entry) for entry in reply.info.get("slopes", [])]
        for name, reply in replies(answers).items()
        if reply.info.get("slopes")
    }


def _leaks(question: Question, lab: Lab, sides: Mapping[str, Reply], followed: Reply, case: Case) -> dict[str, Any]:
    """What each side's float64 loses as it is shipped, against its own patched float64: told, and no fault of the item."""
    told = []
    for name, stock in lab.stock(question).items():
        if not isinstance(stock, Reply):
            told.append(f"{name}: stock float64 raises {stock.message.splitlines()[0][:200]}")
            continue
        pure, plain = measured(name, sides[name]), measured(f"{name} as shipped", stock)
        # A side whose shapes are off has no movement of the anchor's to be measured by.
        moved = {
            key: value
            for key, value in followed.movement.items()
            if key in pure.arrays and value.shape == pure.arrays[key].shape
        }
        found = [f for f in semantic(pure, plain, moved, Declared.of(case)) if f.fault in ("semantic", "leak")]
        narrow = sorted(key for key, kind in plain.dtypes.items() if kind == "float32")
        if found:
            worst = max(found, key=lambda finding: finding.units)
            where = f", computed in float32: {', '.join(narrow[:3])}" if narrow else ""
            told.append(f"{name}: {worst.name} is off by {worst.units:.3g} units{where}")
    return {"leak": "; ".join(told)} if told else {}
