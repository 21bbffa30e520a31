"""The pytest hooks. Outside conformance mode nothing else of this package is imported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_fwparity.options import add_options, enabled

if TYPE_CHECKING:
    from pytest_fwparity.compare import Comparison
    from pytest_fwparity.conformance import Conformance

CONFORMANCE = "fwparity-conformance"


class Specs:
    """Hooks that this plugin offers to others."""

    @pytest.hookspec
    def pytest_fwparity_side_kinds(self, config: pytest.Config) -> list[Any]:  # type: ignore[empty-body]
        """Return further :class:`pytest_fwparity.sides.spec.SideKind` objects that ``--fwparity-sides`` may name."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Specs)


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "fwparity: a check of a conformance case, or a test that uses the fwparity fixture"
    )
    if enabled(config) and not config.option.help:
        from pytest_fwparity.conformance import Conformance

        config.pluginmanager.register(Conformance(config), CONFORMANCE)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: object) -> Any:
    """A case class is a group of items in conformance mode and nothing outside it."""
    cases = sys.modules.get("pytest_fwparity.cases")
    if cases is None or not isinstance(obj, type) or not issubclass(obj, cases.Case):
        return None
    conformance: Conformance | None = collector.config.pluginmanager.get_plugin(CONFORMANCE)
    return [] if conformance is None else conformance.collecting.collect_case(collector, name, obj)


@pytest.fixture(scope="session")
def fwparity_lab(request: pytest.FixtureRequest) -> Any:
    """The sides of the session, for the items that this plugin makes."""
    return request.config.pluginmanager.get_plugin(CONFORMANCE).lab  # type: ignore[union-attr]


@pytest.fixture
def fwparity(request: pytest.FixtureRequest) -> Comparison:
    """Compare two functions: ``fwparity.compare(keras=f, torch=g, inputs={...}, weights={...})``.

    ``f(keras, **arrays)`` and ``g(torch, **arrays)`` are functions at the top level of the test's file; they run in the
    workers and are judged by the whole rule at float64 and float32. Needs ``--fwparity``.
    """
    conformance = request.config.pluginmanager.get_plugin(CONFORMANCE)
    if conformance is None:
        pytest.skip("needs --fwparity")
    from pytest_fwparity.compare import Comparison

    return Comparison(request.node, conformance)
