"""``--fwparity-record``: what a session leaves, whole or killed, alone or distributed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import pytest_fwparity
from pytest_fwparity.cli import main
from pytest_fwparity.records import store
from tests.project import AFFINE, Project, function_case

pytest_plugins = ["pytester"]


def test_an_item_with_both_sides_and_the_environment_once(project: Project) -> None:
    project.cases(AFFINE)
    result = project.run("--fwparity-record", "runs/a", "--fwparity-host", "node7", "-k", "default")
    result.stdout.fnmatch_lines(["record: *runs/a"])
    record = store.read(project.path / "runs/a")
    assert record.finished and record.header["level"] == "quick" and record.header["size"] == "full"
    assert record.header["policy"] == "" and record.header["perf"] == "record" and record.header["suites"] == {}
    assert record.environment["tool"]["plugin"] == pytest_fwparity.__version__
    assert record.environment["machine"]["identity"]["host"] == "node7"
    assert sorted(record.environment["sides"]) == ["fake-keras", "fake-torch"]
    assert record.environment["sides"]["fake-torch"]["versions"] == {"fake": "1.2.3"}
    entry = record.items["own:layers/Affine", "default", "agree", ("float32",), 0]
    assert entry["outcome"] == "agree" and entry["node"].endswith("::Affine::agree[default-float32]")
    assert sorted(entry["sides"]) == ["fake-keras", "fake-torch"]
    told = entry["sides"]["fake-keras"]["float32"]
    assert sorted(told["arrays"]) == ["grad bias", "grad kernel", "grad x", "y"]
    assert told["arrays"]["y"]["shape"] == [4, 3] and len(told["arrays"]["y"]["sample"]) == 4
    assert record.values(told["values"])["y"].shape == (4, 3)
    assert {finding["side"] for finding in entry["findings"]} == {"fake-keras", "fake-torch"}


def test_a_slim_record_holds_no_values(project: Project) -> None:
    project.cases(AFFINE)
    project.run("--fwparity-record", "r", "--fwparity-record-size", "slim")
    assert sorted(path.name for path in (project.path / "r").iterdir()) == ["items-main.jsonl.xz", "record.json"]
    assert len(store.read(project.path / "r").items) == 4


def test_the_processes_of_xdist_leave_one_record(project: Project) -> None:
    project.cases(AFFINE + function_case("Twice") + function_case("Double"))
    project.alone("-n", "2", "--fwparity-record", "r")
    record = store.read(project.path / "r")
    assert record.finished and {key[0] for key in record.items} == {
        "own:layers/Affine",
        "own:ops/Twice",
        "own:ops/Double",
    }


def test_what_a_side_warns_of_is_recorded_once(project: Project) -> None:
    warn = "import warnings\nfor _ in range(3):\n    warnings.warn('soon gone', DeprecationWarning)"
    project.cases(function_case("Twice", torch=warn))
    project.run("--fwparity-record", "r")
    entry = store.read(project.path / "r").items["own:ops/Twice", "default", "agree", ("float32",), 0]
    ((category, text, place),) = entry["sides"]["fake-torch"]["float32"]["warnings"]
    assert (category, text) == ("DeprecationWarning", "soon gone") and "test_cases.py:" in place
    assert entry["sides"]["fake-keras"]["float32"]["warnings"] == []


def test_the_kernels_of_a_case_that_names_some_are_recorded(project: Project) -> None:
    project.cases(function_case("Twice", facts="kernels = {'fake-torch': ('fake::multiply',)}"))
    project.run("--fwparity-record", "r")
    entry = store.read(project.path / "r").items["own:ops/Twice", "default", "agree", ("float32",), 0]
    assert entry["sides"]["fake-torch"]["float32"]["kernels"] == ["fake::multiply"]
    assert "kernels" not in entry["sides"]["fake-keras"]["float32"]


def test_a_side_that_breaks_leaves_its_error(project: Project) -> None:
    project.cases(function_case("Twice", torch="raise OSError('no such kernel')"))
    project.run("--fwparity-record", "r")
    entry = store.read(project.path / "r").items["own:ops/Twice", "default", "agree", ("float64",), 0]
    assert entry["outcome"] == "broken"
    assert "no such kernel" in entry["sides"]["fake-torch"]["float64"]["error"]


def test_a_record_that_lies_there_is_kept(project: Project) -> None:
    project.cases(AFFINE)
    project.run("--fwparity-record", "r")
    before = (project.path / "r/record.json").read_bytes()
    result = project.run("--fwparity-record", "r")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--fwparity-record: *r holds a record already; name another folder, or use*"])
    assert (project.path / "r/record.json").read_bytes() == before
    assert project.run("--fwparity-record", "r", "--fwparity-overwrite").ret == 0


def test_collecting_leaves_nothing(project: Project) -> None:
    project.cases(AFFINE)
    project.run("--fwparity-record", "r", "--collect-only")
    assert not (project.path / "r").exists()


def test_neither_the_user_nor_the_home_is_recorded(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    home = project.path / "home" / "adalovelace"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USER", "adalovelace")
    monkeypatch.setenv("LOGNAME", "adalovelace")
    monkeypatch.setenv("TF_ENABLE_SECRET_KEY", "hunter2")
    monkeypatch.setenv("OMP_PROC_BIND", f"{home}/places")
    project.cases(function_case("Twice", torch=f"raise OSError('lost {home}/x of adalovelace')"))
    project.alone("--fwparity-record", "r")
    text = b"".join(path.read_bytes() for path in (project.path / "r").rglob("*") if path.is_file())
    assert b"adalovelace" not in text and b"hunter2" not in text
    assert b"lost ~/x of USER" in text and b'"OMP_PROC_BIND":"~/places"' in text


def test_a_killed_session_leaves_what_it_finished(project: Project) -> None:
    project.cases(AFFINE + function_case("Slow", torch="time.sleep(30)"))
    command = [sys.executable, "-m", "pytest", "--fwparity", "-p", "no:cacheprovider", "--fwparity-record", "r"]
    process = subprocess.Popen(command, cwd=project.path, stdout=subprocess.DEVNULL, env=os.environ.copy())
    items = project.path / "r/items-main.jsonl"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (items.is_file() and items.read_bytes().count(b'"type":"item"') == 4):
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    record = store.read(project.path / "r")
    assert not record.finished and len(record.items) == 4
    folder = project.path / "again"
    assert project.alone("--fwparity-record", str(folder), "-k", "Affine").ret == 0
    assert main(["compare", str(folder), str(project.path / "r")]) == 0


def test_a_case_that_is_gone_and_one_that_differs(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.cases(AFFINE + function_case("Twice") + function_case("Double"))
    project.alone("--fwparity-record", "old")
    project.cases(AFFINE + function_case("Twice", torch="x = x * (1 + 1e-7)"))
    project.alone("--fwparity-record", "new")
    capsys.readouterr()
    assert main(["compare", str(project.path / "old"), str(project.path / "new"), "--json", "out.json"]) == 1
    out = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("FAIL", "fails"))]
    assert out[0].startswith("FAIL: ") and "2 vanished" in out[0] and "lost agreement" in out[0]
    assert any(line.startswith("fails: lost agreement: own:ops/Twice[default] agree float64") for line in out)
    assert any(line.startswith("fails: vanished: own:ops/Double[default] agree float64") for line in out)
    assert json.loads(Path("out.json").read_text())[str(project.path / "new")]["status"] == 1
