"""Host half: one worker process, its pipe, its log and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from pytest_fwparity.sides import bootstrap, wire
from pytest_fwparity.sides.spec import Limits, SideSpec

_TAIL = 4000


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a side gave no reply.

    ``kind``: ``error`` (an exception), ``yours`` (the case is declared wrongly), ``unsupported``, ``died``, ``hung``,
    ``garbled``, ``memory``, ``start``, ``lost``.
    """

    kind: str
    message: str
    traceback: str = ""
    log: str = ""

    @property
    def fatal(self) -> bool:
        """Whether the worker can no longer be used."""
        return self.kind in ("died", "hung", "garbled", "start", "memory")


class Worker:
    """A running worker: greeted, then asked one thing at a time."""

    def __init__(self, spec: SideSpec, threads: int, limits: Limits) -> None:
        self.spec, self.limits = spec, limits
        self.greeting: dict[str, Any] = {}
        self.requests = 0
        self.resident = 0
        # Appended to, since host and worker share the position; lives as long as the worker.
        self._log = tempfile.TemporaryFile("a+b", prefix="fwparity-")  # noqa: SIM115
        self._mark = 0
        environment = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}
        environment.pop("PYTEST_CURRENT_TEST", None)
        if spec.device == "cpu":
            environment["CUDA_VISIBLE_DEVICES"] = "-1"
        elif ":" in spec.device:
            environment["CUDA_VISIBLE_DEVICES"] = spec.device.split(":")[1]
        device = "cuda" if spec.device.startswith("cuda") else spec.device
        # The main thread starts it: on Linux the worker dies with the thread that made it.
        self._process = subprocess.Popen(
            bootstrap.command(spec.python, {**spec.settings(threads), "device": device}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            start_new_session=True,
        )
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._talk, name=f"fwparity {spec.seat}", daemon=True).start()
        self._started = self._in_thread(lambda: wire.read(self._reads))

    @property
    def _reads(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def _writes(self) -> int:
        assert self._process.stdin is not None
        return self._process.stdin.fileno()

    @property
    def pid(self) -> int:
        return self._process.pid

    def greet(self) -> Failure | None:
        """Wait until the framework is imported."""
        got = self._wait(self._started, self.limits.start, "start")
        if isinstance(got, Failure):
            return got
        head, _ = got
        if not head.get("ok"):
            return Failure(
                kind="start",
                message=f"side {self.spec.seat!r} cannot start in {self.spec.python}: {head.get('type')}: {head.get('message')}",
                traceback=str(head.get("traceback", "")),
                log=self.log(),
            )
        self.greeting = head
        return None

    def send(self, request: wire.Request) -> Future[Any]:
        """Ask, without waiting."""
        self.requests += 1
        self._log.seek(0, os.SEEK_END)
        self._mark = self._log.tell()
        frame = wire.pack_request(request)

        def converse() -> Any:
            wire.write(self._writes, frame)
            return wire.read(self._reads)

        return self._in_thread(converse)

    def receive(self, future: Future[Any], what: str) -> wire.Reply | Failure:
        """Wait for the reply to what was asked; ``what`` names the limit, ``first`` or ``call``."""
        got = self._wait(future, getattr(self.limits, what), what)
        if isinstance(got, Failure):
            return got
        head, arrays = got
        if not head.get("ok"):
            return failed(head, self.spec.seat, self.log())
        try:
            reply = wire.unpack_reply(head, arrays)
        except wire.WireError as error:
            return self._garbled(error)
        self.resident = int(reply.info.get("rss", 0))
        return reply

    def log(self) -> str:
        """What was printed since the last request, at most the end of it."""
        self._log.seek(0, os.SEEK_END)
        end = self._log.tell()
        start = max(self._mark, end - _TAIL)
        self._log.seek(start)
        text = self._log.read().decode(errors="replace").strip()
        return f"[... {start - self._mark} bytes before]\n{text}" if start > self._mark else text

    def stop(self) -> None:
        """End the process and its whole group; returns when it is gone."""
        self._jobs.put(None)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close() if stream is self._process.stdin else None
        try:
            self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        else:
            self._kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _kill(self) -> None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        elif self._process.poll() is None:
            self._process.kill()

    def _wait(self, future: Future[Any], limit: float, what: str) -> Any:
        try:
            return future.result(timeout=limit)
        except FutureTimeout:
            self._kill()
            self._process.wait()
            return Failure(
                kind="start" if what == "start" else "hung",
                message=f"side {self.spec.seat!r} did not {'start' if what == 'start' else 'answer'} within {limit:.3g} s "
                f"and was killed; raise the limit with --fwparity-timeout {what}=SECONDS if that is too short",
                log=self.log(),
            )
        except wire.WireClosed:
            return self._death(what)
        except wire.WireError as error:
            return self._garbled(error)

    def _garbled(self, error: wire.WireError) -> Failure:
        self._kill()
        self._process.wait()
        return Failure(
            kind="garbled",
            message=f"side {self.spec.seat!r} broke its private pipe ({error}) and was killed; "
            "something in that process writes to a descriptor it did not open",
            log=self.log(),
        )

    def _death(self, what: str) -> Failure:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._kill()
            code = self._process.wait()
        if code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = f"signal {-code}"
            how = f"was killed by {name}"
            if name == "SIGKILL":
                how += " (out of memory, or somebody's kill)"
        else:
            how = f"ended with exit status {code}"
        return Failure(
            kind="start" if what == "start" else "died",
            message=f"the worker of side {self.spec.seat!r} (pid {self.pid}, {self.spec.python}) {how}",
            log=self.log(),
        )

    def _in_thread(self, work: Callable[[], Any]) -> Future[Any]:
        """Begin ``work`` in the thread that talks to this worker."""
        future: Future[Any] = Future()
        self._jobs.put((work, future))
        return future

    def _talk(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future = job
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)


def failed(head: dict[str, Any], side: str, log: str) -> Failure:
    """The failure that a worker reported."""
    if head.get("yours"):
        kind = "yours"
    elif head.get("unsupported"):
        kind = "unsupported"
    else:
        kind = "memory" if head.get("memory") else "error"
    return Failure(
        kind=kind,
        message=str(head["message"])
        if kind in ("yours", "unsupported")
        else f"{head['type']} on {side}: {head['message']}",
        traceback=str(head.get("traceback", "")),
        log=log,
    )
