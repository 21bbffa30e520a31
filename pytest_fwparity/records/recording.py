"""What a session records: each side's answers as they come, one line for each item, the environment once."""

from __future__ import annotations

import hashlib
import inspect
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_fwparity.checks.cache import arrays_digest
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.records import arrays, environment, interface
from pytest_fwparity.records.plain import Plainer
from pytest_fwparity.records.store import Writer
from pytest_fwparity.sides.pool import Answer
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Reply, Request
from pytest_fwparity.verdict.outcome import Verdict

#: longest text of a message or warning that is kept
_LONGEST = 2000


class Recorder:
    """Writes one process's part of a record. An item lies open from :meth:`begin` to :meth:`item`."""

    def __init__(self, writer: Writer, lab: Lab, host: str | None = None) -> None:
        self.writer, self.lab, self.host = writer, lab, host
        self._plain = Plainer()
        self._known: set[str] = set()
        self._files: set[str] = set()
        self._answers: dict[tuple[str, str], Answer] = {}
        self._kernels: dict[tuple[str, str], list[str]] = {}
        self._inputs = ""
        lab.listener = self.listen

    def begin(self) -> None:
        """A new item: what was heard before belongs to others."""
        self._answers.clear()
        self._kernels.clear()
        self._inputs = ""

    def listen(self, side: str, request: Request, answer: Answer) -> None:
        """Keep a side's own answer: not what a difference, a forced step or a probe gives."""
        aside = request.differences or request.stand_ins or "directions" in request.options
        if aside or any(name.startswith("before/") for name in request.arrays):
            return
        key = (side, _label(request))
        if request.options.get("kernels"):
            if isinstance(answer, Reply):
                self._kernels[key] = list(answer.info.get("kernels", []))
            return
        if key not in self._answers:
            self._answers[key] = answer
            self._inputs = self._inputs or arrays_digest(request.arrays)[:16]

    def item(self, question: Question, node_id: str, verdict: Verdict, seconds: float) -> dict[str, Any]:
        """Write the line of an item, after the environment of every side that it is the first to use; returns it."""
        self._environment()
        self._symbols(question.ref.cls)
        wanted = {*question.parameters, *(f"{name} as shipped" for name in question.parameters)}
        sides: dict[str, dict[str, Any]] = {}
        for (side, label), answer in self._answers.items():
            if label in wanted:
                sides.setdefault(side, {})[label] = self._answer(answer, self._kernels.get((side, label)))
        told = {
            "inputs": self._inputs,
            "outcome": verdict.outcome,
            "kind": verdict.kind,
            "message": verdict.message[:_LONGEST],
            "blamed": list(verdict.blamed),
            "notes": dict(verdict.notes),
            "findings": list(_findings(verdict)),
            "sides": sides,
            "seconds": round(seconds, 4),
        }
        return self._line({**_head(question, node_id), **told})

    def speed(self, question: Question, node_id: str, side: str, told: Mapping[str, Any]) -> None:
        """Write the line of a speed item: its launches, with samples in seconds and memory in bytes."""
        self._environment({side})
        entry = {"inputs": "", "outcome": "timed", "findings": [], "sides": {side: {"speed": dict(told)}}}
        self._line({**_head(question, node_id), **entry})

    def close(self) -> None:
        self.lab.listener = None
        self.writer.close()

    def _environment(self, timed: frozenset[str] | set[str] = frozenset()) -> None:
        """Machine and stacks, each when first used; a side that cannot say leaves the reason."""
        if not self._known:
            self._known.add("")
            self._line({"type": "machine", "facts": environment.machine(self.host)})
        for name in sorted(({side for side, _ in self._answers} | timed) - self._known):
            self._known.add(name)
            stack = environment.side(self.lab.pool, name)
            facts = {"unknown": stack.message} if isinstance(stack, Failure) else stack
            self._line({"type": "side", "side": name, "facts": facts})
            (answer,) = self.lab.pool.ask({name: [Request(op="signatures")]})[name]
            if not isinstance(answer, Failure):
                self._line({"type": "interface", "side": name, "symbols": answer.info["signatures"]})

    def _symbols(self, cls: type) -> None:
        """The symbols that the files of a case name, when they are first met."""
        files = {path for path in _files(cls) if path not in self._files}
        self._files |= files
        symbols = sorted(set().union(*map(interface.used, files)))
        if symbols:
            self._line({"type": "used", "symbols": symbols})

    def _answer(self, answer: Answer, kernels: list[str] | None) -> dict[str, Any]:
        if isinstance(answer, Failure):
            return {"error": f"{answer.kind}: {answer.message[:_LONGEST]}"}
        told = {
            name: arrays.told(array, answer.dtypes.get(name, array.dtype.name)) for name, array in answer.arrays.items()
        }
        kept: dict[str, Any] = {"arrays": told, "warnings": answer.info.get("warnings", [])}
        if values := self.writer.values(answer.arrays, answer.dtypes):
            kept["values"] = values
        if kernels:
            kept["kernels"] = kernels
        return kept

    def _line(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = _finite(self._plain.value(dict(entry)))
        self.writer.line(told)
        return told


def _head(question: Question, node_id: str) -> dict[str, Any]:
    """What names an item."""
    return {
        "type": "item",
        "suite": question.ref.suite,
        "case": question.ref.case_id,
        "area": question.ref.area,
        "variant": question.variant,
        "check": question.check,
        "parameters": list(question.parameters),
        "seed": question.seed,
        "node": node_id,
        "source": source_digest(question.ref.cls),
    }


def _label(request: Request) -> str:
    """The check's parameter that a request answers: a dtype, a policy, or float64 as it is shipped."""
    if request.policy:
        return request.policy
    if request.options.get("tf32"):
        return "tf32"
    return "float64 as shipped" if request.dtype == "float64" and not request.pure else request.dtype


def _findings(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for found in verdict.findings:
        told = {
            "name": found.name,
            "side": found.side.removesuffix(f" {found.dtype}"),
            "dtype": found.dtype,
            "units": float(f"{found.units:.4g}"),
            "rms": float(f"{found.rms:.4g}"),
            "limit": found.limit,
            "sees": float(f"{found.sees:.3g}"),
            "fault": found.fault,
            "unsure": found.unsure,
        }
        yield {key: value for key, value in told.items() if value or key in ("name", "units")}


def _finite(value: Any) -> Any:
    """Numbers that JSON has not become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return value


def _files(cls: type) -> Iterator[str]:
    """The files of a case's own classes, bases first asked last; this package's and built-in ones left out."""
    for base in cls.__mro__:
        if base is object or base.__module__.startswith(("pytest_fwparity.", "builtins")):
            continue
        try:
            yield inspect.getfile(base)
        except (OSError, TypeError):
            yield base.__qualname__


def source_digest(cls: type) -> str:
    """64 bits over the text of a case's own classes and its module, so that another case is not taken for it."""
    told = hashlib.sha256()
    for path in _files(cls):
        try:
            told.update(Path(path).read_bytes())
        except OSError:
            told.update(path.encode())
    return told.hexdigest()[:16]
