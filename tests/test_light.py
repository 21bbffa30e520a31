"""A plain ``pytest`` run imports next to nothing of this plugin, and a worker nothing of the host; and these tests can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import pytest_fwparity

PACKAGE = Path(pytest_fwparity.__file__).parent
FRAMEWORKS = ("torch", "keras", "tensorflow", "jax")
RUN = "import sys, pytest; code = pytest.main({arguments}); print('\\nLOADED', *sys.modules); sys.exit(code)"


def loaded(code: str, folder: Path, package: Path = PACKAGE) -> set[str]:
    """Modules that are loaded after ``code``, which ends with printing them."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    result = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    line = next(line for line in result.stdout.splitlines() if line.startswith("LOADED "))
    return set(line.split()[1:])


def within(modules: Iterable[str], *packages: str) -> set[str]:
    return {name for name in modules if any(name == package or name.startswith(f"{package}.") for package in packages)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "test_plain.py").write_text("def test_plain(): pass\n")
    return tmp_path / "here"


def changed(tmp_path: Path, file: str, line: str) -> Path:
    """A copy of the package whose ``file`` has ``line`` as its first import."""
    copy = tmp_path / "copy" / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    text = (copy / file).read_text()
    future = "from __future__ import annotations\n"
    assert future in text
    (copy / file).write_text(text.replace(future, f"{future}{line}\n"))
    return copy


PLAIN = RUN.format(arguments=["-q", "-p", "no:cacheprovider"])
HEAVY = (
    "numpy",
    *(f"pytest_fwparity.{name}" for name in ("cases", "checks", "conformance", "sides", "verdict", "report")),
)


def test_a_plain_run_imports_nothing_heavy(folder: Path) -> None:
    modules = loaded(PLAIN, folder)
    assert within(modules, "pytest_fwparity") == {
        "pytest_fwparity",
        "pytest_fwparity.plugin",
        "pytest_fwparity.options",
    }
    assert not within(modules, *HEAVY)


@pytest.mark.parametrize("line", ["import numpy", "from pytest_fwparity.cases import Case"])
def test_a_heavy_import_would_be_seen(folder: Path, tmp_path: Path, line: str) -> None:
    assert within(loaded(PLAIN, folder, changed(tmp_path, "plugin.py", line)), *HEAVY)


def test_the_public_package_imports_nothing_until_a_name_is_used(folder: Path) -> None:
    shown = "; import sys; print('LOADED', *sys.modules)"
    assert not within(loaded("import pytest_fwparity; dir(pytest_fwparity)" + shown, folder), *HEAVY, "pytest")
    assert "numpy" in loaded("from pytest_fwparity import LayerCase" + shown, folder)


def test_collecting_the_shipped_suite_imports_no_framework(folder: Path) -> None:
    arguments = ["--fwparity", "--fwparity-suite=shipped", "--fwparity-level=exhaustive", "--collect-only", "-qq"]
    modules = loaded(RUN.format(arguments=arguments), folder)
    assert "conformance_cases.layers.dense" in modules
    assert not within(modules, *FRAMEWORKS)


WORKER = "import sys; import pytest_fwparity.sides.worker; print('LOADED', *sys.modules)"
HOST = (
    "pytest",
    "_pytest",
    "packaging",
    "filelock",
    *(f"pytest_fwparity.{name}" for name in ("plugin", "options", "verdict", "checks")),
)
HOST_SIDES = tuple(f"pytest_fwparity.sides.{name}" for name in ("pool", "process", "probe", "spec", "bootstrap"))


def test_the_worker_half_imports_nothing_of_the_host(folder: Path) -> None:
    modules = loaded(WORKER, folder)
    assert "pytest_fwparity.sides.adapter" in modules
    assert not within(modules, *HOST, *HOST_SIDES, *FRAMEWORKS)


def test_a_host_import_in_a_worker_would_be_seen(folder: Path, tmp_path: Path) -> None:
    copy = changed(tmp_path, "sides/adapter.py", "from pytest_fwparity.sides import probe")
    assert within(loaded(WORKER, folder, copy), *HOST_SIDES)
