"""What is collected: suites, files that may hold cases, the items of each case."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cases import Case, DefinitionError
from pytest_fwparity.cases.definition import check_class
from pytest_fwparity.checks import CHECKS
from pytest_fwparity.checks.question import Question
from pytest_fwparity.collect import BadCase, SuiteCollector, SuiteModule, case_node, case_ref, parametrize
from pytest_fwparity.conformance.session import ParitySession
from pytest_fwparity.conformance.soaking import SoakItem, questions
from pytest_fwparity.records.speed import ReplayClock


class Collecting:
    """Hooks of collection."""

    def __init__(self, session: ParitySession, run: Callable[..., None]) -> None:
        self.session, self.run = session, run
        self._case_paths: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        report: Any = yield
        if isinstance(collector, pytest.Session):
            nodes = []
            for suite, files in self.session.selection.suites:
                node = SuiteCollector.from_parent(collector, name=suite.name, nodeid=suite.package.replace(".", "/"))
                node.suite, node.only = suite, files
                nodes.append(node)
            report.result = [*nodes, *report.result]
        elif isinstance(collector, SuiteModule) and report.passed and not report.result:
            # --lf skips files that it does not find at their node id, where an installed suite does not lie.
            report.result = list(collector.collect())
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Files that cannot hold cases are not imported; files of a suite belong to the suite."""
        made: Any = yield
        if any(suite.folder in file_path.resolve().parents for suite in self.session.suites.values()):
            return []
        if file_path.suffix != ".py":
            self.session.aside_files += bool(made)
            return []
        modules = [node for node in made if isinstance(node, pytest.Module)]
        root = self.session.config.rootpath
        relative = file_path.relative_to(root) if file_path.is_relative_to(root) else file_path
        listed = any(fnmatch.fnmatch(relative.as_posix(), glob) for glob in self.session.settings.files)
        if not listed and "fwparity" not in file_path.read_text(encoding="utf-8", errors="replace"):
            self.session.aside_files += bool(modules)
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
        self.session.listed |= {f"{ref.case_id}[{variant}]" for variant in _variants(cls)}
        if self.session.settings.cases and not any(
            fnmatch.fnmatch(case_id, glob)
            for glob in self.session.settings.cases
            for case_id in (ref.case_id, *cls.former)
        ):
            return []
        checks = [check for check in CHECKS if check.name != "speed" or self.session.timing]
        made = case_node(collector, name, ref, self.session.settings, checks, self.run)
        for node in made:
            if not isinstance(node, BadCase):
                for marker in ("fwparity", ref.area):
                    self._mark(node, marker)
        return made

    def _mark(self, node: pytest.Collector, marker: str) -> None:
        """Register the marker of an area, unless the project has one of that name."""
        known = [line.split(":")[0].split("(")[0].strip() for line in self.session.config.getini("markers")]
        if marker not in known:
            self.session.config.addinivalue_line("markers", f"{marker}: conformance cases of the area {marker!r}")
        node.add_marker(marker)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        parametrize(metafunc, self._speed_marks)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Only cases and tests that use the fixture; the chosen node ids; speed last."""
        kept = []
        for item in items:
            if question_of(item) is not None or "fwparity" in getattr(item, "fixturenames", ()):
                kept.append(item)
                if question_of(item) is None:
                    item.add_marker("fwparity")
            else:
                self.session.aside_items += 1
        chosen = self.session.selection.chosen
        if chosen:
            mine = [item for item in kept if item.getparent(SuiteCollector)]
            for wanted in chosen:
                if not any(_under(item.nodeid, wanted) for item in mine):
                    near = difflib.get_close_matches(wanted, [item.nodeid for item in mine], 3, 0.5)
                    hint = f"; did you mean {', '.join(near)}?" if near else ""
                    self._not_found(f"not found: {wanted} (no such item at level {self.session.settings.level}){hint}")
            dropped = [item for item in mine if not any(_under(item.nodeid, wanted) for wanted in chosen)]
            if dropped:
                self.session.config.hook.pytest_deselected(items=dropped)
                gone = set(dropped)
                kept = [item for item in kept if item not in gone]
        items[:] = _in_order(kept)
        cases = {name.rpartition("[")[0] for name in self.session.listed}
        if not self.session.settings.cases and not chosen:
            for waiver in self.session.settings.waivers.entries:
                if not any(waiver.matches(case_id) for case_id in cases):
                    self.session.idle_waivers.append(waiver.number)
        if not self.session.settings.cases and not chosen:
            for suite, _ in self.session.selection.suites:
                promised = suite.listed() or set()
                self.session.missing_ids += sorted(promised - self.session.listed)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The soak, after whatever ``-k`` and ``-m`` have left: one item that repeats these."""
        asked = questions([question for item in session.items if (question := question_of(item)) is not None])
        if self.session.settings.soak and asked:
            item: SoakItem = SoakItem.from_parent(session, name="soak", nodeid="soak")
            item.labs, item.questions, item.seconds = self.session.labs, asked, self.session.settings.soak
            session.items.append(item)

    def _not_found(self, text: str) -> None:
        """A usage error; from an xdist worker, which cannot raise one, an error of collection."""
        if not self.session.in_worker:
            raise pytest.UsageError(text)
        report = pytest.CollectReport("fwparity", "failed", text, [])
        self.session.config.hook.pytest_collectreport(report=report)

    def _speed_marks(self, question: Question) -> list[Any]:
        if question.check != "speed":
            return []
        clock = self.session.clocks.setdefault(question.ref.case_id + question.id, ReplayClock())
        group = f"{question.ref.case_id}[{question.variant}] {question.parameters[0]}"
        # Where the worker fails there is nothing to time, which is told already.
        quiet = pytest.mark.filterwarnings("ignore:Benchmark fixture was not used")
        return [pytest.mark.benchmark(timer=clock, group=group, warmup=False), quiet]


def _in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """Repetitions after all else and in reverse, so that their second worker meets the cases so; speed last."""
    check = {item: getattr(question_of(item), "check", "") for item in items}
    first = [item for item in items if check[item] not in ("repeat", "speed")]
    repeated = [item for item in items if check[item] == "repeat"]
    return [*first, *reversed(repeated), *(item for item in items if check[item] == "speed")]


def _variants(cls: type[Case]) -> list[str]:
    """Variant ids; none for a case that is declared wrongly, which is told elsewhere."""
    try:
        check_class(cls)
        return list(cls.settings())
    except DefinitionError:
        return []


def question_of(item: pytest.Item) -> Question | None:
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("fwparity_question") if callspec else None
    return found if isinstance(found, Question) else None


def _under(node_id: str, wanted: str) -> bool:
    return node_id == wanted or node_id.startswith((f"{wanted}::", f"{wanted}[", f"{wanted}/"))
