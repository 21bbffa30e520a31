"""The shipped suite: its ids change only on purpose, its differences have a source, and no case has a tolerance."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest
from project import AFFINE, Project

from pytest_fwparity import Case
from pytest_fwparity.cases.definition import check_class
from pytest_fwparity.cli import main
from pytest_fwparity.suites import case_ids, installed

SUITE = installed()["core"]
FOLDER = SUITE.folder
FILES = list(SUITE.files())
TOLERANCE = re.compile(
    r"\b(rtol|atol|tolerances?|all_?close|is_?close|approx|decimals?|assert_almost\w*|ulps?)\b", re.IGNORECASE
)


def classes() -> list[type[Case]]:
    modules = [importlib.import_module(SUITE.module(path)) for path in FILES]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return [cls for cls in found if issubclass(cls, Case) and not cls.abstract]


def test_the_committed_ids_are_those_of_the_suite(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a change is meant: ``fwparity ids > conformance_cases/ids.txt``, and former ids in ``former``."""
    assert main(["ids"]) == 0
    listed = (FOLDER / "ids.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out.splitlines() == listed.splitlines()


def test_ids_are_well_formed_and_unique() -> None:
    made = case_ids(SUITE, importlib.import_module)
    assert len(made) == len(set(made)) > 20
    for name in made:
        match = re.fullmatch(r"core:([a-z_]+)/([A-Za-z0-9]+)\[([A-Za-z0-9_.,=+x-]{1,80})\]", name)
        assert match, name
        assert (FOLDER / match[1]).is_dir()


def test_every_case_is_declared_rightly() -> None:
    for cls in classes():
        check_class(cls)


def test_every_known_difference_has_a_reason_and_a_source() -> None:
    for cls in classes():
        for known in cls.differences():
            assert len(known.why) > 20, (cls, known.name)
            assert re.search(r"/|\.py|https?:|#\d", known.source), (cls, known.name, known.source)


def test_no_case_has_a_tolerance() -> None:
    """``keras.ops.isclose`` has tolerances of its own, which are what its cases ask about."""
    paths = [path for path in FOLDER.rglob("*.py") if path.name != "nearness.py"]
    found = [(path.name, match[0]) for path in paths for match in TOLERANCE.finditer(path.read_text())]
    assert found == []
    assert TOLERANCE.search("np.allclose(x, y, atol=1e-5)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_cases_use_public_names_and_import_no_framework_at_the_top(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    names = {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in body if isinstance(node, ast.ImportFrom) and not node.level}
    assert names <= {"__future__", "collections.abc", "itertools", "math", "typing", "numpy", "pytest_fwparity"} | {
        name for name in names if name.startswith("conformance_cases.")
    }


def test_ids_of_another_suite(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.suite("trees", {"layers/affine.py": AFFINE})
    assert main(["ids", "trees"]) == 0
    assert capsys.readouterr().out == "trees:layers/Affine[units=1]\ntrees:layers/Affine[default]\n"
    assert main(["ids", "forests"]) == 3
    assert capsys.readouterr().err == "no suite is named 'forests'; suites are core, trees\n"
