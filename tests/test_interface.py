"""Signatures of symbols: what is removed, which defaults moved, and which symbols a file of cases names."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.records import interface
from pytest_fwparity.records.interface import DEFAULT, REMOVED, SIGNATURE
from pytest_fwparity.sides.calls import Calls

OLD = {"k.f": [["x", "", None], ["eps", "", "1e-07"]], "k.g": None}


def changed(new: Any, used: frozenset[str] | None = None) -> list[tuple[str, str, str]]:
    return list(interface.difference(OLD, {"k.g": None, "k.f": new}, used))


@pytest.mark.parametrize(
    ("new", "kind", "text"),
    [
        ([["x", "", None]], REMOVED, "argument 'eps' is gone"),
        ([["x", "", None], ["eps", "", "1e-05"]], DEFAULT, "default of 'eps': 1e-07 -> 1e-05"),
        ([["x", "", None], ["eps", "", None]], DEFAULT, "default of 'eps': 1e-07 -> required"),
        (
            [["x", "", None], ["kw", "**", None]],
            SIGNATURE,
            "argument 'eps' is no longer named, but **arguments are taken",
        ),
        ([["x", "", "0"], ["eps", "", "1e-07"]], SIGNATURE, "default of 'x': required -> 0"),
        ([*OLD["k.f"], ["axis", "", "-1"]], SIGNATURE, "new argument 'axis'"),  # type: ignore[misc]
        ([*OLD["k.f"], ["axis", "", None]], DEFAULT, "new argument 'axis', which is required"),  # type: ignore[misc]
    ],
)
def test_what_becomes_of_arguments(new: Any, kind: str, text: str) -> None:
    assert (kind, "k.f", text) in changed(new)


def test_nothing_changed_and_nothing_known() -> None:
    assert changed(OLD["k.f"]) == [] and changed(None) == []


def test_a_symbol_that_is_gone() -> None:
    assert list(interface.difference(OLD, {"k.g": None})) == [(REMOVED, "k.f", "the symbol is gone")]


def test_only_symbols_that_cases_name() -> None:
    assert changed([["x", "", None]], frozenset({"k.g"})) == []
    assert changed([["x", "", None]], frozenset({"k.f"}))


def test_the_symbols_that_a_file_names(tmp_path: Path) -> None:
    file = tmp_path / "cases.py"
    file.write_text(
        "class A:\n    name = 'relu'\n    def keras(self, keras):\n        return keras.layers.Dense(3)\n"
        "    def torch(self, torch, x):\n        return getattr(torch.nn.functional, self.name)(x)\n"
    )
    found = interface.used(file)
    assert {"keras.layers.Dense", "torch.nn.functional.relu"} <= found and "torch.nn.relu" not in found
    assert interface.used(tmp_path / "none.py") == frozenset()


def test_signatures_of_a_framework() -> None:
    def scaled(x: Any, by: float = 2.0, how: Any = Calls, *rest: Any, **more: Any) -> None: ...

    class Layer:
        def __init__(self, units: int, bias: bool = True) -> None: ...

    scaled.__module__ = Layer.__module__ = "fw.ops"
    ops = types.SimpleNamespace(scaled=scaled, same=scaled, Layer=Layer)
    found = Calls(types.SimpleNamespace(__name__="fw", ops=ops), {"fw.ops": ""}).signatures()
    assert found["fw.ops.scaled"] == found["fw.ops.same"]
    assert found["fw.ops.Layer"] == [["units", "", None], ["bias", "", "True"]]
    arguments = found["fw.ops.scaled"]
    assert arguments is not None
    assert [one[0] for one in arguments] == ["x", "by", "how", "rest", "more"]
    assert [one[1] for one in arguments] == ["", "", "", "*", "**"] and arguments[1][2] == "2.0"
