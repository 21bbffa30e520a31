"""The checks of the standard level: slopes, repetition, half precision; and inputs kept away from kinks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from project import AFFINE, Project, function_case

from pytest_fwparity.cases import DefinitionError, FunctionCase
from pytest_fwparity.cases.drawing import NearKink, draw
from pytest_fwparity.verdict.blame import Evidence, blame
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.linearity import kinks
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.oracle import Slope, slopes_agree
from pytest_fwparity.verdict.repetition import same_bits
from pytest_fwparity.verdict.rule import semantic

Y = np.random.default_rng(0).normal(size=(3, 4))


def test_what_the_standard_level_adds(project: Project) -> None:
    project.cases(function_case("Twice"))
    assert [name.split("::")[-1] for name in project.ids("--fwparity-level", "standard")] == [
        "agree[default-float64]",
        "agree[default-float32]",
        "agree[default-bfloat16]",
        "agree[default-float16]",
        "gradient[default-float64]",
        "repeat[default-float32]",
    ]


def test_repetitions_come_last_and_in_reverse(project: Project) -> None:
    project.cases(function_case("First") + function_case("Second"))
    names = [name.split("::", 1)[1] for name in project.ids("--fwparity-level", "standard")]
    assert names[-2:] == ["Second::repeat[default-float32]", "First::repeat[default-float32]"]


def test_a_dtype_that_a_case_cannot_bear_is_left_out_with_its_reason(project: Project) -> None:
    project.cases(function_case("Twice", facts="without = {'*-float16': 'its squares underflow'}"))
    result = project.run("--fwparity-level", "standard", "-k", "float16", "-rs")
    result.stdout.fnmatch_lines(
        ["SKIPPED ?1? *NumPy has no bfloat16*", "SKIPPED ?1? *: not run: its squares underflow"]
    )


@pytest.mark.parametrize("side", ["fake-torch", "fake-*"])
def test_a_dtype_that_a_case_cannot_bear_on_some_sides_alone(project: Project, side: str) -> None:
    project.cases(function_case("Twice", facts=f"without = {{'{side}:*-float32': 'too narrow there'}}"))
    result = project.run("-k", "float", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED ?1? *: not run: too narrow there"])


def test_a_dtype_that_a_case_cannot_bear_on_a_side_that_takes_no_part(project: Project) -> None:
    project.cases(function_case("Twice", facts="without = {'keras-jax:*-float32': 'too narrow there'}"))
    project.run("-k", "float").assert_outcomes(passed=2)


@pytest.mark.parametrize("deterministic", [True, False])
def test_bits_that_change_from_run_to_run(project: Project, deterministic: bool) -> None:
    facts = "" if deterministic else "deterministic = ()"
    restless = "torch.runs = getattr(torch, 'runs', 0) + 1\nreturn 2 * x + (torch.runs % 7) * 1e-6"
    project.cases(function_case("Restless", torch=restless, facts=facts))
    result = project.run("--fwparity-level", "standard", "-k", "repeat")
    result.assert_outcomes(failed=int(deterministic), passed=int(not deterministic))
    result.stdout.fnmatch_lines(
        "*y?*? on fake-torch is * once and * in run 2 of the same worker, with the same inputs*"
    )


def slope(product: float, exact: float = 2.0, error: float = 0.0) -> Slope:
    steps = (1e-2, 1e-3)
    central = [(exact + error * h * h, exact + error * h * h / 4) for h in steps]
    return Slope(name="direction 1", product=product, norm=4.0, steps=steps, central=central)


def test_a_gradient_is_the_slope_or_not() -> None:
    assert slopes_agree("torch", [slope(2.0), slope(2.0, error=50.0)])[0].good
    (found,) = slopes_agree("torch", [slope(2.0 * (1 + 1e-6))])
    assert (found.fault, found.side) == ("oracle", "torch")
    assert found.lines[0].startswith("direction 1 on torch: the gradient gives a slope of 2.000002, its own outputs 2")
    assert found.lines[2] == "the backward pass of this side is not the derivative of its forward pass"
    assert slopes_agree("torch", [slope(float("nan"))])[0].fault == "oracle"
    assert slopes_agree("torch", [slope(2.0, error=1e5)])[0].unsure.endswith("the function has a kink there")


def test_the_same_bits_or_not() -> None:
    def measured(values: Any) -> Measured:
        return Measured(side="torch", arrays={"y": np.asarray(values, np.float32)})

    again = [("run 1", measured(Y)), ("run 2", measured(Y))]
    assert all(finding.good and not finding.lines for finding in same_bits("torch", again, {}, "float32", True))
    moved = Y.astype(np.float32)
    moved[1, 2] = np.nextafter(moved[1, 2], np.float32(9))
    other = [("run 1", measured(Y)), ("run 2", measured(moved))]
    (found,) = same_bits("torch", other, {}, "float32", True)
    assert found.fault == "nondeterministic"
    assert found.lines[0].startswith("y[1, 2] on torch is ")
    assert "1 of 12 elements differ, by up to " in found.lines[1]
    assert same_bits("torch", other, {}, "float32", False)[0].good
    zeros = [("run 1", measured([0.0])), ("run 2", measured([-0.0]))]
    assert same_bits("torch", zeros, {}, "float32", True)[0].fault == "nondeterministic"


class Kinked(FunctionCase):
    rows = 6

    def inputs(self, rng: Any) -> dict[str, Any]:
        return {"x": rng.uniform(-1, 1, size=(400, 2))}

    def margin(self, x: Any) -> Any:
        return np.abs(x).min(-1)


def test_only_entries_near_a_kink_are_drawn_again() -> None:
    fine, coarse = (
        draw(Kinked(), "own:ops/Kinked", 0, dtype, dtype).arrays["inputs/0/x"] for dtype in ("float32", "bfloat16")
    )
    assert np.abs(coarse).min() >= 2 * 2.0**-8
    near = np.abs(fine).min(-1) < 2 * 2.0**-8
    assert 0 < near.sum() < 40
    assert np.abs(coarse - fine)[~near].max() < 2.0**-8


def test_no_draw_that_keeps_away() -> None:
    class Always(Kinked):
        def margin(self, x: Any) -> Any:
            return np.zeros(len(x))

    with pytest.raises(NearKink, match=r"400 of 400 entries are still within 1\.19e-07 of a kink after 200 draws"):
        draw(Always(), "own:ops/Always", 0)

    class Misshapen(Kinked):
        def margin(self, x: Any) -> Any:
            return np.zeros(3)

    with pytest.raises(
        DefinitionError, match=r"margin\(\) has shape \(3,\), which is not the leading shape of 'x', \(400, 2\)"
    ):
        draw(Misshapen(), "own:ops/Misshapen", 0)


def test_elements_that_a_rounding_takes_over_a_kink_are_masked() -> None:
    smooth = {"y": np.array([1.0, 2.0, 3.0]) * 2.0**-8}
    fine = {"y": smooth["y"] / 256}
    assert kinks(smooth, fine) == {}
    jumped = {"y": smooth["y"] * np.array([1.0, 1.0, 200.0])}
    assert kinks(jumped, fine)["y"].tolist() == [False, False, True]


def side(name: str, factor: float) -> Measured:
    return Measured(side=name, arrays={"y": Y * factor, "grad x": Y})


def voted(**factors: float) -> str:
    sides = [side(name.replace("_", "-"), factor) for name, factor in factors.items()]
    kernels = {"torch": "torch", "keras-torch": "torch", "keras-jax": "jax", "keras-tensorflow": "tensorflow"}
    verdict = decide([f for other in sides[1:] for f in semantic(sides[0], other, {"y": np.abs(Y) * 2.0**-24})])
    return blame(verdict, Evidence(sides=sides, movement={}, kernels=kernels)).message.splitlines()[-1]


def test_independent_kernels_vote() -> None:
    assert voted(torch=1, keras_tensorflow=1.1, keras_jax=1) == (
        "hint: torch and keras-jax, whose kernels are independent, agree; keras-tensorflow is off"
    )
    assert voted(torch=1.1, keras_tensorflow=1, keras_jax=1) == (
        "hint: keras-tensorflow and keras-jax, whose kernels are independent, agree; torch is off "
        "(but both run Keras' own Python code: a fault there would look the same)"
    )
    assert "unknown" in voted(torch=1, keras_torch=1, keras_tensorflow=1.1)
    assert voted(torch=1, keras_torch=1, keras_tensorflow=1.1).endswith(
        "torch and keras-torch share kernels and have one vote"
    )
    assert voted(torch=1, keras_torch=1, keras_tensorflow=1.1, keras_jax=1.1).startswith(
        "hint: keras-tensorflow and keras-jax"
    )


def test_finite_differences_tell_whose_gradient_is_off() -> None:
    sides = [side("torch", 1), Measured(side="keras", arrays={"y": Y, "grad x": Y * 1.1})]
    verdict = decide(semantic(sides[0], sides[1], {name: np.abs(Y) * 2.0**-24 for name in ("y", "grad x")}))
    slopes = {"torch": [slope(2.0)], "keras": [slope(2.2)]}
    blamed = blame(verdict, Evidence(sides=sides, movement={}, slopes=slopes))
    assert (blamed.blamed, blamed.blamed_by) == (("keras",), "finite differences")
    assert blamed.message.splitlines()[-1] == (
        "blame: finite differences of its own outputs agree with the gradient of torch, not of keras (off by 0.1 of the slope)"
    )


def test_a_gradient_that_is_no_slope_fails_its_item(project: Project) -> None:
    """The fake's complex step sees what real differences do not."""
    project.cases(AFFINE.replace("x @ kernel + bias", "x @ kernel + bias + 0.1 * (x - x.real).sum()"))
    result = project.run("--fwparity-level", "standard", "-k", "gradient and default")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        "*oracle: direction 1 on fake-keras: the gradient gives a slope of *, its own outputs *"
    )
