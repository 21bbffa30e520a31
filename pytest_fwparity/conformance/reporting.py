"""What is reported: letters, header, summary, exit status."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.report.terminal import outcome_letter
from pytest_fwparity.sides.probe import Found
from pytest_fwparity.sides.spec import SideSpec


class Reporting:
    """Hooks of reporting."""

    def __init__(self, session: ParitySession) -> None:
        self.session = session

    def pytest_report_teststatus(self, report: Any) -> Any:
        if report.when != "call" or not hasattr(report, "user_properties"):
            return None
        outcome = dict(report.user_properties).get("fwparity_verdict")
        return None if report.failed else outcome_letter(str(outcome))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not self.session.in_worker and (report.when == "call" or report.failed):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
            self.session.tally.add(dict(report.user_properties), report.nodeid, reason, report.failed)

    def pytest_report_header(self) -> list[str]:
        suites = ", ".join(suite.name for suite, _ in self.session.selection.suites)
        own = "own cases" if self.session.selection.own else ""
        seeds = ",".join(map(str, self.session.settings.seeds))
        what = " and ".join(part for part in (suites, own) if part) or "nothing"
        lines = [f"fwparity: level {self.session.settings.level}, seed {seeds}, {what}"]
        settings, found = self.session.settings, self.session.found
        lines += [_side_line(spec.name, spec, found.get(spec.name)) for spec in settings.specs]
        for label, specs in settings.candidates.items():
            for old, spec in zip(settings.specs, specs, strict=True):
                if spec != old:
                    there = self.session.found_in.get(label, {}).get(spec.name)
                    lines.append(_side_line(f"{spec.name}, candidate {label}", spec, there))
        return lines

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.session.config.option.collectonly:
            return
        write = terminalreporter.write_line
        terminalreporter.ensure_newline()
        terminalreporter.section("framework parity")
        if self.session.tally.areas:
            line, good = self.session.tally.verdict_line([self._side_text(name) for name in self.session.lab.sides])
            write(line, green=good, red=not good, bold=True)
            for row in self.session.tally.table():
                write(row)
        for row in self.session.tally.ratios(every_case=self.session.config.option.verbose > 0):
            write(row)
        for row in self.session.tally.leak_lines():
            write(row)
        for line in self._shared_kernels():
            write(line)
        for waiver in self.session.settings.waivers.entries:
            used = self.session.tally.waived[waiver.number]
            needed = f", needed by {used} items" if waiver.max_units else ""
            write(
                f"known difference {waiver.number}: {waiver.text(self.session.settings.waivers.today)}{needed}",
                yellow=True,
            )
        for waiver in self.session.unneeded:
            write(f"known difference {waiver.number} is no longer needed: {waiver.case}; remove it", yellow=True)
        for text, node_id in self.session.tally.unsteady:
            write(f"nondeterministic: {node_id}: {text}", yellow=True)
        for node_id, reason in self.session.tally.unsure:
            write(f"{node_id}: {reason}", yellow=True)
        if self.session.no_timing:
            write(f"no speed items: {self.session.no_timing}")
        if self.session.tally.mended:
            write(f"declared differences no longer needed: {', '.join(self.session.tally.mended)}", yellow=True)
        if self.session.aside_files or self.session.aside_items:
            write(
                f"left aside: {self.session.aside_files} files that do not mention fwparity, "
                f"{self.session.aside_items} ordinary tests"
            )
        for line in self.session.ailing():
            write(f"health: {line} since the session began", red=True)
        for text in self.session.tally.soaks:
            write(f"soak: {text}")
        for text in self.session.complaints():
            write(f"failed: {text}", red=True)

    def _shared_kernels(self) -> list[str]:
        """Sides that run the same kernels prove less by agreeing."""
        groups: dict[str, list[str]] = {}
        for name, kernels in self.session.lab.kernels.items():
            groups.setdefault(kernels, []).append(name)
        return [
            f"{' and '.join(names)} run the same kernels: that they agree proves less"
            for names in groups.values()
            if len(names) > 1
        ]

    def _side_text(self, name: str) -> str:
        """``torch 2.13.0`` as loaded, else as found."""
        versions = self.session.lab.loaded().get(name, {}).get("versions")
        if versions:
            return " on ".join(f"{k} {v}" for k, v in versions.items() if k not in ("numpy", "jaxlib", "cuda", "cudnn"))
        found = self.session.found.get(name)
        return found.text() if found and found.modules else name

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.session.in_worker or self.session.config.option.collectonly or exitstatus != pytest.ExitCode.OK:
            return
        if self.session.complaints():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _side_line(name: str, spec: SideSpec, found: Found | None) -> str:
    """``fwparity: torch: torch 2.13.0, cpu, python 3.11.7, .../torch/__init__.py``, as found or as named."""
    if found is None:
        return f"fwparity: {name}: {spec.device}, {spec.python}"
    file = next((file for _, file in found.modules.values()), "")
    return f"fwparity: {name}: {found.text()}, {spec.device}, python {found.python}, {file}"
