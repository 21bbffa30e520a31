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
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.collect import SuiteCollector
from pytest_fwparity.conformance.recording import Recording
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.records.speed import replay
from pytest_fwparity.report.message import failure_text, skip_reason
from pytest_fwparity.verdict.outcome import BROKEN, DIFFER, INCONCLUSIVE, NOT_RUN, Verdict


class Running:
    """Answers the questions that items hold."""

    def __init__(self, session: ParitySession, recording: Recording) -> None:
        self.session, self.recording = session, recording

    def run(self, node: pytest.Item, question: Question, lab: Lab, benchmark: Any) -> None:
        """Answer one question and turn the verdict into an outcome of pytest."""
        _describe(node, question)
        if benchmark is not None:
            self._time(node, question, lab, benchmark)
            return
        check = next(check for check in CHECKS if check.name == question.check)
        lab.pool.printed.clear()
        recorder, began = self.recording.recorder, time.perf_counter()
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
        if recorder is not None:
            recorder.item(question, node.nodeid, verdict, time.perf_counter() - began)
        self.deliver(node, question, verdict)

    def deliver(self, node: pytest.Item, question: Question, verdict: Verdict) -> None:
        """Record a verdict on its item, then pass, fail or skip."""
        if verdict.kind == "mended" and self.session.settings.strict:
            text = f"mended: {verdict.message}"
            verdict = replace(verdict, outcome=DIFFER, message=text)
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
        check = next(check for check in CHECKS if check.name == "speed")
        try:
            bad, reply = check.answer(question, lab)
        except DefinitionError as error:
            bad, reply = Verdict(outcome=BROKEN, kind="definition", message=str(error)), None
        if bad is not None or reply is None:
            assert bad is not None
            self.deliver(node, question, bad)
            return
        samples = [float(sample) for sample in reply.arrays["samples"]]
        mode, side = question.parameters
        greeting = lab.loaded().get(side, {})
        extra = {
            "side": side,
            "mode": reply.info.get("mode", ""),
            "first_call_seconds": reply.info["first"],
            "warm_up_seconds": reply.info["warm"],
            "calls_per_round": reply.info["calls"],
            "device": greeting.get("device", ""),
            "versions": greeting.get("versions", {}),
        }
        if self.recording.recorder is not None:
            self.recording.recorder.speed(question, node.nodeid, side, {**extra, "samples": samples})
        clock = self.session.clocks[question.ref.case_id + question.id]
        replay(benchmark, clock, samples, extra)
        entries = {
            "verdict": "timed",
            "side": side,
            "mode": mode,
            "case": f"{question.ref.case_id}[{question.variant}]",
            "median": f"{statistics.median(samples):.6g}",
        }
        node.user_properties += [(f"fwparity_{name}", value) for name, value in entries.items()]

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


def _describe(node: pytest.Item, question: Question) -> None:
    node.user_properties += [("fwparity_area", question.ref.area), ("fwparity_case_id", question.ref.case_id)]


def _machine_lock() -> Any:
    """One item with several devices at a time on this machine."""
    from filelock import FileLock

    return FileLock(Path(tempfile.gettempdir()) / "fwparity-multi-device.lock")
