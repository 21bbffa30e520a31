"""One session's record: begun before the first item, each process's part, sealed at the end."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

import pytest_fwparity
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.records import store
from pytest_fwparity.records.plain import Plainer
from pytest_fwparity.records.recording import Recorder
from pytest_fwparity.verdict.constants import version

#: where an xdist worker is told the folder of its record
RECORD = "fwparity_record_folder"


class Recording:
    """Hooks of a record; there is none without ``--fwparity-record``, and one for a while where a gate needs it.

    With candidates the folder holds a record of each: ``old``, and one named by each label.
    """

    def __init__(self, session: ParitySession) -> None:
        self.session = session
        #: label (as in :attr:`ParitySession.labs`) to what writes this process's part
        self.recorders: dict[str, Recorder] = {}
        self.failed = ""
        settings, config = session.settings, session.config
        told = any(getattr(config.option, n, False) for n in ("collectonly", "markers", "showfixtures"))
        self._temporary = settings.record is None and bool(settings.against or settings.candidates)
        self.folder = None if told else self._folder()
        if self.folder is None:
            return
        slim = settings.slim or self._temporary
        part = getattr(config, "workerinput", {}).get("workerid", "main")
        for label, lab in session.labs.items():
            if not session.in_worker:
                try:
                    header = Plainer().value(self._header(label, slim))
                    store.begin(self.folder / label, header, settings.overwrite)
                except (store.RecordError, OSError) as error:
                    raise pytest.UsageError(f"--fwparity-record: {error}") from None
            if session.in_worker or not session.distributed:
                writer = store.Writer(self.folder / label, part, slim)
                self.recorders[label] = Recorder(writer, lab, settings.host)

    def _folder(self) -> Path | None:
        if not self._temporary:
            return self.session.settings.record
        if self.session.in_worker:  # made by the process that started this one
            return Path(self.session.config.workerinput[RECORD])  # type: ignore[attr-defined]
        return Path(tempfile.mkdtemp(prefix="fwparity-record-"))

    def clear(self) -> None:
        """Take away what was recorded for a gate alone."""
        if self._temporary and self.folder is not None and not self.session.in_worker:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _header(self, label: str, slim: bool) -> dict[str, Any]:
        settings = self.session.settings
        return {
            "plugin": pytest_fwparity.__version__,
            "constants": version(),
            "level": settings.level,
            "seeds": list(settings.seeds),
            "sides": [spec.name for spec in settings.specs],
            "suites": {suite.name: suite.version for suite, _ in self.session.selection.suites},
            "policy": settings.policy.name if settings.policy else "",
            "perf": settings.perf,
            "size": "slim" if slim else "full",
            "label": label,
            "command": ["pytest", *map(str, self.session.config.invocation_params.args)],
            "python": sys.version.split()[0],
            "begun": time.time(),
            "whole": self.session.whole,
        }

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Seal the records; an interrupted run leaves them unsealed, and readable."""
        for recorder in self.recorders.values():
            recorder.close()
        if self.folder is None or self.session.in_worker:
            return
        if int(exitstatus) not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        for label in self.session.labs:
            try:
                store.finish(self.folder / label, {"ended": time.time()})
            except (store.RecordError, OSError) as error:
                self.failed = f"the record in {self.folder / label} could not be sealed: {error}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.folder is not None and not self._temporary and not self.session.config.option.collectonly:
            terminalreporter.write_line(self.failed or f"record: {self.folder}", red=bool(self.failed))
