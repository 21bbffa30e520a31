"""What changed between two records, which of it fails, and what a reader sees; then ``fwparity compare``."""

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
from tests.recorded import item

ENVIRONMENT = {
    "machine": {"identity": {"kernel": "6.1", "gpu driver driver": "550", "boot": "a"}, "condition": {"load": "1"}},
    "sides": {"torch": {"versions": {"torch": "2.13.0"}, "file": "/a/torch", "libraries": {"libcudnn.so": "9.1"}}},
}


def record(*items: dict[str, Any], environment: dict[str, Any] = ENVIRONMENT, finished: bool = True) -> Record:
    held = {(e["case"], e["variant"], e["check"], tuple(e["parameters"]), e["seed"]): copy.deepcopy(e) for e in items}
    return Record(folder=Path("r"), header={"finished": finished}, items=held, environment=environment)


def changed(number: int = 0, side: str = "torch", output: str = "y", **more: Any) -> dict[str, Any]:
    """An item whose array has other bits; ``more`` goes into the array."""
    entry = item(number)
    told = entry["sides"][side]["float32"]["arrays"][output]
    told |= {"digest": "f" * 16, **more}
    return entry


def kinds(old: Record, new: Record) -> list[str]:
    return [change.kind for change in drift.drift(old, new)]


def with_units(entry: dict[str, Any], rms: float, fault: str = "") -> dict[str, Any]:
    entry["findings"] = [{"name": "y", "side": "torch", "units": rms, "rms": rms, "limit": 8.0, "fault": fault}]
    return entry


def test_the_same_bits() -> None:
    assert kinds(record(item(0)), record(item(0))) == [drift.BITWISE]


def test_other_bits_as_exact_as_before() -> None:
    assert kinds(record(with_units(item(0), 1.0)), record(with_units(changed(), 1.9))) == [drift.ROUNDING]


def test_noise_below_the_floor_is_no_growth() -> None:
    assert kinds(record(with_units(item(0), 0.01)), record(with_units(changed(), 0.24))) == [drift.ROUNDING]


def test_growth_inside_the_budget_is_told() -> None:
    (change,) = drift.drift(record(with_units(item(0), 1.0)), record(with_units(changed(sample=[2.0]), 5.0)))
    assert change.kind == drift.DRIFTED and change.growth == 5.0
    assert change.text == "float32: 1.0 -> 2.0 (element 0); error 1 -> 5 units (limit 8)"
    assert not DEFAULT.fails(change) and DRIVER.fails(change)


def test_growth_out_of_the_budget_fails() -> None:
    (change,) = drift.drift(record(with_units(item(0), 1.0)), record(with_units(changed(), 50.0, "imprecise")))
    assert change.kind == drift.LEFT and DEFAULT.fails(change)


def test_growth_of_what_was_out_of_its_budget_before() -> None:
    before, after = with_units(item(0), 10.0, "imprecise"), with_units(changed(), 50.0, "imprecise")
    (change,) = drift.drift(record(before), record(after))
    assert change.kind == drift.DRIFTED and change.text.endswith("error 10 -> 50 units (limit 8, passed before too)")


def test_the_element_that_moved_most_is_shown() -> None:
    for old, new, text in (
        ([1.0, 2.0, 0.0, 5.0], [1.1, 2.0, 1e-9, 5.0], "0.0 -> 1e-09 (element 6)"),
        ([1.0, "inf", 3.0, 5.0], [1.1, "nan", 3.0, 5.0], "inf -> nan (element 3)"),
        ([1, 2, 3, 4], [1, 2, 3, 5], "4 -> 5 (element 9)"),
    ):
        before, after = (
            with_units(changed(sample=old, shape=[2, 5]), 1.0),
            with_units(changed(sample=new, shape=[2, 5]), 5.0),
        )
        before["sides"]["torch"]["float32"]["arrays"]["y"]["digest"] = "a"
        (change,) = drift.drift(record(before), record(after))
        assert text in change.text


def test_another_path_to_the_same_bits_is_told() -> None:
    before, after = item(0), item(0)
    before["sides"]["torch"]["float32"]["kernels"] = ["aten::mm", "aten::_flash_attention_forward"]
    after["sides"]["torch"]["float32"]["kernels"] = ["aten::mm", "aten::softmax"]
    found = drift.drift(record(before), record(after))
    assert [change.kind for change in found] == [drift.KERNELS, drift.BITWISE]
    assert found[0].text == "no longer aten::_flash_attention_forward; now aten::softmax"
    assert not DEFAULT.fails(found[0]) and not DRIVER.fails(found[0])


def two_sided(entry: dict[str, Any], keras: str) -> dict[str, Any]:
    entry["sides"]["keras"] = copy.deepcopy(entry["sides"]["torch"])
    entry["sides"]["keras"]["float32"]["arrays"]["y"]["digest"] = keras
    return entry


@pytest.mark.parametrize(
    ("after", "side", "text"),
    [
        (two_sided(changed(), "a"), "torch", "; torch changed, keras the same bits as before"),
        (two_sided(item(0), "b"), "keras", "; keras changed, torch the same bits as before"),
        (two_sided(changed(), "b"), "", "; keras and torch changed"),
        (two_sided(item(0), "a"), "", "; every recorded result has the same bits: what it is judged by changed, *"),
        (two_sided(changed(), "b") | {"blamed": ["keras"]}, "keras", "; keras and torch changed"),
    ],
)
def test_lost_agreement_says_which_side_changed(after: dict[str, Any], side: str, text: str) -> None:
    after = after | {"outcome": "differ", "message": "y is off"}
    change = drift.drift(record(two_sided(item(0), "a")), record(after))[0]
    assert change.kind == drift.LOST and change.side == side
    assert fnmatch.fnmatchcase(change.text, f"agree -> differ: y is off{text}")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("agree", "differ", drift.LOST),
        ("known difference", "differ", drift.LOST),
        ("agree", "broken", drift.BROKE),
        ("differ", "broken", drift.BROKE),
        ("agree", "not run", drift.VANISHED),
        ("agree", "inconclusive", drift.UNSURE),
        ("differ", "agree", drift.MENDED),
        ("broken", "known difference", drift.MENDED),
        ("inconclusive", "differ", drift.LOST),
        ("agree", "known difference", drift.KNOWN_NOW),
    ],
)
def test_what_becomes_of_an_outcome(old: str, new: str, kind: str) -> None:
    found = drift.drift(record(item(0, outcome=old)), record(item(0, outcome=new, message="why\nmore")))
    assert found[0].kind == kind and found[0].text == f"{old} -> {new}: why"


def test_what_was_bad_before_is_no_news() -> None:
    for outcome in ("differ", "broken", "not run"):
        assert kinds(record(item(0, outcome=outcome)), record(item(0, outcome=outcome))) == [drift.BITWISE]


def test_the_error_of_a_side_belongs_to_what_became_of_the_item() -> None:
    """One entry where a side breaks in two dtypes, and where it is mended; of drift, the worst dtype speaks."""
    whole, broken = item(0), item(0, outcome="broken", message="ValueError on torch: gone")
    for entry in (whole, broken):
        entry["sides"]["torch"]["float64"] = copy.deepcopy(entry["sides"]["torch"]["float32"])
    broken["sides"]["torch"] = {dtype: {"error": "error: gone"} for dtype in ("float32", "float64")}
    (change,) = drift.drift(record(whole), record(broken))
    assert (change.kind, change.side) == (drift.BROKE, "torch")
    assert change.text == "agree -> broken: ValueError on torch: gone"
    (change,) = drift.drift(record(broken), record(whole))
    assert (change.kind, change.side, change.text) == (
        drift.MENDED,
        "torch",
        "broken -> agree; no longer: error: gone",
    )
    drifted = with_units(copy.deepcopy(whole), 5.0)
    for told in drifted["sides"]["torch"].values():
        told["arrays"]["y"]["digest"] = "f" * 16
    (change,) = drift.drift(record(with_units(whole, 1.0)), record(drifted))
    assert change.kind == drift.DRIFTED


def test_a_known_difference_that_is_gone_is_mended() -> None:
    (change, _) = drift.drift(record(item(0, outcome="known difference")), record(item(0)))
    assert change.kind == drift.MENDED and change.text == "a known difference is gone: known difference -> agree"


def test_a_difference_that_is_gone() -> None:
    old, new = item(0, outcome="known difference"), item(0, outcome="known difference", kind="mended")
    assert kinds(record(old), record(new)) == [drift.MENDED, drift.BITWISE]


def test_other_inputs_are_not_compared() -> None:
    assert kinds(record(item(0, inputs="a")), record(changed(inputs=1) | {"inputs": "b"})) == [drift.CHANGED]


def test_items_that_come_and_go() -> None:
    assert kinds(record(item(0), item(1)), record(item(1), item(2))) == [drift.VANISHED, drift.BITWISE, drift.NEW]


def test_what_a_cut_off_run_never_reached_has_not_vanished() -> None:
    assert kinds(record(item(0), item(1)), record(item(1), finished=False)) == [drift.UNASKED, drift.BITWISE]


def test_results_that_come_and_go() -> None:
    new = item(0)
    arrays = new["sides"]["torch"]["float32"]["arrays"]
    arrays["z"] = arrays.pop("y")
    assert kinds(record(item(0)), record(new)) == [drift.VANISHED, drift.NEW]


def test_a_changed_dtype_and_a_new_nan() -> None:
    assert kinds(record(item(0)), record(changed(dtype="float16")))[0] == drift.DTYPE
    assert kinds(record(item(0)), record(changed(nonfinite=1)))[0] == drift.NONFINITE
    assert kinds(record(changed(nonfinite=1)), record(changed()))[0] == drift.MENDED


def test_a_side_that_breaks_and_one_that_is_mended() -> None:
    broken = item(0)
    broken["sides"]["torch"]["float32"] = {"error": "died: signal 11"}
    assert kinds(record(item(0)), record(broken)) == [drift.BROKE]
    assert kinds(record(broken), record(item(0))) == [drift.MENDED]
    assert kinds(record(broken), record(broken)) == []


def test_warnings_by_category_and_text_wherever_they_are_raised() -> None:
    def warned(*entries: list[str]) -> dict[str, Any]:
        entry = item(0)
        entry["sides"]["torch"]["float32"]["warnings"] = list(entries)
        return entry

    old = warned(["UserWarning", "slow", "torch/a.py:1"], ["UserWarning", "old", "torch/a.py:3"])
    new = warned(["UserWarning", "slow", "torch/a.py:2"], ["DeprecationWarning", "soon gone", "torch/b.py:7"])
    found = [change for change in drift.drift(record(old), record(new)) if change.kind != drift.BITWISE]
    assert [(change.kind, change.text) for change in found] == [
        (drift.WARNING, "DeprecationWarning: soon gone (torch/b.py:7)"),
        (drift.GONE, "UserWarning: old (torch/a.py:3)"),
    ]
    assert not DEFAULT.fails(found[0])


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


def test_another_case_is_told_beside_what_it_lost() -> None:
    old, new = item(0, source="a"), item(0, source="b", outcome="differ", message="why")
    (change,) = [c for c in drift.drift(record(old), record(new)) if c.kind == drift.LOST]
    assert change.text == "agree -> differ: why; the file of its case is another, too"
    assert kinds(record(old), record(item(0, source="b"))) == [drift.BITWISE]


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
