"""The ``fwparity`` fixture: one comparison of two functions, in a user's own test."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fwparity.cases import DefinitionError, FunctionCase
from pytest_fwparity.cases.drawing import Draw, arrays_of
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.question import CaseRef, Question
from pytest_fwparity.collect import located
from pytest_fwparity.sides.wire import Request
from pytest_fwparity.verdict.blame import Evidence, blame
from pytest_fwparity.verdict.constants import MOVEMENT_COUNT, MOVEMENT_DELTA
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared
from pytest_fwparity.verdict.outcome import AGREE, NOT_RUN, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults, vacuous
from pytest_fwparity.verdict.rule import precision, semantic

if TYPE_CHECKING:
    from pytest_fwparity.conformance import Conformance


class Comparison:
    """What the fixture gives to a test."""

    def __init__(self, node: pytest.Item, conformance: Conformance) -> None:
        self._node, self._conformance = node, conformance
        self._count = 0

    def compare(
        self,
        *,
        keras: Callable[..., Any],
        torch: Callable[..., Any],
        inputs: Mapping[str, Any],
        weights: Mapping[str, Any] | None = None,
        vanishing: tuple[str, ...] = (),
        constant: tuple[str, ...] = (),
    ) -> None:
        """Fail the test unless both functions compute the same, with the same gradients.

        Args:
            keras: ``f(keras, **arrays)`` at the top level of a file; returns a tensor, a tuple or a dict of them.
            torch: ``g(torch, **arrays)`` likewise.
            inputs: name to array (or nesting of arrays); floats are rounded to float32 and differentiated.
            weights: further arrays, differentiated likewise.
            vanishing: results that are zero in exact arithmetic.
            constant: results that are the same value everywhere.

        Raises:
            DefinitionError: for a lambda, a nested function, or a value that is no array.
        """
        __tracebackhide__ = True
        named = {"keras": _located(keras, "keras"), "torch": _located(torch, "torch")}
        shared = set(inputs) & set(weights or {})
        if shared:
            raise DefinitionError(f"fwparity.compare(): {sorted(shared)} are both inputs and weights; name each once")
        drawn = arrays_of({**inputs, **(weights or {})}, "fwparity.compare()")
        self._count += 1
        ref = CaseRef(cls=FunctionCase, suite="own", area="compare", path="", module="", package="", root="")
        question = Question(ref=ref, variant=str(self._count), check="compare")
        verdict = self._verdict(question, named, drawn, vanishing, constant)
        self._node.user_properties[:] = [p for p in self._node.user_properties if not p[0].startswith("fwparity_")]
        self._node.user_properties += [("fwparity_area", "own tests"), ("fwparity_case_id", self._node.nodeid)]
        self._conformance.running.deliver(self._node, question, verdict)

    def _verdict(
        self,
        question: Question,
        named: Mapping[str, dict[str, str]],
        drawn: Draw,
        vanishing: tuple[str, ...],
        constant: tuple[str, ...],
    ) -> Verdict:
        lab = self._conformance.lab
        lab.pool.printed.clear()
        if len(lab.sides) == 1:
            text = f"only side {lab.sides[0]!r} is on: a comparison needs two sides"
            return Verdict(outcome=NOT_RUN, kind="one side", message=text)
        anchor = lab.anchor(lab.sides)
        asked: dict[tuple[str, str], list[Request]] = {}
        wide = Request(op="call", skeleton=drawn.skeleton, arrays=drawn.arrays, dtype="float64", pure=True)
        single = replace(wide, dtype="float32", pure=False)
        for side, spec in sorted(lab.specs.items(), key=lambda entry: entry[0] != anchor):
            for request in (wide, single):
                told = replace(request, subject=named[spec.family])
                asked.setdefault((side, lab.role(side, request)), []).append(told)
        answers = lab.moving(question, asked, {"count": MOVEMENT_COUNT, "delta": MOVEMENT_DELTA})
        wide_answers = {side: answers[side, lab.role(side, wide)][0] for side in lab.sides}
        single_answers = {side: answers[side, ""][-1] for side in lab.sides}
        bad = trouble(wide_answers) or trouble(single_answers)
        if bad is not None:
            return bad
        declared = Declared(vanishing=vanishing, constant=constant)
        own = replies(wide_answers)
        left = measured(anchor, own[anchor])
        found = dtype_faults(left, "float64")
        for side, reply in own.items():
            if side != anchor:
                right = measured(side, reply)
                found += dtype_faults(right, "float64")
                found += semantic(left, right, own[anchor].movement, declared, lab.device_kind(side))
        verdict = decide(found)
        if verdict.outcome != AGREE:
            evidence = Evidence(
                sides=[measured(side, reply) for side, reply in own.items()],
                movement=own[anchor].movement,
                declared=declared,
                kernels=lab.kernels,
            )
            return blame(verdict, evidence)
        found += vacuous([measured(side, reply) for side, reply in replies(single_answers).items()], declared)
        for side, reply in replies(single_answers).items():
            mine, device = measured(side, reply), lab.device_kind(side)
            found += dtype_faults(mine, "float32")
            movement = own[anchor].movement
            found += precision(mine, measured(side, own[side]), movement, "float32", declared, device=device)
        return decide(found)


def _located(function: Callable[..., Any], family: str) -> dict[str, str]:
    """Where a worker finds a function; an error that shows how to write it where it cannot."""
    name = getattr(function, "__qualname__", "")
    if not inspect.isfunction(function) or "<" in name or "." in name:
        raise DefinitionError(
            f"fwparity.compare({family}={name or function!r}): a worker imports the function by its name, which a lambda, "
            f"a method or a nested function has not; write 'def {family}_f({family}, x): ...' at the top level of the file"
        )
    # The module that it is looked up in: a decorated function's own code may stand in the decorator's file.
    module = sys.modules.get(function.__module__)
    path = Path(getattr(module, "__file__", None) or inspect.getsourcefile(function) or "").resolve()
    return {"path": str(path), "name": name, **located(path)}
