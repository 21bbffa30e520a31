"""Which changes fail, and what a reader sees; then ``fwparity compare``."""

from __future__ import annotations

import copy
import fnmatch
import json
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cli import main
from pytest_fwparity.records import drift, store
from pytest_fwparity.records.drift import Change
from pytest_fwparity.records.environment import Change as EnvironmentChange
from pytest_fwparity.records.environment import difference
from pytest_fwparity.records.gate import gate
from pytest_fwparity.records.policy import DEFAULT, DRIVER, PolicyError, choose, read
from pytest_fwparity.records.store import Record
from tests.recorded import ENVIRONMENT, changed, item, record, with_units


def other(**versions: str) -> dict[str, Any]:
    made = copy.deepcopy(ENVIRONMENT)
    made["sides"]["torch"]["versions"] |= versions
    return made


def test_only_what_identifies_an_environment_is_a_change() -> None:
    new = other(torch="2.14.0")
    new["machine"]["identity"]["boot"] = "b"
    new["machine"]["condition"]["load"] = "2"
    new["sides"]["torch"]["file"] = "/b/torch"
    (change,) = difference(ENVIRONMENT, new)
    assert change.text() == "torch.versions.torch: 2.13.0 -> 2.14.0" and change.component == "torch"


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("machine.identity.gpu driver driver", "driver"),
        ("machine.identity.kernel", "driver"),
        ("machine.identity.gpu 0 VBIOS", "firmware"),
        ("torch.libraries.libcudnn.so", "cuDNN"),
        ("torch.distributions.nvidia-cublas-cu13", "CUDA"),
        ("keras-tensorflow.versions.keras", "Keras"),
        ("keras-tensorflow.versions.tensorflow", "TensorFlow"),
        ("torch.versions.numpy", "NumPy"),
        ("torch.interpreter.python", "Python"),
        ("machine.identity.cpu", "machine"),
    ],
)
def test_every_fact_belongs_to_a_part_of_the_stack(name: str, component: str) -> None:
    assert EnvironmentChange(name=name, old="a", new="b").component == component


def test_another_rule_is_a_change_of_the_tool() -> None:
    old = {**ENVIRONMENT, "tool": {"plugin": "0.1.0", "constants": "3", "suites": {"core": "0.1.0"}}}
    new = {**ENVIRONMENT, "tool": {"plugin": "0.1.0", "constants": "4", "suites": {"core": "0.1.0"}}}
    found = gate(record(item(0), environment=old), record(item(0), environment=new))
    assert [change.component for change in found.environment] == ["fwparity"] and found.policy is DEFAULT
    assert found.lines("old", "new")[1:3] == ["environment: fwparity changed", "  tool.constants: 3 -> 4"]


def test_another_driver_alone_asks_for_the_same_bits() -> None:
    driver = EnvironmentChange(name="machine.identity.gpu driver driver", old="550", new="560")
    assert choose([driver]) is DRIVER
    assert choose([driver, EnvironmentChange(name="torch.versions.torch", old="1", new="2")]) is DEFAULT
    assert choose([]) is DEFAULT
    assert gate(record(with_units(item(0), 1.0)), record(with_units(changed(), 1.0)), DRIVER).status == 1


def policy(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    return file


def test_a_policy_of_ones_own(tmp_path: Path) -> None:
    found = read(
        policy(
            tmp_path,
            'gate = ["drifted inside the budget"]\nreport = ["vanished"]\n[warnings]\ngate = ["Deprecation*"]\n'
            '[aside]\n"own:layers/Old*" = "goes next month"\n',
        ),
        DEFAULT,
    )
    assert found.fails(Change(kind=drift.DRIFTED, item="own:layers/A[x] agree"))
    assert not found.fails(Change(kind=drift.VANISHED, item="own:layers/A[x] agree"))
    assert found.fails(Change(kind=drift.WARNING, item="i", output="DeprecationWarning"))
    assert not found.fails(Change(kind=drift.WARNING, item="i", output="UserWarning"))
    assert not found.fails(Change(kind=drift.LOST, item="own:layers/OldDense[x] agree"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gate", "policy.toml"),
        ("gates = []", r"unknown entries \['gates'\]"),
        ('policy = "mild"', "policy = 'mild', but should be one of default, driver"),
        ('gate = ["worse"]', r"gate = \['worse'\], but should be a list out of lost agreement"),
        ("report = 3", r"report = \[3\], but should be a list"),
        ("warnings = 3", r"\[warnings\] should be gate"),
        ('[aside]\n"own:*" = ""', r"\[aside\] should be a table"),
    ],
)
def test_a_policy_that_cannot_be_used(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=message):
        read(policy(tmp_path, text), DEFAULT)


def test_the_first_lines_say_it_all() -> None:
    old = record(*(with_units(item(n), 1.0) for n in range(3)))
    new = record(
        item(0, outcome="differ", message="semantic: y[0]", blamed=["torch"]),
        with_units(changed(1), 6.0),
        with_units(item(2), 1.0),
        environment=other(torch="2.14.0"),
    )
    assert gate(old, new).lines("before", "after") == [
        "FAIL: 1 lost agreement (after against before, policy default, 3 items)",
        "environment: torch changed",
        "  torch.versions.torch: 2.13.0 -> 2.14.0",
        "fails: lost agreement: own:layers/Case0[default] agree float32, seed 0 (torch)",
        "    agree -> differ: semantic: y[0]",
        "told: drifted inside the budget: own:layers/Case1[default] agree float32, seed 0 (torch, y)",
        "    float32: the sampled elements are equal to 9 digits; error 1 -> 6 units (limit 8)",
        "results: 1 lost agreement, 1 drifted inside the budget, 2 bitwise equal",
    ]


def timed(number: int, times: list[float]) -> dict[str, Any]:
    launches = [{"samples": [time]} for time in times]
    speed = {"speed": {"launches": launches, "pairing": "p", "device": "cpu"}}
    return item(number, check="speed", outcome="timed", findings=[], sides={"torch": speed})


def test_the_speed_that_would_have_been_seen_is_told() -> None:
    """One item as it was, one too noisy to say, one slower: what a reader may conclude of the rest."""
    noisy = [1.0, 1.4, 0.8, 1.3, 0.7, 1.2, 0.9, 1.1]
    old = record(timed(0, [1.0] * 8), timed(1, [1.0] * 8), timed(2, [1.0] * 8), item(3))
    new = record(timed(0, [1.01] * 8), timed(1, noisy), timed(2, [1.3] * 8), item(3))
    found = gate(old, new, DEFAULT)
    assert found.status == 0 and gate(old, new, DEFAULT, speed=True).status == 1
    lines = found.lines("old", "new")
    assert lines[-2] == "results: 1 slower, 1 speed inconclusive, 1 as fast as before, 1 bitwise equal"
    told = fnmatch.fnmatchcase(
        lines[-1], "speed: 3 items judged; a change of 10 % would have been seen in half, of * in all"
    )
    assert told, lines[-1]
    assert len(found.to_json()["speed"]["seen"]) == 3 and max(found.seen) > 0.2


def test_a_host_that_is_slower_is_told_once_and_fails_nothing() -> None:
    def at(factor: float) -> Record:
        items = [timed(number, [factor * (number + 1)] * 8) for number in range(8)]
        for entry in items:
            entry["sides"]["torch"]["speed"]["pairing"] = str(factor)
        return record(*items)

    found = gate(at(1.0), at(1.12), DEFAULT, speed=True)
    assert found.status == 0
    assert found.lines("old", "new")[2:4] == [
        "told: speed inconclusive: 8 items",
        "    all speed items, +12.0 % in the median: the host at another time, or the stack; only launches side by side "
        "(--fwparity-candidate) tell which",
    ]
    assert (
        gate(at(1.0), at(1.02), DEFAULT, speed=True).lines("old", "new")[2].startswith("results: 8 as fast as before")
    )
    assert gate(at(1.0), at(1.4), DEFAULT, speed=True).status == 1


def test_nothing_in_common_is_no_pass() -> None:
    found = gate(record(item(0)), record())
    assert found.status == 1 and found.lines("a", "b")[0].startswith("FAIL: the records have no item in common")


def test_what_cannot_be_decided_ends_with_2() -> None:
    found = gate(record(item(0)), record(item(0, outcome="inconclusive")))
    assert found.status == 2 and found.lines("a", "b")[0].startswith("INCONCLUSIVE: 1 items")


def written(folder: Path, *items: dict[str, Any]) -> str:
    store.begin(folder, {})
    writer = store.Writer(folder)
    for entry in items:
        writer.line(entry)
    writer.close()
    store.finish(folder, {})
    return str(folder)


def test_compare_puts_the_odd_nodes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden = written(tmp_path / "golden", item(0))
    good, bad = written(tmp_path / "good", item(0)), written(tmp_path / "bad", item(0, outcome="broken"))
    out = tmp_path / "out.json"
    assert main(["compare", golden, good]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("PASS (")
    assert main(["compare", golden, good, bad, "--json", str(out)]) == 1
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("PASS", "FAIL"))]
    assert heads[0].startswith(f"FAIL: 1 broken ({bad} against {golden}") and heads[1].startswith("PASS")
    assert json.loads(out.read_text())[bad]["status"] == 1


def test_compare_refuses_what_is_no_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    golden = written(tmp_path / "golden", item(0))
    assert main(["compare", golden, str(tmp_path / "none")]) == 3
    assert "none is no folder; a record is the folder that --fwparity-record made" in capsys.readouterr().err
    assert main(["compare", golden, golden, "--policy", str(tmp_path / "none.toml")]) == 3
