"""``fwparity selftest``: its errors, its tables; what it does on real frameworks is in tests/frameworks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.cli import main
from pytest_fwparity.selftest.healthy import Health, proposal
from pytest_fwparity.selftest.kill import Kill, table
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, INCONCLUSIVE, Finding, Verdict


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--suite", "none"], "no suite is named 'none'; suites are core"),
        (["--sides", "caffe"], "--sides caffe: sides are torch, keras-tensorflow, keras-jax, keras-torch"),
        (["--seeds", "0"], "--seeds 0: at least 1"),
        (["--healthy", "--merge", "nothing.json"], "nothing.json is not what --healthy --json writes: "),
    ],
)
def test_what_cannot_be_used_ends_with_3(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", *arguments]) == 3
    assert capsys.readouterr().err.startswith(f"fwparity selftest: {told}")


def killed(name: str, **more: Any) -> Kill:
    given = {
        "name": name,
        "family": "layers",
        "case": "core:layers/Dense",
        "variant": "default",
        "side": "torch",
        "tier": "float64",
        "what": "it is off",
        "seeds": 2,
        "killed": 2,
        "kinds": ("semantic",),
        "least": 1e6,
        "clean": 0.01,
        "clean_failed": 0,
        "blamed": 2,
        "blamable": True,
        "message": "",
    }
    return Kill(**{**given, **more})


def test_the_kill_table_names_survivors_and_counts_the_blame() -> None:
    lines = table([killed("one"), killed("two", killed=1, blamed=0), killed("three", tier="repeat", blamable=False)])
    assert lines[1] == "-- layers"
    assert [line.split()[0] for line in lines[2:5]] == ["one", "two", "three"]
    assert lines[3].endswith("<-- not killed")
    assert lines[5:] == [
        "2 of 3 faults killed on every seed",
        "the side at fault named in 2 of 3 verdicts (66.7 %)",
    ]
    assert not killed("four", clean_failed=1).good


def health() -> Health:
    made = Health()
    rng = np.random.default_rng(0)
    for number in range(40):
        units = float(rng.lognormal(0.0, 0.3))
        finding = Finding(name="y", units=units, rms=units / 4, limit=64.0)
        made.add("text", "agree float32", f"core:layers/Case{number % 2}", Verdict(outcome=AGREE, findings=(finding,)))
    return made


def test_healthy_frameworks_are_counted_and_their_distance_is_told() -> None:
    made = health()
    made.add("core:layers/A[default] agree float32", "agree float32", "A", Verdict(outcome=DIFFER, message="off\nmore"))
    made.add("core:layers/B[default] agree float32", "agree float32", "B", Verdict(outcome=INCONCLUSIVE, message="why"))
    lines = made.lines()
    assert lines[0] == "agree float32: 40 agree, 1 differ, 1 inconclusive"
    assert lines[1].startswith("agree float32, largest: 40 statistics (0 exactly 0), log2(units/limit) 50%:-6.")
    assert "; worst core:layers/Case" in lines[1]
    text = "\n".join(lines)
    assert "false alarms: 1\n  core:layers/A[default] agree float32\n    off\n    more" in text
    assert text.endswith("inconclusive: 1\n  core:layers/B[default] agree float32: why")


def test_runs_are_merged_and_constants_proposed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for file in files:
        file.write_text(json.dumps(health().to_json()))
    assert main(["selftest", "--healthy", "--fit", "--merge", *map(str, files)]) == 0
    out = capsys.readouterr().out
    assert "agree float32: 80 agree" in out
    assert "false alarms: 0" in out
    made = json.loads(proposal(health()))["proposal"]["float32"]
    assert made["max"]["limit"] in (4.0, 8.0)
    assert made["max"]["seen"] < made["max"]["limit"]
    assert made["rms"]["limit"] <= made["max"]["limit"] / 2
