"""Questions of a suite answered without pytest, on healthy frameworks or on broken ones."""

from __future__ import annotations

import fnmatch
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_fwparity.cases import DefinitionError, Fault
from pytest_fwparity.checks import CHECKS
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import CaseRef, Question, Scope, at_level
from pytest_fwparity.sides.probe import probe
from pytest_fwparity.sides.spec import BUILT_IN, Limits, SideSpec
from pytest_fwparity.suites import Suite, case_classes, installed
from pytest_fwparity.verdict.outcome import BROKEN, Verdict


@dataclass(frozen=True, kw_only=True)
class Found:
    """A fault, where a worker finds it, and the family of faults that its file is named after."""

    fault: Fault
    place: Mapping[str, str]
    family: str


class Refused(Exception):
    """What was asked for cannot be had; the message says why."""


def bench_of(suite: str, sides: str) -> Bench:
    """The bench for the names that a command was given: of a suite, and comma-separated sides of this interpreter."""
    suites, kinds = installed(), {kind.name: kind for kind in BUILT_IN}
    names = [name.strip() for name in sides.split(",") if name.strip()]
    if suite not in suites:
        raise Refused(f"no suite is named {suite!r}; suites are {', '.join(suites)}")
    if not names or any(name not in kinds for name in names):
        raise Refused(f"--sides {sides}: sides are {', '.join(kinds)}")
    specs = [SideSpec(kind=kinds[name], python=sys.executable) for name in names]
    if missing := [found.missing for found in probe(specs).values() if found.missing]:
        raise Refused("\n".join(missing))
    return Bench(suites[suite], specs)


class Bench:
    """A suite and the sides that answer."""

    def __init__(self, suite: Suite, specs: Sequence[SideSpec], level: str = "standard") -> None:
        self.suite = suite
        self.scope = Scope(
            level=level,
            sides=tuple(spec.name for spec in specs),
            devices=frozenset(spec.device.split(":")[0] for spec in specs),
            forms={spec.name: spec.kind.forms for spec in specs},
        )
        self.lab = Lab(list(specs), Limits(), level=level)
        self.refs = {ref.case_id: ref for ref in self._refs()}

    def _refs(self) -> Iterator[CaseRef]:
        for path, cls in case_classes(self.suite, importlib.import_module):
            area = self.suite.area(path) or cls.home
            yield CaseRef(cls=cls, suite=self.suite.name, area=area, **self.suite.place(path))

    def faults(self, glob: str = "*") -> list[Found]:
        """The faults in the suite's folder ``faults``, file by file."""
        found = []
        for path in sorted((self.suite.folder / "faults").glob("[a-z]*.py")):
            place = self.suite.place(path)
            module = importlib.import_module(place["module"])
            for name, entry in vars(module).items():
                if isinstance(entry, Fault) and fnmatch.fnmatch(name, glob):
                    found.append(Found(fault=entry, place={**place, "name": name}, family=path.stem))
        return found

    def question(self, case_id: str, variant: str, check: str, parameters: tuple[str, ...], seed: int) -> Question:
        """One question; raises ``KeyError`` for a case or variant that the suite has not."""
        ref = self.refs[case_id]
        fields = ref.cls.settings()[variant]
        return Question(ref=ref, variant=variant, check=check, parameters=parameters, seed=seed, fields=fields)

    def questions(self, seeds: Sequence[int], glob: str = "*") -> Iterator[Question]:
        """Every question of the scope's level but speed, variant by variant, so that a referee serves its checks."""
        for case_id, ref in self.refs.items():
            if not fnmatch.fnmatch(case_id, glob) or not at_level(ref.cls.level, self.scope.level):
                continue
            asked = [c for c in CHECKS if c.name != "speed" and c.asks(ref.cls, self.scope.level)]
            for variant in ref.cls.settings():
                for seed in seeds:
                    for check in asked:
                        for parameters in check.parameters(ref.cls, self.scope):
                            yield self.question(case_id, variant, check.name, parameters, seed)

    def answer(self, question: Question, faults: Mapping[str, Sequence[Mapping[str, str]]] | None = None) -> Verdict:
        """The verdict, with faults injected into the sides of each family."""
        check: Any = next(check for check in CHECKS if check.name == question.check)
        wanted = {family: [dict(place) for place in places] for family, places in (faults or {}).items()}
        if wanted != self.lab.faults:
            self.lab.faults = wanted
            self.lab.forget()
        try:
            verdict: Verdict = check.answer(question, self.lab)
        except DefinitionError as error:
            return Verdict(outcome=BROKEN, kind="definition", message=str(error))
        return verdict

    def close(self) -> None:
        """End every worker."""
        self.lab.close()
