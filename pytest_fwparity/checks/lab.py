"""Where questions are answered: draws arrays, asks the sides, keeps the referee of the case at hand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pytest_fwparity.cases import Case, Difference, LossCase
from pytest_fwparity.cases.drawing import Draw, draw
from pytest_fwparity.checks.question import Question
from pytest_fwparity.sides.pool import Answer, Pool
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.spec import Limits, SideSpec
from pytest_fwparity.sides.wire import Reply, Request
from pytest_fwparity.verdict.constants import MOVEMENT_COUNT, MOVEMENT_DELTA
from pytest_fwparity.verdict.outcome import BROKEN, NOT_RUN, Verdict
from pytest_fwparity.verdict.rule import Measured

_KEPT = 4
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Lab:
    """The sides of a session and what was just computed on them."""

    def __init__(self, specs: list[SideSpec], limits: Limits, in_process: frozenset[str] = frozenset()) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self._limits, self._in_process = limits, in_process
        self.pool = Pool(specs, limits, 1, in_process)
        self._speed: Pool | None = None
        self._draws: OrderedDict[tuple[str, str, int], Draw] = OrderedDict()
        self._referees: OrderedDict[tuple[str, str, int], dict[str, Answer]] = OrderedDict()
        self._followed: OrderedDict[tuple[str, str, int], Answer] = OrderedDict()

    @property
    def sides(self) -> list[str]:
        return list(self.specs)

    def anchor(self, names: list[str]) -> str:
        """The side whose movement sets the scale: native torch where it is there."""
        return next((name for name in names if self.specs[name].family == "torch"), names[0])

    def device_kind(self, name: str) -> str:
        return self.specs[name].device.split(":")[0]

    def draw(self, question: Question) -> Draw:
        """The arrays of a question, drawn once for all its checks."""
        return _kept(self._draws, question.key, lambda: draw(question.case(), question.ref.case_id, question.seed))

    def request(self, question: Question, drawn: Draw, **changes: Any) -> Request:
        """The request for a question's own kind; ``changes`` are fields of :class:`Request`."""
        given = {
            "op": question.ref.cls.kind,
            "subject": question.ref.subject,
            "fields": question.fields,
            "skeleton": drawn.skeleton,
            "arrays": drawn.arrays,
            **changes,
        }
        if given.get("dtype", "float64") == "float64":
            given.setdefault("pure", True)
        if issubclass(question.ref.cls, LossCase):
            left_out = self.reductions_left_out(question)
            asked = [name for name in question.ref.cls.reductions if name not in left_out]
            given["options"] = {**given.get("options", {}), "reductions": asked}
        return Request(**given)

    def referee(self, question: Question) -> dict[str, Answer]:
        """Each side's float64 result, the anchor's with its movement; kept for the other checks of the variant."""
        kept = self._referees.get(question.key)
        if kept is not None and any(failure.fatal and failure.kind != "hung" for failure in failures(kept).values()):
            del self._referees[question.key]  # a worker that died may have died of something else
        return _kept(self._referees, question.key, lambda: self.plain(question, self.draw(question)))

    def plain(
        self, question: Question, drawn: Draw, delta: float = MOVEMENT_DELTA, **changes: Any
    ) -> dict[str, Answer]:
        """Float64 on every side at once."""
        anchor = self.anchor(self.sides)
        moving = {"count": MOVEMENT_COUNT, "delta": delta}
        asked = {
            name: [self.request(question, drawn, movement=moving if name == anchor else None, **changes)]
            for name in self.sides
        }
        return {name: answers[0] for name, answers in self.pool.ask(asked).items()}

    def every(self, question: Question, drawn: Draw, **changes: Any) -> dict[str, Answer]:
        """The same request on every side at once."""
        asked = {name: [self.request(question, drawn, **changes)] for name in self.sides}
        return {name: answers[0] for name, answers in self.pool.ask(asked).items()}

    def followed(self, question: Question, names: Sequence[str]) -> Answer:
        """The anchor in float64 with the named differences in place, with its movement; kept like the referee."""
        anchor = self.anchor(self.sides)
        moving = {"count": MOVEMENT_COUNT, "delta": MOVEMENT_DELTA}

        def ask() -> Answer:
            request = self.request(question, self.draw(question), differences=list(names), movement=moving)
            return self.pool.ask({anchor: [request]})[anchor][0]

        return _kept(self._followed, question.key, ask)

    @contextmanager
    def speed(self, threads: int) -> Iterator[Pool]:
        """Workers with all threads; every other worker is stopped first, and must be asked nothing meanwhile."""
        if self._speed is None:
            self.pool.stop()
            self._speed = Pool(list(self.specs.values()), self._limits, threads, self._in_process)
        yield self._speed

    def loaded(self) -> dict[str, dict[str, Any]]:
        """What each started side said of itself."""
        return {**(self._speed.loaded() if self._speed else {}), **self.pool.loaded()}

    def unmet(self, question: Question) -> Verdict | None:
        """*not run* where the case needs a newer release of a framework than a side has."""
        needs = question.ref.cls.needs
        if not needs:
            return None
        failures = self.pool.ready(self.sides)
        if failures:
            return broken(failures)
        reason = self._too_old(needs)
        return Verdict(outcome=NOT_RUN, kind="version", message=reason) if reason else None

    def reductions_left_out(self, question: Question) -> dict[str, str]:
        """Reductions of a loss that a side's framework is too old for, with the reason."""
        cls = question.ref.cls
        if not issubclass(cls, LossCase) or self.pool.ready(self.sides):
            return {}
        reasons = {name: self._too_old(needs) for name, needs in cls.reduction_needs.items() if name in cls.reductions}
        return {name: reason for name, reason in reasons.items() if reason}

    def _too_old(self, needs: Mapping[str, str]) -> str:
        """Which side has too old a release; empty for none."""
        for name in self.sides:
            versions = self.pool.greeting(name).get("versions", {})
            for framework, oldest in needs.items():
                if framework in versions and not _in_range(versions[framework], f">={oldest}"):
                    return f"needs {framework} >= {oldest}, side {name!r} has {versions[framework]}"
        return ""

    def differences(self, question: Question, case: Case) -> list[Difference]:
        """The declared differences that hold for this variant and these versions."""
        versions: dict[str, str] = {}
        for name in self.sides:
            versions |= self.pool.greeting(name).get("versions", {})
        return [
            known
            for known in case.differences()
            if known.holds_for(case)
            and all(_in_range(versions.get(f, ""), wanted) for f, wanted in known.versions.items())
        ]

    def close(self) -> None:
        """End every worker."""
        self.pool.stop()
        if self._speed is not None:
            self._speed.stop()


def _kept(store: OrderedDict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    if key not in store:
        store[key] = make()
        while len(store) > _KEPT:
            store.popitem(last=False)
    store.move_to_end(key)
    return store[key]


def _in_range(version: str, wanted: str) -> bool:
    """Pre-releases and local versions match; a version that cannot be read does too."""
    try:
        return SpecifierSet(wanted).contains(Version(version.split("+")[0]), prereleases=True)
    except InvalidVersion:
        return True


def measured(name: str, reply: Reply) -> Measured:
    """A reply as the verdict's plain data."""
    return Measured(side=name, arrays=reply.arrays, dtypes=reply.dtypes, no_gradient=reply.no_gradient)


def failures(answers: Mapping[str, Answer]) -> dict[str, Failure]:
    return {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}


def replies(answers: Mapping[str, Answer]) -> dict[str, Reply]:
    return {name: answer for name, answer in answers.items() if isinstance(answer, Reply)}


def trouble(answers: Mapping[str, Answer]) -> Verdict | None:
    """The verdict where a side gave no reply, or left global state dirty; None where all is well."""
    bad = failures(answers)
    if bad:
        return broken(bad)
    dirty = {name: reply.leaks for name, reply in replies(answers).items() if reply.leaks}
    if not dirty:
        return None
    lines = [f"the case left global state changed on {name}: {'; '.join(leaks)}" for name, leaks in dirty.items()]
    if any(replies(answers)[name].info.get("local") for name in dirty):
        what = "the side runs in pytest's own process: other items may be touched"
    else:
        what = "the worker was replaced, so that no other item is touched"
    lines.append(f"restore it in the hook that changes it ({what})")
    return Verdict(outcome=BROKEN, kind="dirty", message="\n".join(lines))


def broken(bad: Mapping[str, Failure]) -> Verdict:
    """One verdict for the sides that gave no reply."""
    first = next(iter(bad.values()))
    if all(failure.kind == "unsupported" for failure in bad.values()):
        return Verdict(outcome=NOT_RUN, kind="unsupported", message="; ".join(f.message for f in bad.values()))
    parts = []
    for failure in bad.values():
        parts.append(failure.message)
        if failure.traceback and failure.kind != "yours":
            parts += [f"  {line}" for line in failure.traceback.rstrip().splitlines()]
        if failure.log and failure.kind != "yours":
            parts.append(f"printed by the worker meanwhile:\n{failure.log}")
    return Verdict(outcome=BROKEN, kind=first.kind, message="\n".join(parts))
