"""The examples of docs/cases.md, run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "cases.md"


def test_the_examples_of_the_documentation_run(pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    pytester.makepyfile(test_docs_cases="\n\n".join(blocks))
    pytester.makefile(".ini", pytest="[pytest]\nfwparity_suite = own\n")
    result = pytester.runpytest_subprocess("--fwparity", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.OK
    classes = sum(len(re.findall(r"^class \w+\(\w+Case\)", block, re.MULTILINE)) for block in blocks)
    assert classes == 9, classes
    result.stdout.fnmatch_lines(["*compute the same*", "*2 known difference*"])
