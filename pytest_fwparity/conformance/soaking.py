"""``--fwparity-soak``: cases repeated against their own first bits until the time is up or a bit changes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.cases.drawing import NearKink
from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.conformance.health import changed, counters
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.comparison import first, place
from pytest_fwparity.verdict.outcome import AGREE, DIFFER

#: runs before the soak proper; a result whose bits change among them is the framework's way, and is left out
SETTLING = 3
#: kinds of case that one request computes whole
_KINDS = ("layer", "function", "loss", "metric", "optimizer")


@dataclass
class Soaked:
    """What a soak has seen so far."""

    #: (environment, side, case, variant) to the first bits of each result that settled
    bits: dict[tuple[str, str, str, str], dict[str, np.ndarray]] = field(default_factory=dict)
    unsettled: set[str] = field(default_factory=set)
    left_out: dict[str, str] = field(default_factory=dict)
    runs: int = 0


class SoakItem(pytest.Item):
    """One item after all others; it fails at the first bit that changes."""

    labs: Mapping[str, Lab]
    questions: Sequence[Question]
    seconds: float

    def runtest(self) -> None:
        began, health = time.monotonic(), counters()
        soaked, turn = Soaked(), 0
        while turn <= SETTLING or time.monotonic() - began < self.seconds:
            for question in self.questions:
                deviation = _run(question, self.labs, soaked, settling=turn < SETTLING)
                if deviation:
                    when = f"after {_duration(time.monotonic() - began)}, in run {turn + 1} ({soaked.runs} requests)"
                    blamed = changed(health, counters())
                    lines = [f"a bit changed {when}: {question.text}", *deviation]
                    lines += [f"hardware: {line} meanwhile" for line in blamed]
                    lines += (
                        [] if blamed else ["no health counter of a GPU changed meanwhile, or there is none to read"]
                    )
                    self._fail(lines)
                if turn > SETTLING and time.monotonic() - began >= self.seconds:
                    break
            turn += 1
        watched = sum(len(held) for held in soaked.bits.values())
        if not watched:
            left_out = list(soaked.left_out.values())[:3] or ["no case gives the same bits twice"]
            self._fail(["nothing was watched", *left_out])
        told = f"{soaked.runs} requests in {_duration(time.monotonic() - began)}, {watched} results watched, no bit changed"
        if soaked.unsettled:
            told += f"; {len(soaked.unsettled)} left out, whose bits change from run to run: "
            told += ", ".join(sorted(soaked.unsettled)[:3])
        self._say(AGREE, told)

    def _fail(self, lines: Sequence[str]) -> None:
        self._say(DIFFER, lines[0])
        pytest.fail("\n  ".join(lines), pytrace=False)

    def _say(self, outcome: str, text: str) -> None:
        told = {"verdict": outcome, "area": "soak", "soak": text}
        self.user_properties += [(f"fwparity_{name}", value) for name, value in told.items()]

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, pytest.fail.Exception) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Any, None, str]:
        return self.path, None, "soak"


def questions(asked: Sequence[Question]) -> list[Question]:
    """One for each case, variant and seed that is asked whether it agrees, in float32."""
    found: dict[tuple[Any, ...], Question] = {}
    for question in asked:
        if question.check == "agree" and question.ref.cls.kind in _KINDS:
            found.setdefault(question.key, replace(question, check="soak", parameters=("float32",)))
    return list(found.values())


def _run(question: Question, labs: Mapping[str, Lab], soaked: Soaked, settling: bool) -> list[str]:
    """Ask every side once; lines on the first bit that changed since the soak began, none if none did."""
    for label, lab in labs.items():
        try:
            drawn = lab.draw(question)
            answers = lab.every(question, drawn, dtype="float32")
        except (DefinitionError, NearKink) as error:
            soaked.left_out[question.text] = str(error)
            return []
        soaked.runs += len(answers)
        for side, answer in answers.items():
            lines = _compared(question, lab, label, side, answer, soaked, settling)
            if lines:
                return lines
    return []


def _compared(
    question: Question, lab: Lab, label: str, side: str, answer: Reply | Failure, soaked: Soaked, settling: bool
) -> list[str]:
    key = (label, side, *question.key[:2])
    where = f"{side} ({_device(lab, side)})"
    if isinstance(answer, Failure):
        if key in soaked.bits and not settling:
            return [f"{where} gave no answer any more: {answer.message}"]
        soaked.left_out[f"{question.text} on {side}"] = answer.message
        return []
    if settling and key not in soaked.bits:
        soaked.bits[key] = {name: np.array(value) for name, value in answer.arrays.items()}
        return []
    held = soaked.bits.get(key, {})
    for name, value in list(held.items()):
        now = answer.arrays.get(name)
        if now is not None and now.shape == value.shape and now.tobytes() == value.tobytes():
            continue
        if settling:
            del held[name]
            soaked.unsettled.add(f"{question.ref.case_id}[{question.variant}] {name} on {side}")
            continue
        return _told(name, where, value, now)
    return []


def _told(name: str, where: str, value: np.ndarray, now: np.ndarray | None) -> list[str]:
    """Which element changed, from which bits to which."""
    if now is None or now.shape != value.shape:
        return [f"{name} on {where} is missing or of another shape"]
    wrong = np.empty(value.shape, bool)
    for place_ in np.ndindex(value.shape):
        wrong[place_] = value[place_].tobytes() != now[place_].tobytes()
    at = first(wrong) if wrong.any() else (0,) * value.ndim
    old, new = (int.from_bytes(np.asarray(array[at]).tobytes(), "little") for array in (value, now))
    positions = [bit for bit in range(8 * value.itemsize) if (old ^ new) >> bit & 1]
    width = 2 * value.itemsize
    return [
        f"{place(name, at)} on {where}: {value[at]!s} -> {now[at]!s}, bits 0x{old:0{width}x} -> 0x{new:0{width}x}",
        f"{len(positions)} bit{'s' * (len(positions) > 1)} flipped in it ({', '.join(map(str, positions))}); "
        f"{int(wrong.sum())} of {value.size} elements changed",
    ]


def _device(lab: Lab, side: str) -> str:
    greeting = lab.loaded().get(side, {})
    spec = lab.specs[side]
    return f"{spec.device}, {greeting['device']}" if greeting.get("device", "cpu") != "cpu" else spec.device


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.1f} s" if minutes else f"{rest:.1f} s"
