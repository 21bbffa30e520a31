"""How an item is run: a question answered, the verdict turned into an outcome of pytest."""

from __future__ import annotations

import os
import shlex
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cases import DefinitionError
from pytest_fwparity.checks import CHECKS
from pytest_fwparity.checks.answers import trouble
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.checks.speed import TOLD, timed
from pytest_fwparity.collect import SuiteCollector
from pytest_fwparity.conformance.collecting import question_of
from pytest_fwparity.conformance.gating import Gating
from pytest_fwparity.conformance.launches import Launches
from pytest_fwparity.conformance.recording import Recording
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.records.speed import replay
from pytest_fwparity.report.message import failure_text, skip_reason
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.verdict.outcome import BROKEN, DIFFER, INCONCLUSIVE, NOT_RUN, Verdict


class Running:
    """Answers the questions that items hold."""

    def __init__(self, session: ParitySession, recording: Recording, gating: Gating) -> None:
        self.session, self.recording, self.gating = session, recording, gating
        self.launches = Launches(session.labs)

    def run(self, node: pytest.Item, question: Question, lab: Lab, benchmark: Any) -> None:
        """Answer one question, on candidates too, and turn the verdict into an outcome of pytest."""
        _describe(node, question)
        if benchmark is not None:
            self._time(node, question, lab, benchmark)
            return
        verdicts, entries = {}, {}
        for label, asked in self.session.labs.items():
            verdicts[label], entries[label] = self._judged(node, question, asked, label)
        self.deliver(node, question, self.gating.verdict(verdicts, entries))

    def _judged(self, node: pytest.Item, question: Question, lab: Lab, label: str) -> tuple[Verdict, dict[str, Any]]:
        """The verdict of one environment, and what its record says of it."""
        check = next(check for check in CHECKS if check.name == question.check)
        lab.pool.printed.clear()
        recorder, began = self.recording.recorders.get(label), time.perf_counter()
        if recorder is not None:
            recorder.begin()
        try:
            if question.check == "replicas":
                with _machine_lock():
                    verdict = check.answer(question, lab)
            else:
                verdict = check.answer(question, lab)
        except DefinitionError as error:
            verdict = Verdict(outcome=BROKEN, kind="definition", message=str(error))
        entry = {}
        if recorder is not None:
            entry = recorder.item(question, node.nodeid, verdict, time.perf_counter() - began)
        return verdict, entry

    def deliver(self, node: pytest.Item, question: Question, verdict: Verdict) -> None:
        """Record a verdict on its item, then pass, fail or skip."""
        if verdict.kind == "mended" and self.session.settings.strict:
            text = f"mended: {verdict.message}"
            verdict = replace(verdict, outcome=DIFFER, message=text)
        if verdict.outcome == DIFFER and (ailing := self.session.ailing()):
            text = f"hardware: {'; '.join(ailing)} since the session began: suspect the card before the software"
            verdict = replace(verdict, kind="hardware", message=f"{text}\n{verdict.message}")
        worst = verdict.worst
        entries: dict[str, Any] = {"verdict": verdict.outcome, "tensors": verdict.compared}
        if verdict.kind:
            entries["kind"] = verdict.kind
        if worst is not None:
            entries |= {"units": f"{worst.units:.4g}", "limit": f"{worst.limit:g}", "output": worst.name}
        if verdict.blamed:
            entries |= {"blamed": ",".join(verdict.blamed), "blamed_by": verdict.blamed_by}
        seen = [finding.sees for finding in verdict.findings if finding.sees]
        if seen:  # the smallest relative fault that would have been seen in every result
            entries["sees"] = f"{max(seen):.2g}"
        for name, text in verdict.notes.items():
            entries[name.replace(" ", "_")] = text
        node.user_properties += [(f"fwparity_{name}", value) for name, value in entries.items()]
        if verdict.outcome in (DIFFER, BROKEN):
            printed = self.session.lab.pool.printed if verdict.outcome == DIFFER else {}  # a broken side tells its own
            pytest.fail(failure_text(question, verdict, self._again(node), printed), pytrace=False)
        if verdict.outcome in (INCONCLUSIVE, NOT_RUN):
            pytest.skip(skip_reason(verdict))

    def _time(self, node: pytest.Item, question: Question, lab: Lab, benchmark: Any) -> None:
        """Time one speed item, record every environment's launches, and show this one's to pytest-benchmark."""
        mode, form, side = timed(question)
        told = self._launched(node, question)
        bad = next((entry for entry in told.values() if isinstance(entry, Verdict)), None)
        if bad is not None:
            self.deliver(node, question, bad)
            return
        entries: dict[str, dict[str, Any]] = {}
        for label, entry in told.items():
            assert isinstance(entry, dict)
            entries[label] = {"side": side, **entry}
            recorder = self.recording.recorders.get(label)
            if recorder is not None:
                recorder.speed(question, node.nodeid, side, entries[label])
        shown = next(iter(entries.values()))
        launches = shown["launches"]
        samples = [sample for launch in launches for sample in launch["samples"]]
        extra = {
            "side": side,
            "mode": launches[0].get("mode", ""),
            "first_call_seconds": launches[0]["first"],
            "warm_up_seconds": launches[0]["warm"],
            "calls_per_round": launches[0]["calls"],
            "peak_memory_bytes": launches[0].get("memory"),
            "device": shown["device"],
            "versions": shown["versions"],
        }
        replay(benchmark, self.session.clocks[question.ref.case_id + question.id], samples, extra)
        properties = {
            "verdict": "timed",
            "side": side,
            "mode": f"{mode} {form}".rstrip(),
            "case": f"{question.ref.case_id}[{question.variant}]",
            "median": f"{statistics.median(samples):.6g}",
        }
        node.user_properties += [(f"fwparity_{name}", value) for name, value in properties.items()]

    def _launched(self, node: pytest.Item, question: Question) -> dict[str, dict[str, Any] | Verdict]:
        """Label to its launches, or to the verdict on why there is none."""
        found: dict[str, dict[str, Any] | Verdict] = {}
        try:
            if self.gating.speed:
                others = [other for item in node.session.items if (other := question_of(item)) is not None]
                speed = [other for other in others if other.check == "speed"]
                for label, told in self.launches.of(question, speed).items():
                    bad = trouble({timed(question).side: told}) if isinstance(told, Failure) else None
                    found[label] = told if isinstance(told, dict) else bad or _unanswered(told)
                return found
            check = next(check for check in CHECKS if check.name == "speed")
            for label, lab in self.session.labs.items():
                bad, reply = check.answer(question, lab)
                if bad is not None or reply is None:
                    found[label] = bad or Verdict(outcome=BROKEN, kind="error", message="no answer")
                    continue
                samples = [float(sample) for sample in reply.arrays["samples"]]
                kept = {name: reply.info[name] for name in TOLD if name in reply.info}
                greeting = lab.loaded().get(timed(question).side, {})
                about = {name: greeting.get(name) for name in ("device", "versions")}
                found[label] = {"launches": [{"samples": samples, **kept}], **about}
        except DefinitionError as error:
            found[""] = Verdict(outcome=BROKEN, kind="definition", message=str(error))
        return found

    def _again(self, node: pytest.Item) -> str:
        """The command that runs an item again, from where pytest was called."""
        kept, arguments = [], list(self.session.config.invocation_params.args)
        skip = ("--fwparity-case", "--fwparity-suite", "--fwparity-perf")
        for index, text in enumerate(arguments):
            if isinstance(text, str) and text.startswith("--fwparity-") and not text.startswith(skip):
                kept.append(text)
                if "=" not in text and index + 1 < len(arguments):
                    kept.append(str(arguments[index + 1]))
        name, sign, tail = node.nodeid.partition("::")
        if not node.getparent(SuiteCollector):
            name = os.path.relpath(self.session.config.rootpath / name, self.session.config.invocation_params.dir)
        return shlex.join(["pytest", "--fwparity", *kept, f"{Path(name).as_posix()}{sign}{tail}"])


def _unanswered(failure: Failure) -> Verdict:
    return Verdict(outcome=BROKEN, kind=failure.kind, message=failure.message)


def _describe(node: pytest.Item, question: Question) -> None:
    node.user_properties += [("fwparity_area", question.ref.area), ("fwparity_case_id", question.ref.case_id)]


def _machine_lock() -> Any:
    """One item with several devices at a time on this machine."""
    from filelock import FileLock

    return FileLock(Path(tempfile.gettempdir()) / "fwparity-multi-device.lock")
