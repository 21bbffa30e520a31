"""The reproducers of defects: each is listed, says what it shows, and can end with 1."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "findings"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_reproducer_is_listed_and_says_what_it_shows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(text))
    assert told is not None and "sys.exit(" in text
    first = told.splitlines()[0]
    assert f"| [{path.name}]({path.name}) | {first} |" in (FOLDER / "README.md").read_text(encoding="utf-8")
