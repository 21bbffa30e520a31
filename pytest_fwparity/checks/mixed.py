"""Mixed precision: each side against its own float64, under a Keras policy and under ``torch.autocast``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pytest_fwparity.cases import Case
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question, Scope, wanted
from pytest_fwparity.checks.working import referees_of
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.constants import UNIT
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared, Measured
from pytest_fwparity.verdict.outcome import Finding, Verdict
from pytest_fwparity.verdict.pairing import vacuous
from pytest_fwparity.verdict.rule import precision

name = "mixed"
#: whether the first variant of a case stands for all
one_variant = False


def asks(cls: type[Case], level: str) -> bool:
    return cls.kind in ("layer", "training") and wanted(cls, name, False)


def parameters(cls: type[Case], scope: Scope) -> list[tuple[str, ...]]:
    chosen = getattr(cls, "precision", "")
    return [(chosen,)] if chosen else [("mixed_bfloat16",), ("mixed_float16",)]


def answer(question: Question, lab: Lab) -> Verdict:
    (policy,) = question.parameters
    dtype = policy.removeprefix("mixed_")
    unmet = lab.unmet(question)
    if unmet is not None:
        return unmet
    case = question.case()
    overflow = tuple(getattr(case, "overflow", ()))
    drawn = lab.draw(question, inputs_on=dtype)  # weights stay float32 masters
    run: dict[str, Any] = {"dtype": "float32", "policy": policy, "options": {"states": True}}
    answers = lab.every(question, drawn, **run)
    bad = trouble(answers)
    if bad is not None:
        return bad
    sides = replies(answers)
    # The referee leaves out the steps that loss scaling must leave out; it has no scaler itself.
    referees = referees_of(question, lab, case, drawn, sides, UNIT[dtype], run, options={"skip": list(overflow)})
    if referees.trouble is not None:
        return referees.trouble
    declared = Declared.of(case, dtype)
    found: list[Finding] = vacuous([measured(n, r) for n, r in sides.items()], declared)
    for side, reply in sides.items():
        mine, ref = (_judged(part, overflow) for part in (measured(side, reply), referees.own[side]))
        movement, device = referees.movement[side], lab.device_kind(side)
        found += precision(mine, ref, movement, dtype, declared, UNIT[dtype], device)
        fine = precision(mine, ref, movement, "float32", declared, UNIT[dtype], device)
        if all(part.good for part in fine):
            lines = (
                f"{side} under {policy} is as exact as float32: nothing was computed in {dtype}",
                "the policy did not reach the layer; a check of mixed precision that does not mix proves nothing",
            )
            found.append(Finding(name=side, fault="vacuous", lines=lines, side=side))
        if policy == "mixed_float16" and case.kind == "training":
            found += _scaling(case, side, reply, overflow)
    scales = {side: reply.info.get("scales", []) for side, reply in sides.items()}
    if len({tuple(scale) for scale in scales.values()}) > 1:
        per_side = tuple(f"loss scale after each step on {side}: {scale}" for side, scale in scales.items())
        found.append(Finding(name="loss scale", fault="semantic", lines=per_side))
    return decide(found)


def _judged(side: Measured, overflow: tuple[int, ...]) -> Measured:
    """Without the losses of overflowing steps, which are not finite in float16 by declaration."""
    left_out = {f"loss[{step}]" for step in overflow}
    return replace(side, arrays={key: value for key, value in side.arrays.items() if key not in left_out})


def _scaling(case: Case, side: str, reply: Reply, overflow: tuple[int, ...]) -> list[Finding]:
    """An overflowing step halves the scale and moves no weight by a bit; the other steps move every weight."""
    found = []
    scales = [float(case.scale), *reply.info.get("scales", [])]  # type: ignore[attr-defined]
    if len(scales) < 2:
        lines = (f"{side} reports no loss scale under mixed_float16: there is no gradient scaler",)
        return [Finding(name="loss scale", fault="semantic", lines=lines)]
    for step, should in enumerate(_expected(case, overflow, len(scales) - 1)):
        got = scales[step + 1]
        lines = (f"{side}: the loss scale after step {step} is {got:g}, but should be {should:g}",)
        found.append(
            Finding(name=f"loss scale[{step}]", fault="" if got == should else "semantic", lines=lines, side=side)
        )
        if got != should:
            break
    for step in overflow:
        halved = scales[step + 1] == scales[step] / 2
        lines = (
            f"{side}: the overflow in step {step} moved the loss scale from {scales[step]:g} to {scales[step + 1]:g}, not to half",
        )
        fault = "" if halved else "semantic"
        found.append(Finding(name=f"loss scale[{step}]", fault=fault, lines=lines, side=side))
        for key in [key for key in reply.arrays if key.endswith(f"[{step}]") and not key.startswith("loss")]:
            before = reply.arrays.get(key.replace(f"[{step}]", f"[{step - 1}]"))
            same = before is not None and np.array_equal(before, reply.arrays[key])
            lines = (f"{side}: {key} moved in step {step}, whose gradients overflow and which must be left out",)
            found.append(Finding(name=key, fault="" if same else "semantic", lines=lines, side=side))
    return found


def _expected(case: Case, overflow: tuple[int, ...], steps: int) -> list[float]:
    """The loss scale after each step: half after an overflow, twice after ``growth`` good steps in a row."""
    scale, good, made = float(case.scale), 0, []  # type: ignore[attr-defined]
    for step in range(steps):
        good = 0 if step in overflow else good + 1
        if step in overflow:
            scale /= 2
        elif good == case.growth:  # type: ignore[attr-defined]
            scale, good = scale * 2, 0
        made.append(scale)
    return made
