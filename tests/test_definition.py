"""A case that is declared wrongly: what is said, and that the other cases of its file are collected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from project import Project, function_case

from pytest_fwparity import FunctionCase, LayerCase, LossCase, difference, grid, named
from pytest_fwparity.cases import Case, DefinitionError
from pytest_fwparity.cases.definition import check_class
from pytest_fwparity.cases.drawing import draw
from pytest_fwparity.sides.adapter import CaseError, flatten_outputs, name_outputs

HERE = Path(__file__)


class Good(FunctionCase):
    def inputs(self, rng: Any) -> Any:
        return {"x": np.ones(2)}

    def keras(self, keras: Any, x: Any) -> Any:
        return x

    def torch(self, torch: Any, x: Any) -> Any:
        return x


def made(body: dict[str, Any], base: type[Case] = Good, name: str = "Bad") -> type[Case]:
    """A case class as if written at the top level of this file; ``__annotations__`` in ``body`` are its fields."""
    return type(name, (base,), {"__module__": __name__, "__qualname__": name, **body})


def refused(cls: type[Case]) -> str:
    """The message, without the class and file that it must begin with."""
    with pytest.raises(DefinitionError) as caught:
        check_class(cls)
    text = str(caught.value)
    assert text.startswith(f"{cls.__qualname__} ({HERE}")
    return text.split("): ", 1)[1]


def field(name: str, default: Any = 0) -> dict[str, Any]:
    """The class body ``name: ... = default``."""
    return {"__annotations__": {name: Any}, name: default}


def test_a_good_case_is_accepted() -> None:
    check_class(Good)
    check_class(made(field("units", 3) | {"variants": grid(units=[1, 2]), "quick": ("units=1",)}))


def test_missing_hooks() -> None:
    no_torch = made({"inputs": Good.inputs, "keras": Good.keras}, FunctionCase)
    assert refused(no_torch) == "hook 'torch' is missing; define torch(self, torch, torch_inputs)"
    assert refused(made({"torch": Good.torch}, LayerCase)) == "hook 'keras' is missing; define keras(self, keras)"


def test_misspelt_hooks_and_facts() -> None:
    misspelt = "no hook is named 'torch_input'; did you mean 'torch_inputs'?"
    assert refused(made({"torch_input": lambda self, torch, x: {"x": x}})) == misspelt
    assert refused(made({"vanishes": 1, "vanishin": ()})) == "no fact is named 'vanishin'; did you mean 'vanishing'?"
    check_class(made({"helper": lambda self: 1, "margin": 3, "_torch_input": lambda self: 1}))


def test_a_misspelt_required_hook_is_named() -> None:
    body = {"inputs": Good.inputs, "keras": Good.keras, "torhc": Good.torch}
    assert refused(made(body, FunctionCase)).endswith("no hook is named 'torhc'; did you mean 'torch'?")


@pytest.mark.parametrize("glob", ["*-float64", ":*-float16", "other-*", "keras-jax:other-float16", "keras-jax:*-int8"])
def test_a_glob_of_without_that_meets_nothing(glob: str) -> None:
    assert f"{{{glob!r}: 'why'}} should map a glob of VARIANT-DTYPE" in refused(made({"without": {glob: "why"}}))
    check_class(made({"without": {"*-float16": "why", "keras-*:*-float64": "why"}}))


def test_own_attributes_near_to_a_method_of_case_are_accepted() -> None:
    check_class(made({"field": "gravity", "setting": 3}))


@pytest.mark.parametrize("name", ["fields", "settings", "differences", "with_differences"])
def test_attributes_that_would_hide_a_method_of_every_case(name: str) -> None:
    assert f"{name!r}" in refused(made({name: 3}))
    assert f"{name!r}" in refused(made(field(name, 3)))


@pytest.mark.parametrize("value", [np.float64(1.0), np.ones(2), {1, 2}, b"text", object, [object()], 1j])
def test_a_field_that_is_no_json_value(value: Any) -> None:
    text = refused(made(field("rate", value)))
    hint = "a field is a JSON value: bool, int, float, str, None, or lists and dicts of them"
    assert text == f"field 'rate' = {value!r} ({type(value).__name__}) cannot travel; {hint}"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_field_that_is_not_finite(value: float) -> None:
    assert refused(made(field("rate", value))).endswith("lists and dicts of them (no NaN, no infinity)")


def test_a_field_whose_keys_are_no_strings() -> None:
    """JSON makes the key 1 the key "1", so that the workers would see another field than the host."""
    assert "cannot travel" in refused(made(field("weights_of_classes", {1: 2.0})))


def test_fields_that_are_none() -> None:
    assert (
        refused(made({"__annotations__": {"units": int}})) == "field 'units' has no default; write units: ... = value"
    )
    named_like_hook = "field 'reference' is named like a hook; give the field another name"
    assert refused(made(field("reference"))) == named_like_hook
    fact = "'vanishing' is a fact, not a field; write it without an annotation: vanishing = ..."
    assert refused(made(field("vanishing", ("grad x",)))) == fact
    assert refused(made(field("settings", 3))) == "'settings' is a method of every case; give it another name"
    check_class(made({"__annotations__": {"shared": ClassVar[int]}, "shared": object()}))


def test_a_hook_that_is_no_function() -> None:
    with pytest.raises(DefinitionError, match="reference"):
        draw(made({"reference": 3})(), "own:ops/Bad", 0)


def test_a_fact_that_should_be_a_tuple() -> None:
    """``("grad bias")`` is a string; ``"y" in "grad bias y"`` would then hold by accident."""
    for fact in ("vanishing", "fixed", "checks", "quick", "former", "outputs"):
        assert "should be a tuple" in refused(made({fact: "grad bias"}))


def test_a_class_inside_a_function() -> None:
    class Inner(Good):
        pass

    assert refused(Inner) == (
        "a case cannot be defined inside a function, the workers import it by name; "
        "define it at the top level of its file"
    )


def test_variants() -> None:
    units = field("units", 2)
    unknown = refused(made({**units, "variants": grid(unitz=[1])}))
    assert unknown == "variant 'unitz=1' sets unknown field 'unitz'; did you mean 'units'?"
    assert refused(made({"variants": grid(unitz=[1])})).endswith("unknown field 'unitz'; its fields are none")
    assert refused(made({**units, "variants": grid(units=[object])})).startswith(
        "variant id \"units=<class 'object'>\""
    )
    assert refused(made({**units, "variants": named(a={"units": {3}})})).startswith("field 'units' = {3} (set)")
    twice = refused(made({**units, "variants": grid(units=[1]) | grid(units=[1, 2])}))
    assert twice == "two variants have the id 'units=1'; name one of them with named()"
    long = refused(made({**units, "variants": named(**{"x" * 81: {}})}))
    assert long == f"variant id '{'x' * 81}' has 81 characters, at most 80: name it with named()"
    illegal = refused(made({**units, "variants": named(**{"a b": {}})}))
    assert illegal == "variant id 'a b' may hold letters, digits and '_.,=+-' only: name the setting with named()"


def test_quick_level_and_speed() -> None:
    none = refused(made({**field("units", 2), "variants": grid(units=[1, 2]), "quick": ("units=3",)}))
    assert none == "quick names no variant 'units=3'; its variants are ['units=1', 'default']"
    levels = "but should be one of ['quick', 'standard', 'exhaustive']"
    assert refused(made({"level": "slow"})) == f"level = 'slow', {levels}"
    assert refused(made({"speed": "never"})) == f"speed = 'never', {levels}"
    assert refused(made({"level": None})) == f"level = None, {levels}"
    check_class(made({"speed": None}))


def declared(replaces: str) -> dict[str, Any]:
    return {"odd": difference(replaces=replaces, why="it does", source="a book")(lambda self, torch, x: x)}


def test_differences() -> None:
    no_hook = "difference 'odd' replaces 'tourch', which is no hook; did you mean 'torch'?"
    assert refused(made(declared("tourch"))) == no_hook
    assert refused(made(declared("units"))).startswith(
        "difference 'odd' replaces 'units', which is no hook; hooks are ["
    )
    keras = "difference 'odd' replaces 'keras'; write the difference on the torch side, which is the side that follows"
    assert refused(made(declared("keras"))) == keras
    check_class(made(declared("torch")))


def test_an_unknown_field_of_a_single_variant() -> None:
    with pytest.raises(DefinitionError, match=r"Bad \(.*\): unknown field 'units'; its fields are none"):
        made({})(units=3)


def drawn(returned: Any) -> str:
    """What is said of inputs() that returns ``returned``."""
    with pytest.raises(DefinitionError) as caught:
        draw(made({"inputs": lambda self, rng: returned})(), "own:ops/Bad", 0)
    text = str(caught.value)
    assert text.startswith(f"Bad ({HERE}")
    return text.split("): ", 1)[1]


def test_inputs_that_are_no_arrays() -> None:
    assert drawn(np.ones(3)) == "inputs() returned ndarray, not a dict of arrays"
    assert drawn(None) == "inputs() returned NoneType, not a dict of arrays"
    ending = "not an array of bools, integers or floats"
    assert drawn({"x": None}) == f"inputs()['x'] is None (NoneType), {ending}"
    assert drawn({"x": "text"}) == f"inputs()['x'] is 'text' (str), {ending}"
    assert drawn({"x": np.array([object()])}).endswith(f"(ndarray), {ending}")
    assert drawn({"x": np.ones(2) * 1j}).endswith(f"(ndarray), {ending}")
    assert drawn({"x": {"low": None}}) == f"inputs()['x/low'] is None (NoneType), {ending}"
    assert drawn({"x/y": np.ones(2)}) == "inputs() names an array 'x/y'; names are strings without '/'"
    assert drawn({3: np.ones(2)}) == "inputs() names an array 3; names are strings without '/'"


def test_inputs_of_uneven_length() -> None:
    assert drawn({"x": [[1.0], [1.0, 2.0]]}).startswith("inputs()['x'] is [[1.0], [1.0, 2.0]] (list)")


def test_weights_that_are_no_arrays() -> None:
    weights = made({**vars(Good), "weights": lambda self, rng: [np.ones(2)]}, LayerCase)
    with pytest.raises(DefinitionError, match=r"Bad \(.*\): weights\(\) returned list, not a dict of arrays"):
        draw(weights(), "own:layers/Bad", 0)
    none = made({**vars(Good), "weights": lambda self, rng: {"bias": None}}, LayerCase)
    with pytest.raises(DefinitionError, match=r"weights\(\)\['bias'\] is None \(NoneType\), not an array"):
        draw(none(), "own:layers/Bad", 0)


def unfit(base: type[Case], **hooks: Any) -> str:
    with pytest.raises(DefinitionError) as caught:
        draw(made(hooks, base)(), "own:ops/Bad", 0)
    assert str(caught.value).startswith(f"Bad ({HERE}")
    return str(caught.value).split("): ", 1)[1]


def test_hooks_that_cannot_take_what_they_are_given() -> None:
    assert unfit(Good, keras=lambda self, keras, y: y) == (
        "keras(keras, y): missing a required argument: 'y'; write keras(self, keras, x)"
    )
    assert unfit(Good, reference=lambda self: 1) == (
        "reference(): got an unexpected keyword argument 'x'; write reference(self, x)"
    )
    assert unfit(Good, torch_inputs=lambda self, x: {"x": x}) == (
        "torch_inputs(x): multiple values for argument 'x'; write torch_inputs(self, torch, x)"
    )
    layer = made({"inputs": Good.inputs, "weights": lambda self, rng: {"bias": np.ones(2)}}, LayerCase, "Layer")
    hooks = {"keras": lambda self, keras: None, "torch": lambda self, torch: None}
    assert unfit(layer, **hooks, reference=lambda self, x: x) == (
        "reference(x): got an unexpected keyword argument 'bias'; write reference(self, x, bias)"
    )
    loss = made({"inputs": lambda self, rng: {"y_true": np.ones(2), "y_pred": np.ones(2)}}, LossCase, "Loss")
    assert unfit(loss, keras=lambda self, keras: None, torch=lambda self, torch, y_true, y_pred: None) == (
        "keras(keras): too many positional arguments; write keras(self, keras, reduction)"
    )


def test_outputs_are_named_once_each() -> None:
    pair, single = made({"outputs": ("y", "h")})(), Good()
    assert name_outputs(pair, (1, 2)) == {"y": 1, "h": 2}
    assert name_outputs(single, {"z": 1}) == {"z": 1}
    with pytest.raises(CaseError, match=r"Good \(.*test_definition.py.*\): 2 outputs, but outputs = \('y',\) names 1"):
        name_outputs(single, (1, 2))
    with pytest.raises(CaseError, match=r"Bad \(.*\): one output, but outputs = \('y', 'h'\) names 2"):
        name_outputs(pair, 1)


def test_outputs_of_an_unknown_type_are_never_left_out() -> None:
    def flat(**outputs: Any) -> dict[str, Any]:
        return dict(flatten_outputs(Good(), outputs, lambda value: isinstance(value, np.ndarray)))

    assert set(flat(y={"a": np.ones(2), "b": [1.0, True]})) == {"y/a", "y/b/0", "y/b/1"}
    for value in (None, "text", object()):
        text = f"output 'y/0' is of type {type(value).__name__}, which cannot be compared; return tensors, numbers, or"
        with pytest.raises(CaseError, match=rf"Good \(.*\): {text}"):
            flat(y=[value])


def test_a_bad_class_is_one_error_and_the_others_run(project: Project) -> None:
    project.cases(function_case("Bad", facts="vanishin = ()") + function_case("Fine"))
    result = project.run("--continue-on-collection-errors")
    result.assert_outcomes(errors=1, passed=2)
    result.stdout.fnmatch_lines(
        [
            "*ERROR collecting test_cases.py*",
            "Bad (*test_cases.py:5): no fact is named 'vanishin'; did you mean 'vanishing'?",
        ]
    )
    result.stdout.fnmatch_lines("ERROR test_cases.py::Bad")
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*definition.py:*")
    assert project.run().ret == pytest.ExitCode.INTERRUPTED


def test_what_only_a_run_can_show_is_said_without_a_traceback(project: Project) -> None:
    project.cases(
        function_case("Unknown", keras="return None")
        + function_case("Two", torch="return x, x")
        + function_case("Empty").replace("'x': rng.normal(size=3)", "")
        + function_case("Fine")
    )
    result = project.run()
    result.assert_outcomes(failed=6, passed=2)
    result.stdout.fnmatch_lines(
        [
            "broken (yours): own:ops/Unknown?default? agree float64, seed 0",
            "  Unknown (*test_cases.py:5): output 'y' is of type NoneType, which cannot be compared; return tensors,*",
            "broken (yours): own:ops/Two?default? agree float64, seed 0",
            "  Two (*test_cases.py:*): 2 outputs, but outputs = ('y',) names 1; name each output once, in order",
            "broken (definition): own:ops/Empty?default? agree float64, seed 0",
            "  Empty (*test_cases.py:*): keras(keras, x): missing a required argument: 'x'; write keras(self, keras)",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
