"""What a suite calls: every variant once on every side, and the reasons for what it leaves out."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

from pytest_fwparity.cases import DefinitionError
from pytest_fwparity.selftest.bench import Bench
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Reply, Request

#: file of a suite with the symbols that need no case: a table per namespace, from name or glob to reason
REASONS = "without_counterpart.toml"


class ReasonsError(Exception):
    """The file of reasons cannot be used; the message says why."""


@dataclass
class Survey:
    """Symbols by name: ``covered`` has the ids of the cases that call them, ``reasons`` why there is no case."""

    versions: dict[str, str] = field(default_factory=dict)
    #: symbol to its further names
    symbols: dict[str, list[str]] = field(default_factory=dict)
    covered: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    #: (case and variant, why a side gave no answer)
    failed: list[tuple[str, str]] = field(default_factory=list)
    #: the same where a framework has no kernel for it here
    unsupported: list[tuple[str, str]] = field(default_factory=list)
    variants: int = 0

    def namespaces(self) -> dict[str, list[str]]:
        """Namespace to its symbols, in the frameworks' order of namespaces."""
        found: dict[str, list[str]] = {}
        for symbol in self.symbols:
            found.setdefault(symbol.rpartition(".")[0], []).append(symbol)
        return {namespace: sorted(listed) for namespace, listed in found.items()}

    def without(self) -> list[str]:
        """Symbols with neither a case nor a reason."""
        return sorted(s for s in self.symbols if s not in self.covered and s not in self.reasons)

    def needless(self) -> list[str]:
        """Symbols with a reason for having no case that have one."""
        return sorted(s for s in self.reasons if s in self.covered)

    def lost(self, before: Mapping[str, Any]) -> list[str]:
        """Symbols that a survey of old covered, that the frameworks still have and no case calls any more."""
        return sorted(s for s in before["covered"] if s in self.symbols and s not in self.covered)

    def to_json(self) -> dict[str, Any]:
        return {
            "versions": self.versions,
            "covered": {symbol: self.covered[symbol] for symbol in sorted(self.covered)},
            "reasons": {symbol: self.reasons[symbol] for symbol in sorted(self.reasons)},
            "without": self.without(),
        }


def survey(bench: Bench, glob: str, tell: Callable[[str], None]) -> Survey:
    """Run every variant of the cases that match once in float32 and note what was called.

    A call counts where every side answered.
    """
    found = Survey()
    answers = bench.lab.ask({(name, ""): [Request(op="symbols")] for name in bench.lab.sides})
    for (name, _), (answer,) in answers.items():
        if isinstance(answer, Failure):
            raise RuntimeError(f"side {name!r}: {answer.message}")
        found.symbols |= answer.info["symbols"]
    for name in bench.lab.sides:
        found.versions |= bench.lab.pool.greeting(name).get("versions", {})
    for case_id, ref in bench.refs.items():
        if not fnmatch.fnmatch(case_id, glob):
            continue
        tell(case_id)
        for variant in ref.cls.settings():
            found.variants += 1
            called, trouble, supported = _called(bench, case_id, variant)
            if trouble:
                listed_there = found.failed if supported else found.unsupported
                listed_there.append((f"{case_id}[{variant}]", trouble))
            for symbol in called:
                listed = found.covered.setdefault(symbol, [])
                if case_id not in listed:
                    listed.append(case_id)
    found.reasons = reasons(bench.suite.folder / REASONS, found.symbols)
    return found


def _called(bench: Bench, case_id: str, variant: str) -> tuple[set[str], str, bool]:
    """The symbols called, why a side gave no answer, and whether it should have."""
    question = bench.question(case_id, variant, "agree", ("float32",), 0)
    policy = getattr(question.case(), "precision", "") if question.ref.cls.kind == "training" else ""
    unmet = bench.lab.unmet(question)
    if unmet is not None:
        return set(), unmet.message, False
    try:
        drawn = bench.lab.draw(question)
        got = bench.lab.every(question, drawn, dtype="float32", policy=policy, options={"calls": True})
    except DefinitionError as error:
        return set(), str(error), True
    bad = [answer for answer in got.values() if isinstance(answer, Failure)]
    if bad:
        text = "; ".join(failure.message for failure in bad)
        return set(), text, any(failure.kind != "unsupported" for failure in bad)
    called = {symbol for answer in got.values() if isinstance(answer, Reply) for symbol in answer.info["called"]}
    return called, "", True


def reasons(path: Path, symbols: Mapping[str, Any]) -> dict[str, str]:
    """Symbol to the reason why it needs no case; raises :class:`ReasonsError` for a file that does not say so."""
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ReasonsError(f"{path}: {error}") from None
    found: dict[str, str] = {}
    for namespace, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(v, str) and v for v in table.values()):
            raise ReasonsError(f'{path}: [{namespace}] should be a table of NAME = "reason"')
        for name, reason in table.items():
            for symbol in symbols:
                if symbol.rpartition(".")[0] == namespace and fnmatch.fnmatchcase(symbol.rpartition(".")[2], name):
                    found.setdefault(symbol, reason)
    return found
