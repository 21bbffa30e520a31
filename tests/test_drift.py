"""What becomes of items and of the sides' results from one record to another."""

from __future__ import annotations

import copy
import fnmatch
from typing import Any

import pytest

from pytest_fwparity.records import drift
from pytest_fwparity.records.policy import DEFAULT, DRIVER
from pytest_fwparity.records.store import Record
from tests.recorded import changed, item, record, with_units


def kinds(old: Record, new: Record) -> list[str]:
    return [change.kind for change in drift.drift(old, new)]


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
    assert change.kind == drift.DRIFTED and change.text.endswith("error 10 -> 50 units (limit 8, beyond it before too)")


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


def test_another_case_is_told_beside_what_it_lost() -> None:
    old, new = item(0, source="a"), item(0, source="b", outcome="differ", message="why")
    (change,) = [c for c in drift.drift(record(old), record(new)) if c.kind == drift.LOST]
    assert change.text == "agree -> differ: why; the file of its case is another, too"
    assert kinds(record(old), record(item(0, source="b"))) == [drift.BITWISE]
