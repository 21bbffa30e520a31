"""Host half: the sides of a session. Started when first needed, replaced when they die, stopped together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.sides import wire
from pytest_fwparity.sides.adapter import CaseError, Unsupported
from pytest_fwparity.sides.loading import SubjectError
from pytest_fwparity.sides.process import Failure, Worker, failed
from pytest_fwparity.sides.spec import Limits, SideSpec
from pytest_fwparity.sides.worker import Server, failure

#: cases in a row that end a worker in the same way, after which a side is lost
_DEATHS = 3

Answer = wire.Reply | Failure


@dataclass
class _Side:
    spec: SideSpec
    worker: Worker | None = None
    local: Server | None = None
    greeting: dict[str, Any] = field(default_factory=dict)
    #: cause and case of each death since the last answer
    deaths: list[tuple[str, str]] = field(default_factory=list)
    lost: str = ""
    met: set[str] = field(default_factory=set)
    replaced: int = 0


class Pool:
    """All sides of a session, asked together."""

    def __init__(
        self, specs: list[SideSpec], limits: Limits, threads: int = 1, in_process: frozenset[str] = frozenset()
    ) -> None:
        self.limits, self.threads = limits, threads
        self._sides = {spec.name: _Side(spec) for spec in specs}
        self._in_process = in_process
        #: what each side printed since somebody cleared this
        self.printed: dict[str, list[str]] = {}

    @property
    def specs(self) -> dict[str, SideSpec]:
        return {name: side.spec for name, side in self._sides.items()}

    def seat(self, name: str, role: str) -> str:
        """The name under which a further worker of a side is asked; a side in pytest's own process has only itself."""
        if name in self._in_process:
            return name
        spec = replace(self._sides[name].spec, role=role)
        self._sides.setdefault(spec.seat, _Side(spec))
        return spec.seat

    def greeting(self, name: str) -> dict[str, Any]:
        """What a side said of itself; empty before its start."""
        return self._sides[name].greeting

    def loaded(self) -> dict[str, dict[str, Any]]:
        """The greetings of all sides that were started."""
        return {name: side.greeting for name, side in self._sides.items() if side.greeting}

    def ready(self, names: list[str]) -> dict[str, Failure]:
        """Start those sides, all at the same time; returns the ones that cannot."""
        starting = [name for name in names if not self._sides[name].lost and not self._running(self._sides[name])]
        for name in starting:
            side = self._sides[name]
            if name not in self._in_process:
                side.worker = Worker(side.spec, self.threads, self.limits)
        failures = {}
        for name in names:
            side = self._sides[name]
            if side.lost:
                failures[name] = Failure(kind="lost", message=side.lost)
            elif name in starting:
                trouble = self._greet(side)
                if trouble is not None:
                    failures[name] = self._buried(side, trouble, f"start {len(side.deaths)}")
        return failures

    def ask(self, requests: Mapping[str, list[wire.Request]]) -> dict[str, list[Answer]]:
        """Ask each side its requests, one after the other, all sides at the same time."""
        answers: dict[str, list[Answer]] = {name: [] for name in requests}
        turn = 0
        while any(len(asked) > turn for asked in requests.values()):
            for name, answer in self._turn({n: r[turn] for n, r in requests.items() if len(r) > turn}).items():
                answers[name].append(answer)
            turn += 1
        return answers

    def stop(self) -> None:
        """End every worker."""
        for side in self._sides.values():
            if side.worker is not None:
                side.worker.stop()
                side.worker = None
                side.met.clear()

    def replace(self, name: str) -> None:
        """End a side's worker; the next request starts a new one."""
        side = self._sides[name]
        if side.worker is not None:
            side.worker.stop()
            side.worker = None
            side.replaced += 1
            side.met.clear()

    def _turn(self, requests: Mapping[str, wire.Request]) -> dict[str, Answer]:
        answers: dict[str, Answer] = dict(self.ready(list(requests)))
        futures, limits = {}, {}
        for name, request in requests.items():
            side = self._sides[name]
            if name in answers or side.worker is None:
                continue
            case = _case(request)
            limits[name] = "call" if case in side.met else "first"
            side.met.add(case)
            futures[name] = side.worker.send(request)
        raised: Exception | None = None
        for name, request in requests.items():
            local = self._sides[name].local
            if name not in answers and local is not None:
                try:
                    answers[name] = _local(local, request)
                except Exception as error:  # the other sides' replies must be read before it goes on
                    raised = error
        for name, future in futures.items():
            side = self._sides[name]
            assert side.worker is not None
            answer = side.worker.receive(future, limits[name])
            if printed := side.worker.log():
                self.printed.setdefault(name, []).append(printed)
            answers[name] = self._settled(side, answer, _case(requests[name]))
        if raised is not None:
            raise raised
        return answers

    def _settled(self, side: _Side, answer: Answer, case: str) -> Answer:
        if isinstance(answer, Failure):
            return self._buried(side, answer, case) if answer.fatal else answer
        side.deaths.clear()
        worker = side.worker
        assert worker is not None
        if answer.leaks or worker.requests >= self.limits.requests or worker.resident > self.limits.memory:
            self.replace(side.spec.seat)
        return answer

    def _buried(self, side: _Side, trouble: Failure, case: str) -> Failure:
        """Count a death; after three cases in a row that end it in the same way the side is lost.

        One case that crashes its framework does so in every dtype and check, and says nothing of the others.
        """
        self.replace(side.spec.seat)
        cause = _cause(trouble)
        side.deaths = [death for death in side.deaths if death[0] == cause]
        side.deaths.append((cause, case))
        if len(set(side.deaths)) == _DEATHS:
            side.lost = (
                f"side {side.spec.seat!r} is lost: its worker ended in the same way in {_DEATHS} cases in a row "
                f"({trouble.message}); its other items fail at once"
            )
        return trouble

    def _greet(self, side: _Side) -> Failure | None:
        if side.spec.name in self._in_process:
            local = Server(side.spec.settings(self.threads))
            try:
                side.greeting = local.start()
            except Exception as error:
                return Failure(kind="start", message=f"side {side.spec.name!r} cannot start: {error}")
            side.local = local
            return None
        assert side.worker is not None
        trouble = side.worker.greet()
        if trouble is None:
            side.greeting = side.worker.greeting
        return trouble

    @staticmethod
    def _running(side: _Side) -> bool:
        return side.worker is not None or side.local is not None


def _local(server: Server, request: wire.Request) -> Answer:
    """One request to a side in this very process; what the case raises goes on, so that ``--pdb`` stops where it did."""
    try:
        reply = server.answer(request)
        return replace(reply, info={**reply.info, "local": True})
    except (DefinitionError, CaseError, SubjectError, Unsupported) as error:
        return failed(failure(error), str(server.settings["side"]), "")


def _case(request: wire.Request) -> str:
    return f"{request.subject.get('path')}:{request.subject.get('name')}"


def _cause(trouble: Failure) -> str:
    return f"{trouble.kind}: {re.sub(r'[0-9]+', 'N', trouble.message)}"
