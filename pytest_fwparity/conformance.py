"""Conformance mode: what is collected, run, counted and reported when ``--fwparity`` is on."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
import os
import shlex
import statistics
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity import options
from pytest_fwparity.cases import Case, DefinitionError
from pytest_fwparity.checks import CHECKS
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.checks.question import Question
from pytest_fwparity.collect import BadCase, SuiteCollector, case_node, case_ref, parametrize
from pytest_fwparity.records.speed import ReplayClock, replay
from pytest_fwparity.report.message import failure_text, skip_reason
from pytest_fwparity.report.terminal import Tally, outcome_letter
from pytest_fwparity.selection import Selection, select
from pytest_fwparity.sides.probe import Found, probe
from pytest_fwparity.sides.spec import BUILT_IN
from pytest_fwparity.suites import installed
from pytest_fwparity.verdict.outcome import BROKEN, DIFFER, INCONCLUSIVE, NOT_RUN, Verdict

_INPUT, _OUTPUT = "fwparity_selection", "fwparity_collected"


class Conformance:
    """The plugin object of one session; in an xdist worker only the collecting and running half is used."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        further = [kind for kinds in config.hook.pytest_fwparity_side_kinds(config=config) for kind in kinds]
        self.settings = options.settings(config, [*BUILT_IN, *further])
        self.suites = installed()
        self.in_worker = hasattr(config, "workerinput")
        self.distributed = (
            bool(getattr(config.option, "numprocesses", None)) or getattr(config.option, "dist", "no") != "no"
        )
        self.tally = Tally()
        self.aside_files = 0
        self.aside_items = 0
        self.missing_ids: list[str] = []
        self.found: dict[str, Found] = {}
        if self.in_worker:
            self.selection = Selection.from_json(config.workerinput[_INPUT], self.suites)  # type: ignore[attr-defined]
        else:
            self.selection = select(config, self.settings.suites, self.suites)
        if self.in_worker or not self.distributed:
            config.args = self.selection.own
        if not self.in_worker and not config.option.collectonly:
            self._probe()
        self.lab = Lab(list(_pinned(self.settings.specs, config)), self.settings.limits, self.settings.in_process)
        self._case_paths: dict[str, str] = {}
        self._listed: set[str] = set()
        self._clocks: dict[str, ReplayClock] = {}

    def _probe(self) -> None:
        """A framework that is missing is a usage error, before anything is collected."""
        self.found = probe(self.settings.specs)
        missing = [found.missing for found in self.found.values() if found.missing]
        if missing:
            raise pytest.UsageError("\n".join(missing))

    # collection

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        report: Any = yield
        if isinstance(collector, pytest.Session):
            nodes = []
            for suite, files in self.selection.suites:
                node = SuiteCollector.from_parent(collector, name=suite.name, nodeid=suite.package.replace(".", "/"))
                node.suite, node.only = suite, files
                nodes.append(node)
            report.result = [*nodes, *report.result]
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Files that cannot hold cases are not imported; files of a suite belong to the suite."""
        made: Any = yield
        if any(suite.folder in file_path.resolve().parents for suite in self.suites.values()):
            return []
        if file_path.suffix != ".py":
            self.aside_files += bool(made)
            return []
        modules = [node for node in made if isinstance(node, pytest.Module)]
        relative = (
            file_path.relative_to(self.config.rootpath) if file_path.is_relative_to(self.config.rootpath) else file_path
        )
        listed = any(fnmatch.fnmatch(relative.as_posix(), glob) for glob in self.settings.files)
        if not listed and "fwparity" not in file_path.read_text(encoding="utf-8", errors="replace"):
            self.aside_files += bool(modules)
            return []
        if not modules and listed:
            modules = [pytest.Module.from_parent(parent, path=file_path)]
        return modules

    def collect_case(self, collector: Any, name: str, cls: type[Case]) -> list[pytest.Collector]:
        """The node of a case class; called by the plugin's ``pytest_pycollect_makeitem``."""
        module = collector.getparent(pytest.Module)
        if cls.abstract or cls.__module__ != module.obj.__name__:
            return []
        owner = collector.getparent(SuiteCollector)
        ref = case_ref(collector, cls, owner.suite if owner else None)
        first = self._case_paths.setdefault(ref.case_id, ref.path)
        if first != ref.path:
            bad = BadCase.from_parent(collector, name=name)
            bad.message = f"two cases have the id {ref.case_id!r}: in {first} and in {ref.path}; rename one of them"
            return [bad]
        self._listed |= {f"{ref.case_id}[{variant}]" for variant in _variants(cls)}
        if self.settings.cases and not any(
            fnmatch.fnmatch(case_id, glob) for glob in self.settings.cases for case_id in (ref.case_id, *cls.former)
        ):
            return []
        checks = [check for check in CHECKS if check.name != "speed" or self.timing]
        made = case_node(collector, name, ref, self.settings, checks, self.run)
        for node in made:
            if not isinstance(node, BadCase):
                for marker in ("fwparity", ref.area):
                    self._mark(node, marker)
        return made

    def _mark(self, node: pytest.Collector, marker: str) -> None:
        """Register the marker of an area, unless the project has one of that name."""
        known = [line.split(":")[0].split("(")[0].strip() for line in self.config.getini("markers")]
        if marker not in known:
            self.config.addinivalue_line("markers", f"{marker}: conformance cases of the area {marker!r}")
        node.add_marker(marker)

    @property
    def timing(self) -> bool:
        """Whether speed items are generated."""
        return self.no_timing == ""

    @property
    def no_timing(self) -> str:
        """Why no speed items are generated; empty if they are."""
        if self.settings.perf == "off":
            return "--fwparity-perf off"
        if self.distributed or self.in_worker:
            return "pytest-xdist: other processes would disturb the timings"
        if not self.config.pluginmanager.has_plugin("benchmark"):
            return "pytest-benchmark is not there or switched off"
        for name in ("benchmark_disable", "benchmark_skip"):
            if self.config.getoption(name, False):
                return f"--{name.replace('_', '-')}"
        return ""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        parametrize(metafunc, self._marks)

    def _marks(self, question: Question) -> list[Any]:
        if question.check != "speed":
            return []
        clock = self._clocks.setdefault(question.ref.case_id + question.id, ReplayClock())
        group = f"{question.ref.case_id}[{question.variant}] {question.parameters[0]}"
        # Where the worker fails there is nothing to time, which is told already.
        quiet = pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
        return [pytest.mark.benchmark(timer=clock, group=group, warmup=False), quiet]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Only cases and tests that use the fixture; the chosen node ids; speed last."""
        kept = []
        for item in items:
            if _question(item) is not None or "fwparity" in getattr(item, "fixturenames", ()):
                kept.append(item)
                if _question(item) is None:
                    item.add_marker("fwparity")
            else:
                self.aside_items += 1
        chosen = self.selection.chosen
        if chosen:
            mine = [item for item in kept if item.getparent(SuiteCollector)]
            for wanted in chosen:
                if not any(_under(item.nodeid, wanted) for item in mine):
                    near = difflib.get_close_matches(wanted, [item.nodeid for item in mine], 3, 0.5)
                    hint = f"; did you mean {', '.join(near)}?" if near else ""
                    self._not_found(f"not found: {wanted} (no such item at level {self.settings.level}){hint}")
            dropped = [item for item in mine if not any(_under(item.nodeid, wanted) for wanted in chosen)]
            if dropped:
                self.config.hook.pytest_deselected(items=dropped)
                gone = set(dropped)
                kept = [item for item in kept if item not in gone]
        kept.sort(key=lambda item: getattr(_question(item), "check", "") == "speed")
        items[:] = kept
        if not self.settings.cases and not chosen:
            for suite, _ in self.selection.suites:
                promised = suite.listed() or set()
                self.missing_ids += sorted(promised - self._listed)

    def _not_found(self, text: str) -> None:
        """A usage error; from an xdist worker, which cannot raise one, an error of collection."""
        if not self.in_worker:
            raise pytest.UsageError(text)
        report = pytest.CollectReport("fwparity", "failed", text, [])
        self.config.hook.pytest_collectreport(report=report)

    # running

    def run(self, node: pytest.Item, question: Question, lab: Lab, benchmark: Any) -> None:
        """Answer one question and turn the verdict into an outcome of pytest."""
        _describe(node, question)
        if benchmark is not None:
            self._time(node, question, lab, benchmark)
            return
        check = next(check for check in CHECKS if check.name == question.check)
        lab.pool.printed.clear()
        try:
            if question.check == "replicas":
                with _machine_lock():
                    verdict = check.answer(question, lab)
            else:
                verdict = check.answer(question, lab)
        except DefinitionError as error:
            verdict = Verdict(outcome=BROKEN, kind="definition", message=str(error))
        self.deliver(node, question, verdict)

    def deliver(self, node: pytest.Item, question: Question, verdict: Verdict) -> None:
        """Record a verdict on its item, then pass, fail or skip."""
        worst = verdict.worst
        entries: dict[str, Any] = {"verdict": verdict.outcome, "tensors": verdict.compared}
        if verdict.kind:
            entries["kind"] = verdict.kind
        if worst is not None:
            entries |= {"units": f"{worst.units:.4g}", "limit": f"{worst.limit:g}", "output": worst.name}
        for name, text in verdict.notes.items():
            entries[name.replace(" ", "_")] = text
        node.user_properties += [(f"fwparity_{name}", value) for name, value in entries.items()]
        if verdict.outcome == DIFFER and self.lab.pool.printed:
            told = [
                f"printed by {side} meanwhile:\n" + "\n".join(texts) for side, texts in self.lab.pool.printed.items()
            ]
            verdict = dataclasses.replace(verdict, message="\n".join([verdict.message, *told]))
        if verdict.outcome in (DIFFER, BROKEN):
            pytest.fail(failure_text(question, verdict, self._again(node)), pytrace=False)
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
        clock = self._clocks[question.ref.case_id + question.id]
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
        kept, arguments = [], list(self.config.invocation_params.args)
        skip = ("--fwparity-case", "--fwparity-suite", "--fwparity-perf")
        for index, text in enumerate(arguments):
            if isinstance(text, str) and text.startswith("--fwparity-") and not text.startswith(skip):
                kept.append(text)
                if "=" not in text and index + 1 < len(arguments):
                    kept.append(str(arguments[index + 1]))
        name, sign, tail = node.nodeid.partition("::")
        if not node.getparent(SuiteCollector):
            name = os.path.relpath(self.config.rootpath / name, self.config.invocation_params.dir)
        return shlex.join(["pytest", "--fwparity", *kept, f"{Path(name).as_posix()}{sign}{tail}"])

    # reporting

    def pytest_report_teststatus(self, report: Any) -> Any:
        if report.when != "call" or not hasattr(report, "user_properties"):
            return None
        outcome = dict(report.user_properties).get("fwparity_verdict")
        return None if report.failed else outcome_letter(str(outcome))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not self.in_worker and (report.when == "call" or report.failed):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
            self.tally.add(dict(report.user_properties), report.nodeid, reason, report.failed)

    def pytest_report_header(self) -> list[str]:
        suites = ", ".join(suite.name for suite, _ in self.selection.suites)
        own = "own cases" if self.selection.own else ""
        seeds = ",".join(map(str, self.settings.seeds))
        what = " and ".join(part for part in (suites, own) if part) or "nothing"
        lines = [f"fwparity: level {self.settings.level}, seed {seeds}, {what}"]
        for spec in self.settings.specs:
            found = self.found.get(spec.name)
            if found is None:
                lines.append(f"fwparity: {spec.name}: {spec.device}, {spec.python}")
                continue
            file = next((file for _, file in found.modules.values()), "")
            lines.append(f"fwparity: {spec.name}: {found.text()}, {spec.device}, python {found.python}, {file}")
        return lines

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self.lab.pool.stop()
        if self.in_worker:
            self.config.workeroutput[_OUTPUT] = [self.aside_files, self.aside_items, self.missing_ids]  # type: ignore[attr-defined]
        if self.in_worker or self.config.option.collectonly or exitstatus != pytest.ExitCode.OK:
            return
        if self.complaints():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def complaints(self) -> list[str]:
        """Why the session fails although no item did."""
        texts = self.tally.complaints(self.settings.max_inconclusive)
        if self.missing_ids:
            texts.append(
                f"{len(self.missing_ids)} listed cases were not collected: {', '.join(self.missing_ids[:5])}; "
                "ids.txt of the suite lists them"
            )
        return texts

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.config.option.collectonly:
            return
        write = terminalreporter.write_line
        terminalreporter.ensure_newline()
        terminalreporter.section("framework parity")
        if self.tally.areas:
            line, good = self.tally.verdict_line([self._side_text(name) for name in self.lab.sides])
            write(line, green=good, red=not good, bold=True)
            for row in self.tally.table():
                write(row)
        for row in self.tally.ratios():
            write(row)
        for node_id, reason in self.tally.unsure:
            write(f"{node_id}: {reason}", yellow=True)
        if self.no_timing:
            write(f"no speed items: {self.no_timing}")
        if self.tally.mended:
            write(f"declared differences no longer needed: {', '.join(self.tally.mended)}", yellow=True)
        if self.aside_files or self.aside_items:
            write(
                f"left aside: {self.aside_files} files that do not mention fwparity, {self.aside_items} ordinary tests"
            )
        for text in self.complaints():
            write(f"failed: {text}", red=True)

    def _side_text(self, name: str) -> str:
        """``torch 2.13.0`` as loaded, else as found."""
        versions = self.lab.loaded().get(name, {}).get("versions")
        if versions:
            return " on ".join(f"{k} {v}" for k, v in versions.items() if k not in ("numpy", "jaxlib", "cuda", "cudnn"))
        found = self.found.get(name)
        return found.text() if found and found.modules else name

    def pytest_unconfigure(self) -> None:
        self.lab.close()

    # xdist

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_INPUT] = self.selection.to_json()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Every worker collects the same; what one of them saw is what there was."""
        self.aside_files, self.aside_items, self.missing_ids = getattr(node, "workeroutput", {}).get(
            _OUTPUT, [self.aside_files, self.aside_items, self.missing_ids]
        )

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


def _variants(cls: type[Case]) -> list[str]:
    """Variant ids; none for a case that is declared wrongly, which is told elsewhere."""
    try:
        return list(cls.settings())
    except DefinitionError:
        return []


def _question(item: pytest.Item) -> Question | None:
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("fwparity_question") if callspec else None
    return found if isinstance(found, Question) else None


def _describe(node: pytest.Item, question: Question) -> None:
    node.user_properties += [("fwparity_area", question.ref.area), ("fwparity_case_id", question.ref.case_id)]


def _under(node_id: str, wanted: str) -> bool:
    return node_id == wanted or node_id.startswith((f"{wanted}::", f"{wanted}[", f"{wanted}/"))


def _pinned(specs: Any, config: pytest.Config) -> Iterator[Any]:
    """Under xdist each process takes a GPU of its own, round the GPUs of the machine."""
    from dataclasses import replace

    number = getattr(config, "workerinput", {}).get("workerid", "")
    gpus = len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
    for spec in specs:
        if spec.device == "cuda" and number[2:].isdigit() and gpus:
            yield replace(spec, device=f"cuda:{int(number[2:]) % gpus}")
        else:
            yield spec


def _machine_lock() -> Any:
    """One item with several devices at a time on this machine."""
    from filelock import FileLock

    return FileLock(Path(tempfile.gettempdir()) / "fwparity-multi-device.lock")
