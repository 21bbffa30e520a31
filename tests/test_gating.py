"""Gates of a session: candidates beside the old environment, and a run against a record."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_fwparity.cli import main
from pytest_fwparity.records import store
from tests.project import AFFINE, Project, function_case

pytest_plugins = ["pytester"]

NEW = "os.environ.get('NEW')"
PASS = "PASS (this run against *base (the only one), policy default, * items)"


@pytest.fixture
def candidate(project: Project) -> str:
    """An interpreter in which cases see that they are on the new side of an upgrade."""
    path = project.write("bin/new", f'#!/bin/sh\nNEW=1 exec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


def changing(name: str, body: str, facts: str = "") -> str:
    """A function case in whose torch hook ``body`` runs on the candidate alone."""
    return function_case(name, torch=f"if {NEW}:\n    {body}", facts=facts)


def test_nothing_changed(project: Project, candidate: str) -> None:
    project.cases(AFFINE + function_case("Twice"))
    result = project.run("--fwparity-candidate", f"fake-torch={candidate}", "--fwparity-record", "r")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        [
            "fwparity: fake-keras: *",
            "fwparity: fake-torch, candidate candidate: *",
            "PASS (candidate against old, policy default, 6 items)",
            "environment: the same",
            "results: 12 bitwise equal",
        ]
    )
    assert sorted(path.name for path in (project.path / "r").iterdir()) == ["candidate", "old"]
    assert main(["compare", str(project.path / "r/old"), str(project.path / "r/candidate")]) == 0


def test_each_change_is_named_with_its_item_and_fails_it(project: Project, candidate: str) -> None:
    project.cases(
        changing("Lost", "return 2 * x + 1e-3")
        + changing("Nan", "return x * np.nan")
        + changing("Broke", "raise ValueError('gone')")
        + function_case("Mended", torch=f"if not {NEW}:\n    return 3 * x")
        + function_case("Bad", torch="return 3 * x")
        + changing("Fine", "return x + x + 0.0")
    )
    result = project.run("--fwparity-candidate", f"fake-torch@upgrade={candidate}", "-k", "float64")
    assert result.ret == 1
    result.assert_outcomes(failed=4, passed=2)
    result.stdout.fnmatch_lines(
        [
            "differ (semantic): own:ops/Lost*",
            "  old -> upgrade: lost agreement (fake-torch): agree -> differ: *; fake-torch changed, fake-keras the same bits*",
            "broken (error): own:ops/Broke*",
            "  old -> upgrade: broken (fake-torch): agree -> broken: *gone*",
            "differ (semantic): own:ops/Bad*",
            "  old -> upgrade: differ before and after",
            "FAIL: 2 lost agreement, 1 broken, 2 new NaN or Inf, 2 left the budget (upgrade against old, policy default, 6 items)",
            "fails: lost agreement: own:ops/Lost?default? agree float64, seed 0*",
            "told: mended: own:ops/Mended?default? agree float64, seed 0",
        ]
    )


def test_a_change_inside_the_budget_passes_unless_the_policy_minds_any_bit(project: Project, candidate: str) -> None:
    options = ["--fwparity-candidate", f"fake-torch={candidate}", "-k", "float32"]
    project.cases(changing("Rounding", "return 2 * x * (1 + np.finfo(x.real.dtype).eps)"))
    result = project.run(*options)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS (candidate against old*", "results: *drifted inside the budget, *"])
    result = project.run(*options, "--fwparity-policy", "driver")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["differ (drifted inside the budget): own:ops/Rounding*", "FAIL: *drifted inside the budget (*policy driver*"]
    )


def test_a_new_warning_fails_where_the_policy_asks_for_it(project: Project, candidate: str) -> None:
    project.cases(changing("Warns", "import warnings\n    warnings.warn('soon gone', DeprecationWarning)"))
    project.write("policy.toml", '[warnings]\ngate = ["Deprecation*"]\n')
    options = ["--fwparity-candidate", f"fake-torch={candidate}"]
    told = "*new warning: own:ops/Warns?default? agree float* and 1 items more (fake-torch, DeprecationWarning)"
    project.run(*options).stdout.fnmatch_lines(["PASS*", f"told: {told}", "    DeprecationWarning: soon gone*"])
    result = project.run(*options, "--fwparity-policy", "policy.toml")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL: 2 new warning*", f"fails: {told}"])


def test_several_candidates_say_which_part_a_change_follows(project: Project, candidate: str) -> None:
    project.cases(changing("Lost", "return 3 * x"))
    good = ["--fwparity-candidate", f"fake-torch@good={sys.executable}"]
    result = project.run(*good, "--fwparity-candidate", f"fake-torch@bad={candidate}", "-k", "float64")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["PASS (good against old*", "FAIL: 1 lost agreement, * (bad*", "follows no recorded component*"]
    )


def test_processes_of_xdist_share_a_gate(project: Project, candidate: str) -> None:
    project.cases(AFFINE + changing("Lost", "return 3 * x"))
    result = project.alone("-n", "2", "--fwparity-candidate", f"fake-torch={candidate}")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["FAIL: 1 lost agreement, 1 left the budget (candidate against old, policy default, 6 items)"]
    )


def test_memory_and_many_launches(project: Project, candidate: str) -> None:
    """Slower fails where it is asked for; more memory fails always; first as recorded, then in launches side by side."""
    affine = AFFINE.replace("units: int", "speed = 'quick'\n    units: int")
    slow = affine.replace(
        "def torch(self, torch):", f"def torch(self, torch):\n        torch.pace = 1.4 if {NEW} else 1.0"
    )
    greedy = affine.replace("Affine", "Greedy").replace(
        "def torch(self, torch):", f"def torch(self, torch):\n        torch.taken = 40 << 20 if {NEW} else 1 << 20"
    )
    project.cases(slow + greedy)
    options = ["--fwparity-candidate", f"fake-torch={candidate}", "-k", "speed and torch"]
    result = project.run(*options)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "FAIL: 2 more memory*",
            "fails: more memory: own:layers/Greedy*",
            "    peak memory of a call: 1.0 MiB -> 40.0 MiB",
        ]
    )
    result = project.run(*options, "--fwparity-perf", "gate")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "FAIL: 2 more memory, 2 slower (*",
            "fails: slower: own:layers/Affine*",
            "    a call: 2 ms -> 2.8 ms, +40.0 % (+40.0 % to +40.0 %; 16 pairs of launches)",
        ]
    )


def test_a_run_against_a_record(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.cases(changing("Lost", "return 3 * x") + function_case("Twice"))
    assert project.run("--fwparity-record", "base").ret == 0
    result = project.run("--fwparity-against", "base")
    assert result.ret == 0
    result.stdout.fnmatch_lines([PASS, "results: 8 bitwise equal"])
    monkeypatch.setenv("NEW", "1")
    result = project.run("--fwparity-against", "base")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL: 1 lost agreement, * (this run against *base (the only one)*"])


def test_a_case_that_is_gone_and_one_that_was_not_asked(project: Project) -> None:
    path = project.cases(function_case("Twice") + function_case("Once"))
    assert project.run("--fwparity-record", "base").ret == 0
    result = project.run("--fwparity-against", "base", "-k", "Twice")
    assert result.ret == 0
    result.stdout.fnmatch_lines([PASS, "results: 2 not asked this time, 4 bitwise equal"])
    path.write_text(path.read_text().replace("class Once", "class _Once"))
    result = project.run("--fwparity-against", "base", "--fwparity-level", "standard", "--fwparity-case", "*")
    assert result.ret == 0
    path.unlink()
    project.cases(function_case("Twice"))
    result = project.run("--fwparity-against", "base")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAIL: 2 vanished*", "fails: vanished: own:ops/Once?default? agree float32, seed 0"])


def test_a_lower_level_asks_for_less(project: Project) -> None:
    project.cases(function_case("Twice"))
    assert project.run("--fwparity-record", "base", "--fwparity-level", "standard").ret == 0
    result = project.run("--fwparity-against", "base")
    assert result.ret == 0
    result.stdout.fnmatch_lines([PASS, "results: * not asked this time, 4 bitwise equal"])
    assert project.run("--fwparity-record", "low").ret == 0
    result = project.run("--fwparity-against", "low", "--fwparity-level", "standard")
    assert result.ret == 0 and "new:" not in result.stdout.str()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fwparity-against", "none"], "--fwparity-against: *none is no folder; a baseline is a record*"),
        (
            ["--fwparity-candidate", "torch=/bin/sh"],
            "--fwparity-candidate torch=/bin/sh: should be SIDE?@LABEL?=PYTHON*",
        ),
        (["--fwparity-candidate", "fake-torch=none"], "--fwparity-candidate: no interpreter at 'none'"),
        (["--fwparity-candidate", f"fake-torch@old={sys.executable}"], "*is not 'old'"),
        (["--fwparity-candidate", f"fake-torch@../x={sys.executable}"], "*a label is made of letters*"),
        (["--fwparity-candidate", f"fake-torch={sys.executable}"] * 2, "*has an interpreter for 'fake-torch' already*"),
        (["--fwparity-policy", "none.toml"], "--fwparity-policy: *none.toml*"),
    ],
)
def test_bad_input_is_told_before_work_starts(project: Project, options: list[str], message: str) -> None:
    project.cases(function_case("Twice"))
    result = project.run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


def test_one_gate_at_a_time(project: Project, candidate: str) -> None:
    project.cases(function_case("Twice"))
    project.run("--fwparity-record", "base")
    result = project.run("--fwparity-against", "base", "--fwparity-candidate", f"fake-torch={candidate}")
    result.stderr.fnmatch_lines(
        ["ERROR: --fwparity-against and --fwparity-candidate are two gates; ask for one of them"]
    )


def test_a_damaged_baseline_is_refused(project: Project) -> None:
    project.cases(function_case("Twice"))
    project.run("--fwparity-record", "base")
    path = project.path / "base" / "items-main.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    result = project.run("--fwparity-against", "base")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --fwparity-against: *items-main.jsonl has * bytes, not the * that it ended with"]
    )


def test_a_gate_leaves_nothing_behind(
    project: Project, candidate: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tmp")
    project.cases(function_case("Twice"))
    project.monkeypatch.setenv("TMPDIR", str(folder))
    project.alone("--fwparity-candidate", f"fake-torch={candidate}").assert_outcomes(passed=2)
    assert [path.name for path in Path(folder).iterdir() if "record" in path.name] == []


def test_the_records_of_a_gate_are_whole(project: Project, candidate: str) -> None:
    project.cases(changing("Lost", "return 3 * x"))
    project.run("--fwparity-candidate", f"fake-torch={candidate}", "--fwparity-record", "r")
    for label in ("old", "candidate"):
        record = store.read(project.path / "r" / label)
        assert record.finished and record.header["label"] == label and len(record.items) == 2
