"""How far a whole run in float32 has drifted from the same run in float64: told, and at level exhaustive bounded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import Draw
from pytest_fwparity.checks.answers import measured, replies
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.measured import Declared, base_name, root_mean_square
from pytest_fwparity.verdict.outcome import Finding
from pytest_fwparity.verdict.rule import precision

#: growth of a movement from the first to the last step at which a run is called chaotic, and only told
CHAOTIC = 1e3


def trajectory(
    question: Question, lab: Lab, case: Case, drawn: Draw, answers: Mapping[str, Reply]
) -> tuple[list[Finding], str]:
    """The last step of each side's float32 run against its float64 run.

    Errors may grow from step to step or be forgotten, so that the verdict rests on single steps. At level exhaustive the
    whole run is bounded too, where its movement with every operation rounded grows by less than a thousand: by 8 units
    root mean square of that movement.
    """
    told, found = [], []
    for name, reply in answers.items():
        plain = replies(lab.referee(question)).get(name)
        if plain is None:
            continue
        last = _last(reply.arrays)
        units = [_roundings(value, plain.arrays[key]) for key, value in last.items() if key in plain.arrays]
        told.append(f"{name} {max(units, default=0.0):.3g}")
        if lab.level == "exhaustive":
            found += _bounded(question, lab, case, drawn, name, reply, plain)
    return found, f"relative error after all steps, in float32 roundings: {', '.join(told)}"


def _last(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Results of the last step."""
    steps: dict[str, str] = {}
    for name in arrays:
        steps[base_name(name)] = name  # in the order of steps
    return {name: arrays[name] for name in steps.values() if arrays[name].dtype.kind == "f"}


def _roundings(value: np.ndarray, plain: np.ndarray) -> float:
    unit = 2.0**-24
    with np.errstate(all="ignore"):
        return root_mean_square((value - plain) / (unit * (np.abs(plain) + unit)))


def _bounded(
    question: Question, lab: Lab, case: Case, drawn: Draw, name: str, reply: Reply, plain: Reply
) -> list[Finding]:
    anchor = lab.anchor(lab.sides)
    known = [] if name == anchor else lab.differences(question, case, name, "float64")
    rounding = lab.differences(question, case, name, "float32")
    moved = lab.followed(question, [*known, *rounding], drawn, operations=True)
    if not isinstance(moved, Reply):
        return []
    calm = []
    for key, value in _last(moved.arrays).items():
        first = moved.movement.get(f"{base_name(key)}[0]")
        end = moved.movement.get(key)
        if first is not None and end is not None and value.size:
            start = root_mean_square(first)
            if start and root_mean_square(end) < CHAOTIC * start:
                calm.append(key)
    mine, own = measured(f"{name}, the whole run,", reply), measured(name, plain)
    kept = {key: mine.arrays[key] for key in calm if key in mine.arrays and key in own.arrays}
    whole = type(mine)(side=mine.side, arrays=kept)
    against = type(own)(side=own.side, arrays={key: own.arrays[key] for key in kept})
    return precision(whole, against, moved.movement, "float32", Declared.of(case, "float32"))
