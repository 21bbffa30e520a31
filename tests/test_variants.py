"""Variants: what grid() and named() make, and the ids of the settings."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fwparity import Variants, grid, named
from pytest_fwparity.cases.variants import frozen, text_of, variant_id

DEFAULTS: dict[str, Any] = {"units": 2, "use_bias": True, "size": (2, 4), "rate": 0.5}


def ids(variants: Variants) -> list[str]:
    return [variant_id(name, fields, DEFAULTS) for name, fields in variants]


def test_a_grid_is_every_combination_the_last_field_fastest() -> None:
    assert list(grid(units=[1, 2], use_bias=[True, False])) == [
        (None, {"units": 1, "use_bias": True}),
        (None, {"units": 1, "use_bias": False}),
        (None, {"units": 2, "use_bias": True}),
        (None, {"units": 2, "use_bias": False}),
    ]
    assert list(grid()) == [(None, {})]


def test_an_id_holds_only_what_differs_from_the_defaults_sorted() -> None:
    assert ids(grid(use_bias=[True, False], units=[2, 1])) == [
        "default",
        "units=1",
        "use_bias=False",
        "units=1,use_bias=False",
    ]
    assert ids(grid(size=[[2, 4], [3, 3], []])) == ["default", "size=3x3", "size=none"]
    assert ids(grid(rate=[1e-07, -1.0, None])) == ["rate=1e-07", "rate=-1.0", "rate=None"]


def test_a_new_field_with_a_default_changes_no_id() -> None:
    fields = {"units": 1}
    assert variant_id(None, fields, DEFAULTS) == variant_id(None, fields, {**DEFAULTS, "axis": -1}) == "units=1"


def test_named_settings_keep_their_names() -> None:
    both = named(plain={}, wide={"units": 9}) | grid(units=[1])
    assert list(both) == [("plain", {}), ("wide", {"units": 9}), (None, {"units": 1})]
    assert ids(both) == ["plain", "wide", "units=1"]


def test_joining_leaves_both_as_they_were() -> None:
    one, other = grid(units=[1]), named(plain={})
    assert len(list(one | other)) == 2
    assert [len(list(one)), len(list(other))] == [1, 1]
    with pytest.raises(TypeError):
        one | [("a", {})]  # type: ignore[operator]


@pytest.mark.parametrize("value", ["relu", 3, {"a": 1}])
def test_a_grid_takes_lists(value: Any) -> None:
    with pytest.raises(TypeError, match=r"grid\(activation=\.\.\.\) takes a list of values, not "):
        grid(activation=value)


def test_spelling_of_values_in_ids() -> None:
    assert text_of([[1, 2], 3]) == "1x2x3"
    assert text_of({"b": [1, 2], "a": None}) == "a.None+b.1x2"
    assert text_of({}) == "none"


def test_ids_that_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"variant id 'a/b' may hold letters, digits and '_\.,=\+-' only: name the"):
        variant_id("a/b", {}, {})
    with pytest.raises(ValueError, match="may hold letters"):
        variant_id("größe", {}, {})
    with pytest.raises(ValueError, match="may hold letters"):
        variant_id("", {}, {})
    with pytest.raises(ValueError, match="has 81 characters, at most 80: name it with named"):
        variant_id(None, {"n": "x" * 79}, {})
    assert variant_id(None, {"n": "x" * 78}, {}) == "n=" + "x" * 78


def test_lists_and_tuples_are_the_same_setting() -> None:
    assert frozen([1, [2], {"a": [3]}]) == (1, (2,), {"a": (3,)})
    assert variant_id(None, {"size": [2, 4]}, DEFAULTS) == variant_id(None, {"size": (2, 4)}, DEFAULTS) == "default"
