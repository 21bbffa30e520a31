"""One session's record: begun before the first item, each process's part, sealed at the end."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

import pytest_fwparity
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.records import store
from pytest_fwparity.records.plain import Plainer
from pytest_fwparity.records.recording import Recorder
from pytest_fwparity.verdict.constants import version


class Recording:
    """Hooks of a record; without ``--fwparity-record`` there is none."""

    def __init__(self, session: ParitySession) -> None:
        self.session = session
        self.recorder: Recorder | None = None
        self.failed = ""
        folder = session.settings.record
        config = session.config
        told = any(getattr(config.option, n, False) for n in ("collectonly", "markers", "showfixtures"))
        self.folder = None if told else folder
        if self.folder is None:
            return
        if not session.in_worker:
            try:
                store.begin(self.folder, Plainer().value(self._header()), session.settings.overwrite)
            except (store.RecordError, OSError) as error:
                raise pytest.UsageError(f"--fwparity-record: {error}") from None
        if session.in_worker or not session.distributed:
            part = getattr(config, "workerinput", {}).get("workerid", "main")
            writer = store.Writer(self.folder, part, session.settings.slim)
            self.recorder = Recorder(writer, session.lab, session.settings.host)

    def _header(self) -> dict[str, Any]:
        settings = self.session.settings
        return {
            "plugin": pytest_fwparity.__version__,
            "constants": version(),
            "level": settings.level,
            "seeds": list(settings.seeds),
            "sides": [spec.name for spec in settings.specs],
            "suites": [suite.name for suite, _ in self.session.selection.suites],
            "size": "slim" if settings.slim else "full",
            "command": ["pytest", *map(str, self.session.config.invocation_params.args)],
            "python": sys.version.split()[0],
            "begun": time.time(),
            "whole": self.session.whole,
        }

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Seal the record; an interrupted run leaves it unsealed, and readable."""
        if self.recorder is not None:
            self.recorder.close()
        if self.folder is None or self.session.in_worker:
            return
        if int(exitstatus) not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        try:
            store.finish(self.folder, {"ended": time.time()})
        except (store.RecordError, OSError) as error:
            self.failed = f"the record in {self.folder} could not be sealed: {error}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.folder is not None and not self.session.config.option.collectonly:
            terminalreporter.write_line(self.failed or f"record: {self.folder}", red=bool(self.failed))
