"""A project with two NumPy-only sides, for pytester."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_CONFTEST = """
import pytest

from pytest_fwparity.sides.spec import SideKind


@pytest.hookimpl(optionalhook=True)
def pytest_fwparity_side_kinds(config):
    return [
        SideKind(name=f"fake-{{family}}", family=family, adapter={adapter!r} + ":FakeSide", backend=family, forms=forms)
        for family, forms in (("torch", ("compiled",)), ("keras", ("graph", "compiled")))
    ]
"""
_HEAD = "import os, sys, time\nimport numpy as np\nfrom pytest_fwparity import *\n"

AFFINE = """
class Affine(LayerCase):
    units: int = 3
    variants = grid(units=[1, 3])

    def inputs(self, rng):
        return {"x": rng.normal(size=(4, 5))}

    def weights(self, rng):
        return {"kernel": rng.normal(size=(5, self.units)), "bias": rng.normal(size=self.units)}

    def keras(self, keras):
        return lambda x, kernel, bias: x @ kernel + bias

    def torch(self, torch):
        return lambda x, kernel, bias: (kernel.T @ x.T).T + bias
"""


def function_case(name: str, torch: str = "", keras: str = "", facts: str = "") -> str:
    """The text of a function case ``2 * x``; ``torch`` and ``keras`` are what their hooks do before they return."""
    inputs = "def inputs(self, rng):\n    return {'x': rng.normal(size=3)}"
    hooks = [
        f"def {side}(self, {side}, x):\n" + textwrap.indent(f"{body}\nreturn 2 * x".lstrip(), "    ")
        for side, body in (("keras", keras), ("torch", torch))
    ]
    return f"\nclass {name}(FunctionCase):\n" + textwrap.indent("\n".join([facts, inputs, *hooks]), "    ") + "\n"


class Project:
    """A folder with fake sides switched on, its own cases only, and shortcuts to run pytest in it."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester, self.monkeypatch = pytester, monkeypatch
        self.path = pytester.path
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID"):
            monkeypatch.delenv(name, raising=False)  # the inner run is not distributed though this one may be
        adapter = str(Path(__file__).with_name("fakes.py"))
        pytester.makeconftest(_CONFTEST.format(adapter=adapter))
        self.ini()

    def ini(self, *lines: str) -> None:
        """Write the ini file: the fake sides, own cases only unless ``lines`` say otherwise."""
        suite = [] if any(line.startswith("fwparity_suite") for line in lines) else ["fwparity_suite = own"]
        given = ["[pytest]", "fwparity_sides = fake-torch,fake-keras", *suite, *lines]
        self.write("pytest.ini", "\n".join(given) + "\n")

    def write(self, name: str, text: str) -> Path:
        """Write a file; its folders are made."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def cases(self, text: str, name: str = "test_cases.py") -> Path:
        """Write a file of cases; the imports they need stand above them."""
        return self.write(name, _HEAD + text)

    def suite(self, name: str, files: Mapping[str, str], ids: str | None = None) -> Path:
        """Install a third-party suite ``name``, a package of that name; returns its folder."""
        site = self.path.parent / f"{self.path.name}-site"
        folder = site / name
        for file, text in {"__init__.py": "", **files}.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(_HEAD + text)
        if ids is not None:
            (folder / "ids.txt").write_text(ids)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[fwparity.suites]\n{name} = {name}\n")
        self.monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
        self.monkeypatch.syspath_prepend(site)
        return folder

    def run(self, *arguments: str | Path) -> pytest.RunResult:
        """``pytest --fwparity`` in this process; the sides have processes of their own."""
        return self.pytester.runpytest_inprocess("--fwparity", "-p", "no:cacheprovider", *arguments)

    def alone(self, *arguments: str | Path, **options: Any) -> pytest.RunResult:
        """``pytest --fwparity`` in a process of its own."""
        return self.pytester.runpytest_subprocess("--fwparity", "-p", "no:cacheprovider", *arguments, **options)

    def ids(self, *arguments: str | Path) -> list[str]:
        """Node ids that are collected; no worker is started."""
        result = self.run("--collect-only", "-q", *arguments)
        return [line for line in result.outlines if "::" in line and " " not in line]
