"""From a case class to ordinary test items with stable ids."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fwparity.cases import Case, DefinitionError
from pytest_fwparity.cases.definition import check_class
from pytest_fwparity.checks.question import CaseRef, Question, Scope, at_level

if TYPE_CHECKING:
    from pytest_fwparity.options import Settings
    from pytest_fwparity.suites import Suite


class SuiteCollector(pytest.Collector):
    """A suite; its modules keep their node ids wherever the package is installed."""

    suite: Suite
    only: set[Path] | None = None

    def collect(self) -> Iterable[pytest.Collector]:
        for path in self.suite.files():
            if self.only is None or path in self.only:
                module = SuiteModule.from_parent(self, path=path, nodeid=self.suite.node_id(path))
                module.dotted = self.suite.module(path)
                yield module


class SuiteModule(pytest.Module):
    """A file of a suite, imported by its dotted name: no import mode, no ``sys.path`` change."""

    dotted: str = ""

    def collect(self) -> Iterable[Any]:
        try:
            self.obj = importlib.import_module(self.dotted)
        except Exception as error:
            raise self.CollectError(f"{self.path} cannot be imported: {type(error).__name__}: {error}") from error
        return super().collect()


class BadCase(pytest.Collector):
    """A case that is declared wrongly: one error, without a traceback; the other cases of the file are collected."""

    message = ""

    def collect(self) -> Iterable[Any]:
        raise self.CollectError(self.message)


def case_ref(collector: Any, cls: type[Case], suite: Suite | None) -> CaseRef:
    """Where a case lives, from the node that collects it."""
    path = Path(collector.path).resolve()
    if suite is not None:
        return CaseRef(cls=cls, suite=suite.name, area=suite.area(path) or cls.home, **suite.place(path))
    return CaseRef(cls=cls, suite="own", area=cls.home, path=str(path), **located(path))


def located(path: Path) -> dict[str, str]:
    """How a worker imports a file: dotted name and top-level package where it lies in one, and its import root."""
    top = path.parent
    while (top / "__init__.py").is_file():
        top = top.parent
    inside = path.relative_to(top).with_suffix("").parts
    return {
        "module": ".".join(inside),
        "package": str(top / inside[0]) if len(inside) > 1 else "",
        "root": str(top),
    }


def questions(ref: CaseRef, settings: Settings, checks: Iterable[Any]) -> dict[str, list[Question]]:
    """Check name to the questions of a case at the session's level."""
    cls = ref.cls
    made: dict[str, list[Question]] = {}
    if not at_level(cls.level, settings.level):
        return made
    scope = Scope(
        level=settings.level,
        sides=tuple(spec.name for spec in settings.specs),
        devices=frozenset(spec.device.split(":")[0] for spec in settings.specs),
        forms={spec.name: spec.kind.forms for spec in settings.specs},
    )
    for check in checks:
        if not check.asks(cls, settings.level):
            continue
        listed = made.setdefault(check.name, [])
        for variant, fields in cls.settings().items():
            if settings.level == "quick" and cls.quick is not None and variant not in cls.quick:
                continue
            if check.one_variant and listed and listed[0].variant != variant:
                break
            for seed in settings.seeds:
                listed += [
                    Question(
                        ref=ref,
                        variant=variant,
                        fields=fields,
                        check=check.name,
                        parameters=parameters,
                        seed=seed,
                        base_seed=settings.seeds[0],
                    )
                    for parameters in check.parameters(cls, scope)
                ]
    return made


def case_node(
    collector: Any, name: str, ref: CaseRef, settings: Settings, checks: Iterable[Any], run: Callable[..., None]
) -> list[pytest.Collector]:
    """The class node of a case, with one method a check; parametrized by :func:`parametrize`."""
    try:
        check_class(ref.cls)
        asked = questions(ref, settings, checks)
    except DefinitionError as error:
        bad = BadCase.from_parent(collector, name=name)
        bad.message = str(error)
        return [bad]
    if not any(asked.values()):
        return []
    methods: dict[str, Any] = {
        check: _timed_method(run, check) if check == "speed" else _method(run, check) for check in asked
    }
    generated = type(
        name,
        (),
        {
            **methods,
            "__doc__": ref.cls.__doc__,
            "__module__": ref.cls.__module__,
            "fwparity_questions": asked,
            "pytestmark": list(_marks(ref.cls)),
        },
    )
    node = pytest.Class.from_parent(collector, name=name)
    node.obj = generated
    for given in generated.pytestmark:  # type: ignore[attr-defined]
        mark = getattr(given, "mark", given)
        node.own_markers.append(mark)
        node.keywords[mark.name] = mark
    return [node]


def _marks(cls: type[Case]) -> Iterator[Any]:
    given = getattr(cls, "pytestmark", [])
    yield from given if isinstance(given, list) else [given]


def _method(run: Callable[..., None], check: str) -> Any:
    def method(self: Any, fwparity_question: Any, fwparity_lab: Any, request: Any) -> None:
        run(request.node, fwparity_question, fwparity_lab, None)

    return _named(method, check)


def _timed_method(run: Callable[..., None], check: str) -> Any:
    def method(self: Any, fwparity_question: Any, fwparity_lab: Any, request: Any, benchmark: Any) -> None:
        run(request.node, fwparity_question, fwparity_lab, benchmark)

    return _named(method, check)


def _named(method: Any, check: str) -> Any:
    method.__name__ = method.__qualname__ = check
    method.__test__ = True
    return method


def parametrize(metafunc: pytest.Metafunc, marks: Callable[[Question], list[Any]]) -> None:
    """One item a question."""
    asked = getattr(metafunc.cls, "fwparity_questions", {}).get(metafunc.function.__name__)
    if asked is not None:
        entries = [pytest.param(question, id=question.id, marks=marks(question)) for question in asked]
        metafunc.parametrize("fwparity_question", entries)
