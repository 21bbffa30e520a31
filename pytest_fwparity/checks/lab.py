"""Where questions are answered: draws arrays, asks the sides, keeps the referee of the case at hand."""

from __future__ import annotations

import fnmatch
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, TypeVar

import numpy as np

from pytest_fwparity.cases import Case, Difference, LossCase
from pytest_fwparity.cases.drawing import Draw, draw
from pytest_fwparity.cases.waivers import Waivers
from pytest_fwparity.checks.answers import broken, failures, in_range, trouble
from pytest_fwparity.checks.cache import MovementCache, arrays_digest, movement_key
from pytest_fwparity.checks.question import Question
from pytest_fwparity.sides.pool import Answer, Pool
from pytest_fwparity.sides.roles import PURE
from pytest_fwparity.sides.spec import Limits, SideSpec
from pytest_fwparity.sides.wire import Reply, Request
from pytest_fwparity.verdict.constants import MOVEMENT_COUNT, MOVEMENT_DELTA, UNIT
from pytest_fwparity.verdict.linearity import FINER, kinks
from pytest_fwparity.verdict.measured import base_name
from pytest_fwparity.verdict.outcome import NOT_RUN, Verdict

_KEPT = 8
_Value = TypeVar("_Value")


class Lab:
    """The sides of a session and what was just computed on them."""

    def __init__(
        self,
        specs: list[SideSpec],
        limits: Limits,
        in_process: frozenset[str] = frozenset(),
        cache: MovementCache | None = None,
        waivers: Waivers | None = None,
        level: str = "quick",
    ) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self._limits, self._in_process, self.level = limits, in_process, level
        self.pool = Pool(specs, limits, 1, in_process)
        self.cache = cache
        self.waivers = waivers or Waivers()
        self._speed: Pool | None = None
        self._store: OrderedDict[Any, Any] = OrderedDict()
        #: hears of every request of a side and its answer
        self.listener: Callable[[str, Request, Answer], None] | None = None
        #: family to where the faults live that break it meanwhile
        self.faults: dict[str, list[dict[str, Any]]] = {}

    @property
    def sides(self) -> list[str]:
        return list(self.specs)

    @property
    def kernels(self) -> dict[str, str]:
        """Side to the library whose kernels it runs."""
        return {name: spec.kind.kernels or name for name, spec in self.specs.items()}

    def anchor(self, names: Sequence[str]) -> str:
        """The side whose movement sets the scale: native torch where it is there."""
        return next((name for name in names if self.specs[name].family == "torch"), names[0])

    def device_kind(self, name: str) -> str:
        return self.specs[name].device.split(":")[0]

    def draw(self, question: Question, inputs_on: str = "float32", weights_on: str = "float32") -> Draw:
        """The arrays of a question on the grids of two dtypes, drawn once for all its checks."""
        return self._kept(
            ("draw", question.key, inputs_on, weights_on),
            lambda: draw(question.case(), question.ref.case_id, question.seed, inputs_on, weights_on),
        )

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

    # asking

    def ask(self, requests: Mapping[tuple[str, str], Sequence[Request]]) -> dict[tuple[str, str], list[Answer]]:
        """Ask (side, role) pairs, all at the same time; a fault that is injected goes along."""
        asked: dict[str, list[Request]] = {}
        seats = {}
        for (name, role), listed in requests.items():
            seat = self.pool.seat(name, role) if role else name
            faults = self.faults.get(self.specs[name].family, [])
            seats[name, role] = seat, len(asked.setdefault(seat, [])), len(listed)
            asked[seat] += [replace(request, faults=faults) if faults else request for request in listed]
        answers = self.pool.ask(asked)
        found = {key: answers[seat][at : at + count] for key, (seat, at, count) in seats.items()}
        if self.listener is not None:
            for (name, role), listed in requests.items():
                for request, answer in zip(listed, found[name, role], strict=True):
                    self.listener(name, request, answer)
        return found

    def role(self, name: str, request: Request) -> str:
        """The worker of a side that answers a request: float64 is float64 only in a pure one."""
        return PURE if request.pure and self.specs[name].kind.impure and name not in self._in_process else ""

    def every(self, question: Question, drawn: Draw, **changes: Any) -> dict[str, Answer]:
        """The same request on every side at once."""
        request = self.request(question, drawn, **changes)
        asked = {(name, self.role(name, request)): [request] for name in self.sides}
        return {name: answers[0] for (name, _), answers in self.ask(asked).items()}

    def moving(
        self, question: Question, requests: Mapping[tuple[str, str], list[Request]], movement: Mapping[str, Any]
    ) -> dict[tuple[str, str], list[Answer]]:
        """Ask, the first of the requests together with its movement, from the cache where it stands there.

        ``movement`` is ``{"count", "delta"}``, with ``"operations"`` for Monte Carlo arithmetic.
        """
        first = next(iter(requests))
        request = requests[first][0]
        key = self._movement_key(question, first[0], request, movement)
        found = self.cache.get(key) if self.cache is not None and key else None
        moved = replace(request, movement=dict(movement))
        answers = self.ask({**requests, first: [request if found else moved, *requests[first][1:]]})
        reply = answers[first][0]
        if found is not None and isinstance(reply, Reply):
            digest, known = found
            if arrays_digest(reply.arrays) == digest:
                reply = replace(reply, movement=known)
            else:  # other bits than those that the movement was measured at
                reply = self.ask({first: [moved]})[first][0]
                found = None
        if found is None and self.cache is not None and key and isinstance(reply, Reply) and not reply.leaks:
            self.cache.put(key, arrays_digest(reply.arrays), reply.movement)
        answers[first][0] = reply
        return answers

    def _movement_key(self, question: Question, name: str, request: Request, movement: Mapping[str, Any]) -> str:
        """Empty where nothing may be kept: without a cache, with a fault injected, or for a side that cannot start."""
        if self.cache is None or self.faults or self.pool.ready([name]):
            return ""
        greeting = self.pool.greeting(name)
        identity = {
            "side": name,
            "threads": self.pool.threads,
            "versions": greeting.get("versions", {}),
            "device": greeting.get("device", ""),
            **greeting.get("identity", {}),
        }
        classes = question.ref.cls.__mro__
        further = [entry["path"] for entry in request.stand_ins]
        if not question.ref.path:
            further.append(request.subject["path"])
        return movement_key(replace(request, movement=dict(movement)), classes, identity, self.level, further)

    # referees

    def referee(
        self, question: Question, drawn: Draw | None = None, delta: float = MOVEMENT_DELTA, **changes: Any
    ) -> dict[str, Answer]:
        """Each side's float64 result, the anchor's with its movement; kept for the other checks of the variant."""
        given = self.draw(question) if drawn is None else drawn

        def ask() -> dict[str, Answer]:
            request = self.request(question, given, **changes)
            anchor = self.anchor(self.sides)
            order = [anchor, *(name for name in self.sides if name != anchor)]
            asked = {(name, self.role(name, request)): [request] for name in order}
            impure = [name for name in order if self.specs[name].kind.impure and drawn is None]
            for name in impure:  # at the same time, as it is shipped
                asked[name, ""] = [*asked.get((name, ""), []), replace(request, pure=False)]
            answers = self.moving(question, asked, {"count": MOVEMENT_COUNT, "delta": delta})
            if drawn is None:
                self._store["stock", question.key] = {name: answers[name, ""][-1] for name in impure}
            return {name: answers[name, self.role(name, request)][0] for name in order}

        key = ("referee", question.key, delta, arrays_digest(given.arrays), repr(sorted(changes.items())))
        kept = self._store.get(key)
        if kept is not None and any(failure.fatal and failure.kind != "hung" for failure in failures(kept).values()):
            del self._store[key]  # a worker that died may have died of something else
        return self._kept(key, ask)

    def kinks(self, question: Question, drawn: Draw, delta: float, **changes: Any) -> dict[str, np.ndarray]:
        """Results of the anchor that a move of ``delta`` takes over a kink, each with the mask of its elements."""
        anchor = self.anchor(self.sides)
        coarse = self.referee(question, drawn, delta, **changes)[anchor]
        request = self.request(question, drawn, **changes)
        key = (anchor, self.role(anchor, request))
        movement = {"count": MOVEMENT_COUNT, "delta": delta / FINER}
        fine = self.moving(question, {key: [request]}, movement)[key][0]
        if not isinstance(coarse, Reply) or not isinstance(fine, Reply):
            return {}
        return kinks(coarse.movement, fine.movement)

    def stock(self, question: Question) -> dict[str, Answer]:
        """Float64 on the impure sides as they are shipped, asked together with the referee."""
        self.referee(question)
        found: dict[str, Answer] = self._store.get(("stock", question.key), {})
        return found

    def impurities(self) -> dict[str, list[str]]:
        """Side to what is not float64 there in spite of the patches."""
        seats = {name: self.pool.seat(name, PURE) for name, spec in self.specs.items() if spec.kind.impure}
        return {
            name: found
            for name, seat in seats.items()
            if seat != name and (found := self.pool.greeting(seat).get("impurities"))
        }

    def forced(
        self, question: Question, drawn: Draw, states: Mapping[str, Mapping[str, Any]], delta: float, **changes: Any
    ) -> dict[str, Answer]:
        """Each side's float64 steps, every one from the state that this side's own run held before it.

        ``states`` maps a side to its ``before/<step>/...``; the anchor's answer has its movement.
        """
        anchor = self.anchor(self.sides)
        asked: dict[tuple[str, str], list[Request]] = {}
        for name in [anchor, *(name for name in self.sides if name != anchor)]:
            given = replace(drawn, arrays={**drawn.arrays, **states[name]})
            request = self.request(question, given, **changes)
            asked[name, self.role(name, request)] = [request]
        answers = self.moving(question, asked, {"count": MOVEMENT_COUNT, "delta": delta})
        return {name: got[0] for (name, _), got in answers.items()}

    def states(
        self, question: Question, known: Sequence[Difference], drawn: Draw, **changes: Any
    ) -> dict[str, Any] | Verdict:
        """What the anchor holds before each step of a run in a working dtype with known differences in place.

        A difference may keep other things in its slots than the plain steps do, so that theirs would not fit.
        """
        anchor = self.anchor(self.sides)
        request = self.request(question, drawn, **in_place(known), **changes)
        answer = self._kept(
            ("states", question.key, tuple(entry.name for entry in known), arrays_digest(drawn.arrays), repr(changes)),
            lambda: self.ask({(anchor, ""): [request]})[anchor, ""][0],
        )
        bad = trouble({anchor: answer})
        if bad is not None:
            return bad
        assert isinstance(answer, Reply)
        return dict(answer.states)

    def slopes(
        self, question: Question, by: str | None = None, directions: int = 2, known: Sequence[Difference] = ()
    ) -> dict[str, Answer]:
        """Float64 of the first call on every side with slopes by central differences.

        Later calls start from a state through which no gradient flows. ``by`` names one gradient whose array is moved;
        with ``known`` differences the anchor alone is asked, with these in place.
        """
        options: dict[str, Any] = {"directions": directions}
        drawn = self.draw(question)
        if by is not None:  # the first of several calls stands for the others
            options["by"] = by if len(drawn.skeleton) == 1 else base_name(by)
        later = tuple(f"inputs/{call}/" for call in range(1, len(drawn.skeleton)))
        arrays = (
            {key: value for key, value in drawn.arrays.items() if not key.startswith(later)} if later else drawn.arrays
        )
        first = replace(drawn, skeleton=drawn.skeleton[:1], arrays=arrays)
        if not known:
            return self.every(question, first, options=options)
        anchor = self.anchor(self.sides)
        request = self.request(question, first, options=options, **in_place(known))
        return {
            anchor: self.ask({(anchor, self.role(anchor, request)): [request]})[anchor, self.role(anchor, request)][0]
        }

    def followed(
        self,
        question: Question,
        known: Sequence[Difference],
        drawn: Draw,
        delta: float = MOVEMENT_DELTA,
        operations: bool = False,
        **changes: Any,
    ) -> Answer:
        """The anchor in float64 with known differences in place, with its movement; kept like the referee."""
        anchor = self.anchor(self.sides)

        def ask() -> Answer:
            request = self.request(question, drawn, **in_place(known), **changes)
            movement: dict[str, Any] = {"count": MOVEMENT_COUNT, "delta": delta}
            if operations:
                movement["operations"] = True
            return self.moving(question, {(anchor, self.role(anchor, request)): [request]}, movement)[
                anchor, self.role(anchor, request)
            ][0]

        names = tuple(entry.name for entry in known)
        told = (delta, operations, arrays_digest(drawn.arrays), repr(sorted(changes.items())))
        return self._kept(("followed", question.key, names, *told), ask)

    def low(self, question: Question, dtype: str) -> tuple[Draw, float]:
        """The arrays of a question for a working dtype, and the size of the moves that go with it."""
        if dtype == "float32":
            return self.draw(question), MOVEMENT_DELTA
        return self.draw(question, dtype, dtype), UNIT[dtype]

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

    # what holds for a question

    def unmet(self, question: Question) -> Verdict | None:
        """*not run* where a side cannot take part: it is declared, or the case needs a newer release of its framework."""
        for glob, reason in question.ref.cls.without.items():
            sides, _, rest = glob.rpartition(":")
            kinds = [name.split("@")[0] for name in self.sides]
            if sides and fnmatch.filter(kinds, sides) and fnmatchcase(_labelled(question), rest):
                return Verdict(outcome=NOT_RUN, kind="declared", message=reason)
        needs = question.ref.cls.needs
        if not needs:
            return None
        failures = self.pool.ready(self.sides)
        if failures:
            return broken(failures)
        reason = self._too_old(needs)
        return Verdict(outcome=NOT_RUN, kind="version", message=reason) if reason else None

    def undecidable(self, question: Question) -> Verdict | None:
        """*not run* where the case says that this variant cannot be judged in this dtype."""
        for glob, reason in question.ref.cls.without.items():
            if fnmatchcase(_labelled(question), glob):
                return Verdict(outcome=NOT_RUN, kind="declared", message=reason)
        return None

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
                if framework in versions and not in_range(versions[framework], f">={oldest}"):
                    return f"needs {framework} >= {oldest}, side {name!r} has {versions[framework]}"
        return ""

    def versions(self) -> dict[str, str]:
        """Framework to version, over all sides."""
        found: dict[str, str] = {}
        for name in self.sides:
            found |= self.pool.greeting(name).get("versions", {})
        return found

    def differences(self, question: Question, case: Case, side: str, dtype: str) -> list[Difference]:
        """The known differences of one side for this variant and these versions: the case's own, then the user's.

        In float64 those of the function itself; in a working dtype those of rounding alone.
        """
        versions = self.versions()
        listed = [*case.differences(), *self.waivers.differences(question.ref.case_id)]
        return [
            known
            for known in listed
            if (known.holds_on(side, dtype) if dtype != "float64" else known.semantic_on(side))
            and known.holds_for(case)
            and (not known.devices or self.device_kind(side) in known.devices)
            and all(in_range(versions.get(f, ""), wanted) for f, wanted in known.versions.items())
        ]

    def close(self) -> None:
        """End every worker."""
        self.pool.stop()
        if self._speed is not None:
            self._speed.stop()
        if self.cache is not None:
            self.cache.prune()

    def forget(self) -> None:
        """Draw and compute everything anew, as after a change of :attr:`faults`."""
        self._store.clear()

    def _kept(self, key: Any, make: Callable[[], _Value]) -> _Value:
        if key not in self._store:
            self._store[key] = make()
            while len(self._store) > _KEPT:
                self._store.popitem(last=False)
        self._store.move_to_end(key)
        found: _Value = self._store[key]
        return found


def _labelled(question: Question) -> str:
    """``VARIANT-DTYPE``, or what the check names in the place of a dtype."""
    return "-".join([question.variant, *question.parameters[:1]])


def in_place(known: Sequence[Difference]) -> dict[str, Any]:
    """What a request says to have known differences in place: the case's own by name, others by where they stand."""
    return {
        "differences": [entry.name for entry in known if not entry.place],
        "stand_ins": [{**entry.place, "replaces": entry.replaces} for entry in known if entry.place],
    }
