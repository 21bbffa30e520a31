"""``fwparity coverage``: what counts as a call, reasons, drops; on real frameworks in tests/frameworks."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cli import main
from pytest_fwparity.coverage.command import dropped
from pytest_fwparity.coverage.page import lines, page
from pytest_fwparity.coverage.survey import ReasonsError, Survey, reasons
from pytest_fwparity.sides.calls import Calls

FRAMEWORK = """
import types

class Layer:
    def __init__(self, units=1):
        self.units = units

class Dense(Layer):
    def __init__(self, units=1):
        super().__init__(units)

class Plain(Layer):
    pass

def relu(x):
    return max(x, 0)

def softplus(x):
    return layers_of().relu(x)

def layers_of():
    import sys
    return sys.modules[__name__].ops

layers = types.ModuleType("tinyframework.layers")
layers.Layer, layers.Dense, layers.Plain, layers.FullyConnected = Layer, Dense, Plain, Dense
ops = types.ModuleType("tinyframework.ops")
ops.relu, ops.softplus, ops.rectify, ops.types, ops.borrowed = relu, softplus, relu, types, types.new_class
"""
NAMESPACES = {"tinyframework.layers": "tinyframework.Layer", "tinyframework.ops": "function"}


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> Any:
    made: Any = types.ModuleType("tinyframework")
    monkeypatch.setitem(sys.modules, "tinyframework", made)
    exec(FRAMEWORK, made.__dict__)
    return made


@pytest.fixture
def calls(framework: Any) -> Calls:
    return Calls(framework, NAMESPACES)


def test_a_symbol_has_its_own_name_first_and_knows_the_others(calls: Calls) -> None:
    assert calls.symbols == {
        "tinyframework.layers.Dense": ["tinyframework.layers.FullyConnected"],
        "tinyframework.layers.Layer": [],
        "tinyframework.layers.Plain": [],
        "tinyframework.ops.relu": ["tinyframework.ops.rectify"],
        "tinyframework.ops.softplus": [],
    }


def test_a_namespace_that_the_framework_has_not_is_left_out(framework: Any) -> None:
    assert Calls(framework, {"tinyframework.image": ""}).symbols == {}


def test_what_a_case_calls_counts_under_every_name(framework: Any, calls: Calls) -> None:
    with calls.listening() as called:
        assert framework.ops.rectify(-2) == 0
        assert framework.layers.FullyConnected(3).units == 3
    assert called == {"tinyframework.ops.relu", "tinyframework.layers.Dense"}


def test_what_the_framework_calls_inside_does_not_count(framework: Any, calls: Calls) -> None:
    with calls.listening() as called:
        assert framework.ops.softplus(2) == 2
    assert called == {"tinyframework.ops.softplus"}


def test_a_class_of_the_case_counts_for_the_class_that_it_extends(framework: Any, calls: Calls) -> None:
    with calls.listening() as called:

        class Own(framework.layers.Layer):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__(4)

        assert Own().units == 4
        assert framework.layers.Plain().units == 1
    assert called == {"tinyframework.layers.Layer", "tinyframework.layers.Plain"}


def test_nothing_is_left_behind(framework: Any, calls: Calls) -> None:
    before = {name: dict(vars(owner)) for name, owner in vars(framework.layers).items() if isinstance(owner, type)}
    functions = dict(vars(framework.ops))
    with pytest.raises(ZeroDivisionError), calls.listening():
        raise ZeroDivisionError
    assert {n: dict(vars(o)) for n, o in vars(framework.layers).items() if isinstance(o, type)} == before
    assert dict(vars(framework.ops)) == functions


SYMBOLS: dict[str, list[str]] = {"a.ops.exp": [], "a.ops.log": [], "a.ops.get": [], "a.nn.Dense": []}


def surveyed(**more: Any) -> Survey:
    given = {
        "versions": {"a": "1.0"},
        "symbols": SYMBOLS,
        "covered": {"a.ops.exp": ["core:ops/Exp"], "a.nn.Dense": ["core:layers/Dense"]},
        "reasons": {"a.ops.get": "computes nothing"},
        "variants": 2,
    }
    return Survey(**{**given, **more})


def test_a_row_per_namespace_and_what_is_without() -> None:
    told = lines(surveyed())
    assert told[0] == "2 variants run on a 1.0"
    assert told[3].split() == ["a.ops", "3", "1", "1", "1"]
    assert told[4].split() == ["a.nn", "1", "1", "0", "0"]
    assert told[5:] == ["without a case in a.ops: log"]


def test_a_reason_beside_a_case_is_told() -> None:
    told = lines(surveyed(reasons={"a.ops.exp": "computes nothing"}))
    assert told[-1] == "a reason for having no case, but there is one; take the reason away: a.ops.exp"


def test_a_variant_that_fails_is_told() -> None:
    told = lines(surveyed(failed=[("core:ops/Log[default]", "TypeError on torch: no\nmore")]))
    assert told[-2:] == [
        "1 variants gave no answer, so that their calls do not count:",
        "  core:ops/Log[default]: TypeError on torch: no",
    ]


def test_the_page_has_cases_and_reasons() -> None:
    text = page(surveyed(covered={"a.ops.exp": [f"core:ops/Exp{i}" for i in range(5)]}))
    assert "| `exp` | `core:ops/Exp0`, `core:ops/Exp1`, `core:ops/Exp2` and 2 more |" in text
    assert "| `get` | computes nothing |" in text
    assert "| `log` | **none yet** |" in text


def test_a_drop_and_a_new_symbol_fail() -> None:
    before = {
        "covered": {"a.ops.log": ["core:ops/Log"], "a.ops.exp": ["core:ops/Exp"], "a.ops.gone": ["core:ops/Gone"]}
    }
    assert dropped(surveyed(), before) == ["no case calls these any more: a.ops.log (core:ops/Log did)"]
    assert dropped(surveyed(), {"covered": {"a.ops.exp": ["x"]}}) == [
        "new in these versions, without a case or a reason: a.ops.log"
    ]
    assert dropped(surveyed(), surveyed().to_json()) == []


def test_reasons_by_name_and_by_glob_the_first_counts(tmp_path: Path) -> None:
    file = tmp_path / "reasons.toml"
    file.write_text('["a.ops"]\nget = "one"\n"*" = "other"\n')
    assert reasons(file, SYMBOLS) == {"a.ops.get": "one", "a.ops.exp": "other", "a.ops.log": "other"}
    assert reasons(tmp_path / "none.toml", SYMBOLS) == {}


@pytest.mark.parametrize("text", ["[a", '["a.ops"]\nget = ""\n', '["a.ops"]\nget = 1\n', 'get = "flat"\n'])
def test_reasons_that_say_nothing_are_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "reasons.toml"
    file.write_text(text)
    with pytest.raises(ReasonsError, match=r"reasons\.toml"):
        reasons(file, SYMBOLS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--suite", "none"], "no suite is named 'none'"),
        (["--sides", "caffe"], "--sides caffe: sides are torch, "),
        (["--against", "nothing.json"], "[Errno 2] No such file"),
    ],
)
def test_what_cannot_be_used_ends_with_3(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", *arguments]) == 3
    assert capsys.readouterr().err.startswith(f"fwparity coverage: {told}")


def test_a_file_that_is_no_survey_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "old.json"
    for text in ("[", json.dumps([]), json.dumps({"covered": 3})):
        file.write_text(text)
        assert main(["coverage", "--against", str(file)]) == 3
        assert "old.json is not what 'fwparity coverage --json' writes" in capsys.readouterr().err
