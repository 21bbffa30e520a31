"""Under pytest-xdist: what the processes tell each other, and which items stay together."""

from __future__ import annotations

import os
from typing import Any

import pytest

from pytest_fwparity.conformance.recording import RECORD, Recording
from pytest_fwparity.conformance.session import SELECTION, ParitySession

_OUTPUT = "fwparity_collected"


class Distributing:
    """Hooks of pytest-xdist; without it none of them is called."""

    def __init__(self, session: ParitySession, recording: Recording) -> None:
        self.session, self.recording = session, recording

    def pytest_sessionfinish(self) -> None:
        if self.session.in_worker:
            session = self.session
            counted = [session.aside_files, session.aside_items, session.missing_ids, session.idle_waivers]
            self.session.config.workeroutput[_OUTPUT] = counted  # type: ignore[attr-defined]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[SELECTION] = self.session.selection.to_json()
        node.workerinput[RECORD] = str(self.recording.folder or "")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Every worker collects the same; what one of them saw is what there was."""
        counted = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if counted is not None:
            session = self.session
            session.aside_files, session.aside_items, session.missing_ids, session.idle_waivers = counted

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Items of one case stay in one process, unless the user chose how to distribute."""
        said = [
            *map(str, config.invocation_params.args),
            *config.getini("addopts"),
            os.environ.get("PYTEST_ADDOPTS", ""),
        ]
        if any(text.startswith("--dist") or " --dist" in text for text in said):
            return None
        from xdist.scheduler import LoadScopeScheduling

        return LoadScopeScheduling(config, log)
