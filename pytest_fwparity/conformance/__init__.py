"""Conformance mode: one session of ``pytest --fwparity``."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fwparity.conformance.collecting import Collecting
from pytest_fwparity.conformance.distributing import Distributing
from pytest_fwparity.conformance.gating import Gating
from pytest_fwparity.conformance.recording import Recording
from pytest_fwparity.conformance.reporting import Reporting
from pytest_fwparity.conformance.running import Running
from pytest_fwparity.conformance.session import ParitySession

__all__ = ["Conformance"]


class Conformance:
    """The plugin object that stands for a session; it registers one for each part."""

    def __init__(self, config: pytest.Config) -> None:
        self.session = ParitySession(config)
        self.recording = Recording(self.session)
        self.gating = Gating(self.session, self.recording)
        self.running = Running(self.session, self.recording, self.gating)
        self.collecting = Collecting(self.session, self.running.run)
        parts = (
            self.collecting,
            Reporting(self.session),
            Distributing(self.session, self.recording),
            self.recording,
            self.gating,
        )
        for part in parts:
            config.pluginmanager.register(part, f"fwparity-{type(part).__name__.lower()}")

    @property
    def lab(self) -> Any:
        """The sides."""
        return self.session.lab

    def pytest_sessionfinish(self) -> None:
        for lab in self.session.labs.values():
            lab.pool.stop()

    def pytest_unconfigure(self) -> None:
        self.session.close()
        self.recording.clear()
