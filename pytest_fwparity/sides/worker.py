"""Worker half: the loop of one side's process. Standard library, NumPy and one framework."""

from __future__ import annotations

import contextlib
import dis
import faulthandler
import hashlib
import importlib
import importlib.util
import os
import platform
import re
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.sides import fingerprint, wire
from pytest_fwparity.sides.adapter import Adapter, CaseError, Unsupported
from pytest_fwparity.sides.loading import Loader, SubjectError
from pytest_fwparity.sides.roles import PURE


class Server:
    """Answers requests with one framework; used by a worker process and by a side inside the pytest process."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = dict(settings)
        self.loader = Loader()
        self.adapter = load_adapter(settings)(settings)

    def start(self) -> dict[str, Any]:
        """Import the framework and say what was loaded."""
        began = time.perf_counter()
        for folder in reversed(self.settings.get("first", [])):
            sys.path.insert(0, folder)
        found = self.adapter.start()
        if self.adapter.role == PURE:
            self._patched = contextlib.ExitStack()
            self._patched.enter_context(self.adapter.pure())
        for folder in self.settings.get("last", []):
            if folder not in sys.path:
                sys.path.append(folder)
        return {
            "ready": self.settings["side"],
            "python": sys.version.split()[0],
            "executable": sys.executable,
            "pid": os.getpid(),
            "seconds": time.perf_counter() - began,
            "impurities": self.adapter.impurities(),
            "identity": self._identity(),
            **found,
        }

    def _identity(self) -> dict[str, Any]:
        """What can change a bit of a result here: machine, flags, patches; addresses in memory left out."""
        flags = {name: value for name, value in self.adapter.globals().items() if "cast" not in name}
        return {**machine(), **flags, "purity": self.adapter.purity_text(), **self.adapter.build()}

    def answer(self, request: wire.Request) -> wire.Reply:
        """Run one request; raises what the case or the framework raises."""
        if request.op == "symbols":  # asked of the framework, not of a case
            return wire.Reply(info={"symbols": self.adapter.calls.symbols})
        if request.op == "signatures":
            told = self.adapter.calls.signatures() if self.adapter.namespaces else {}
            return wire.Reply(info={"signatures": told})
        if request.op == "stack":
            return wire.Reply(info={"stack": {**fingerprint.stack(), "build": self.adapter.device_facts()}})

        def load(subject: Mapping[str, Any], fields: Mapping[str, Any] | None) -> Any:
            found = self.loader.load(subject)
            return found(**fields) if isinstance(found, type) and fields is not None else found

        return self.adapter.answer(load, request)


def load_adapter(settings: Mapping[str, Any]) -> type[Adapter]:
    """The adapter class named by ``settings["adapter"]``: ``module:Class`` or ``/path/to/file.py:Class``."""
    where, _, name = settings["adapter"].rpartition(":")
    if where.endswith(".py"):
        spec = importlib.util.spec_from_file_location("fwparity_adapter_" + os.path.basename(where)[:-3], where)
        if spec is None or spec.loader is None:
            raise ImportError(f"no adapter at {where}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(where)
    found = getattr(module, name)
    assert isinstance(found, type) and issubclass(found, Adapter)
    return found


def main(settings: dict[str, Any], reads: int, writes: int) -> int:
    """Greet, then answer until the pipe closes."""
    faulthandler.enable()
    _die_with_parent()
    try:
        server = Server(settings)
        greeting = server.start()
    except Exception as error:
        wire.write(writes, wire.encode(failure(error), {}))
        return 1
    wire.write(writes, wire.encode({"ok": True, **greeting}, {}))
    while True:
        try:
            head, arrays = wire.read(reads)
        except wire.WireClosed:
            return 0
        frame = serve(server, wire.unpack_request(head, arrays))
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            wire.write(writes, frame)
        except wire.WireClosed:
            return 0


def serve(server: Server, request: wire.Request) -> bytes:
    """One request to one frame, whatever happens."""
    try:
        reply = server.answer(request)
        info = {**reply.info, "rss": resident()}
        return wire.pack_reply(wire.Reply(**{**vars(reply), "info": info}))
    except Exception as error:
        head = failure(error)
        adapter = server.adapter
        refused = adapter.refuses(error)
        if refused or (request.dtype != "float32" and adapter.lacks(error) and not _by_the_case(error, request)):
            what = f"{server.settings['side']} has no kernel for it"
            what += f": {_told(error)}" if refused else f" in {request.dtype}: {_told(error)}"
            head |= {"unsupported": True, "yours": False, "message": what}
        return wire.encode(head, {})


def _by_the_case(error: Exception, request: wire.Request) -> bool:
    """Whether a ``raise`` of the case's own file raises it: what a hook lacks is no framework's lack.

    A function of C that raises has no frame of its own, so that the hook that calls it is the last one.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_filename != request.subject.get("path"):
        return False
    return dis.opname[trace.tb_frame.f_code.co_code[trace.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")


def _told(error: Exception) -> str:
    """The line of an exception that says most; Keras puts one of its own before that of its backend."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Exception encountered when calling")] or lines
    return re.sub("\x1b\\[[0-9;]*m", "", lines[0])[:300] if lines else type(error).__name__


def machine() -> dict[str, str]:
    """What of this machine and interpreter can change a bit of a result."""
    found = {"python": sys.version.split()[0], "numpy": np.__version__, "machine": platform.machine()}
    try:
        with open("/proc/cpuinfo") as file:
            lines = file.read().split("\n\n")[0].splitlines()
        told = [line for line in lines if line.split("\t")[0].strip() in ("model name", "flags", "Features")]
        found["cpu"] = hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
    except OSError:
        found["cpu"] = platform.processor()
    return found


#: files whose frames tell a reader nothing
_OWN = {os.path.join(os.path.dirname(os.path.abspath(__file__)), name) for name in ("worker.py", "adapter.py")}


def failure(error: Exception) -> dict[str, Any]:
    """The head that tells the host of an exception."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename in _OWN:
        trace = trace.tb_next
    lines = traceback.format_exception(type(error), error, trace)
    return {
        "ok": False,
        "type": type(error).__name__,
        "message": str(error),
        "traceback": "".join(lines),
        "yours": isinstance(error, (DefinitionError, CaseError, SubjectError)),
        "unsupported": isinstance(error, Unsupported),
        "memory": isinstance(error, MemoryError),
    }


def resident() -> int:
    """Resident memory of this process in bytes; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def _die_with_parent() -> None:
    """On Linux, ask for SIGKILL when the host dies, however it dies."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() == 1:
            os._exit(1)
