"""Gates of a session: each item of a candidate beside the old one, and the whole run against a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pytest_fwparity.conformance.recording import Recording
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.records import drift
from pytest_fwparity.records.attribution import attribution
from pytest_fwparity.records.baselines import Picked, pick, records
from pytest_fwparity.records.drift import Change
from pytest_fwparity.records.gate import FAIL, UNSURE, Gate, gate
from pytest_fwparity.records.policy import DEFAULT, Policy
from pytest_fwparity.records.store import RecordError, read
from pytest_fwparity.verdict.outcome import AGREE, BROKEN, DIFFER, INCONCLUSIVE, KNOWN, NOT_RUN, Verdict

_WORST = (BROKEN, DIFFER, INCONCLUSIVE, NOT_RUN, KNOWN, AGREE)


class Gating:
    """Hooks of ``--fwparity-against`` and ``--fwparity-candidate``; without either it does nothing."""

    def __init__(self, session: ParitySession, recording: Recording) -> None:
        self.session, self.recording = session, recording
        self.lines: list[str] = []
        self.failed = False
        settings = session.settings
        if settings.against and settings.candidates:
            raise pytest.UsageError("--fwparity-against and --fwparity-candidate are two gates; ask for one of them")
        self.active = bool(settings.against or settings.candidates)
        if settings.against and not session.in_worker:
            try:
                for path in records(settings.against):
                    read(path)
            except RecordError as error:
                raise pytest.UsageError(f"--fwparity-against: {error}") from None

    @property
    def speed(self) -> bool:
        """Whether slower fails."""
        return self.session.settings.perf == "gate"

    @property
    def policy(self) -> Policy:
        """What fails an item; two environments on one machine share their driver."""
        chosen = self.session.settings.policy or DEFAULT
        return chosen.with_speed() if self.speed else chosen

    def verdict(self, verdicts: Mapping[str, Verdict], entries: Mapping[str, Mapping[str, Any]]) -> Verdict:
        """The verdict of an item asked of ``old`` and of candidates: the worst candidate's, with what changed to it.

        It differs, too, where something changed that the policy lets not pass.
        """
        if len(verdicts) == 1:
            return next(iter(verdicts.values()))
        old = verdicts["old"]
        label, worst = min(
            ((label, found) for label, found in verdicts.items() if label != "old"),
            key=lambda pair: _WORST.index(pair[1].outcome),
        )
        told: list[str] = []
        failing: Change | None = None
        notes = {}
        for other in verdicts:
            if other == "old":
                continue
            changes = list(drift.changes(entries["old"], entries[other]))
            for change in changes:
                fails = self.policy.fails(change)
                failing = failing or (change if fails else None)
                if fails or change.kind not in (drift.BITWISE, drift.ROUNDING):
                    where = ", ".join(part for part in (change.side, change.output) if part)
                    told.append(
                        f"old -> {other}: {change.kind}" + (f" ({where})" if where else "") + f": {change.text}"
                    )
            kinds = {change.kind: None for change in changes}
            notes[f"old -> {other}"] = ", ".join(sorted(kinds, key=drift.KINDS.index)) or drift.BITWISE
        if worst.outcome in (DIFFER, BROKEN) and old.outcome == worst.outcome and not failing:
            told.append(f"old -> {label}: {worst.outcome} before and after")
        message = "\n".join([*told, worst.message]).strip()
        if failing is not None and worst.outcome not in (DIFFER, BROKEN):
            return replace(worst, outcome=DIFFER, kind=failing.kind, message=message)
        return replace(worst, message=message, notes={**worst.notes, **({} if told else notes)})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Compare whole runs, as ``fwparity compare`` does, once the records are sealed."""
        if not self.active or self.session.in_worker or self.session.config.option.collectonly:
            return
        passed = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if int(session.exitstatus) not in passed or self.recording.failed:
            self.lines = ["gate: not decided: " + (self.recording.failed or "the run did not come to its end")]
            self.failed = True
            return
        try:
            gates = self._gates()
        except RecordError as error:
            self.lines, self.failed = [f"gate: not decided: {error}"], True
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR  # 3, as unusable input is to 'fwparity compare'
            return
        for (old, new), found in gates.items():
            self.lines += found.lines(old, new)
        self.lines += attribution({new: found for (_, new), found in gates.items()})
        statuses = {found.status for found in gates.values()}
        self.failed = FAIL in statuses
        if self.failed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif UNSURE in statuses and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = 2

    def _gates(self) -> dict[tuple[str, str], Gate]:
        folder, settings = self.recording.folder, self.session.settings
        assert folder is not None
        if settings.candidates:
            old = read(folder / "old")
            return {
                ("old", label): gate(old, read(folder / label), settings.policy, self.speed)
                for label in settings.candidates
            }
        assert settings.against is not None
        new = read(folder)
        picked: Picked = pick(settings.against, new.environment)
        told = f"{picked.record.folder} ({picked.why})"
        return {(told, "this run"): gate(picked.record, new, settings.policy, self.speed)}

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.lines:
            return
        terminalreporter.section("gate")
        for number, line in enumerate(self.lines):
            bold = number == 0
            terminalreporter.write_line(line, bold=bold, red=bold and self.failed, green=bold and not self.failed)
