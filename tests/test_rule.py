"""The rule that decides: what agrees, what differs and in which words, what cannot be decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.cases.definition import LOW
from pytest_fwparity.verdict.blame import Evidence, blame
from pytest_fwparity.verdict.comparison import scale
from pytest_fwparity.verdict.constants import MOVEMENT_DELTA, UNIT, limits
from pytest_fwparity.verdict.distribution import same_distribution, within
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared, Measured, root_mean_square
from pytest_fwparity.verdict.outcome import AGREE, DIFFER, INCONCLUSIVE, Finding, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults
from pytest_fwparity.verdict.rule import precision, semantic

Y = np.random.default_rng(0).normal(size=(4, 5))


def side(name: str, arrays: Mapping[str, Any], **more: Any) -> Measured:
    return Measured(side=name, arrays={key: np.asarray(value) for key, value in arrays.items()}, **more)


def moved(arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The movement of results of condition 1."""
    return {
        key: np.where(np.isfinite(value), np.abs(value), 0) * MOVEMENT_DELTA
        for key, value in ((key, np.asarray(value)) for key, value in arrays.items())
        if value.dtype.kind == "f"
    }


def judged(torch: Mapping[str, Any], keras: Mapping[str, Any], vanishing: tuple[str, ...] = ()) -> Verdict:
    """The float64 verdict of two sides whose results have condition 1."""
    return decide(semantic(side("torch", torch), side("keras", keras), moved(torch), Declared(vanishing=vanishing)))


def blamed(
    verdict: Verdict, sides: list[Measured], expected: Any, movement: Any, outputs: tuple[str, ...] = ()
) -> Verdict:
    reference = side("the NumPy reference", expected) if expected is not None else None
    return blame(verdict, Evidence(sides=sides, movement=movement, reference=reference, outputs=outputs))


def working(got: Any, dtype: str, want: Any = Y, **more: Any) -> Verdict:
    """The verdict of one side in a working dtype."""
    found = precision(side("torch", {"y": got}), side("torch", {"y": want}), moved({"y": want}), dtype, **more)
    return decide(found)


def test_equal_results_agree() -> None:
    verdict = judged({"y": Y, "n": [1, 2]}, {"y": Y, "n": [1, 2]})
    assert (verdict.outcome, verdict.kind, verdict.compared, verdict.message) == (AGREE, "", 2, "")
    assert verdict.worst is not None
    assert (verdict.worst.units, verdict.worst.limit) == (0.0, 1024.0)


def test_rounding_agrees_and_is_measured_in_units() -> None:
    verdict = judged({"y": Y}, {"y": Y * (1 + 4 * UNIT["float64"])})
    assert verdict.outcome == AGREE
    assert verdict.worst is not None
    assert 0.5 < verdict.worst.units < 8


def test_a_relative_error_of_one_ten_millionth_differs() -> None:
    verdict = judged({"y": Y}, {"y": Y * (1 + 1e-7)})
    assert (verdict.outcome, verdict.kind) == (DIFFER, "leak")
    lines = verdict.message.splitlines()
    assert lines[0].startswith("leak: y[")
    assert ": keras " in lines[0]
    assert ", torch " in lines[0]
    assert lines[1].strip().startswith("difference ")
    assert "(relative 1e-07) = " in lines[1]
    assert lines[1].endswith(" units (limit 1024)")
    assert (
        lines[2].strip()
        == "one relative rounding of the inputs moves it by 1 roundings: rounding does not explain this"
    )
    assert lines[3].strip().startswith("20 of 20 elements beyond the limit; root mean square ")
    assert lines[4].strip() == "a constant rounded to float32, or an epsilon of 1e-7, is enough to explain this size"
    assert lines[5:] == [
        "compared 1 tensors; 0 agree",
        "first off: y; its inputs and weights are the same bytes on every side",
    ]


def test_the_scale_is_what_the_formula_says() -> None:
    y, m = np.array([3.0, -4.0]), np.array([2.0, 0.0]) * MOVEMENT_DELTA
    u = UNIT["float64"]
    lent = np.sqrt((2.0**2 + 0.0) / 2)
    assert scale(y, m, "float64") == pytest.approx(
        u * np.sqrt(np.array([2.0**2 + 9 + lent**2, 16 + lent**2])), rel=1e-12
    )
    assert scale(np.zeros(2), np.zeros(2), "float64").tolist() == [2.0**-1074] * 2


@pytest.mark.parametrize("torch_value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("keras_value", [np.nan, np.inf, -np.inf, 1.0])
def test_masks_of_what_is_not_finite_must_match(torch_value: float, keras_value: float) -> None:
    one, other = Y.copy(), Y.copy()
    one[1, 2], other[1, 2] = torch_value, keras_value
    for verdict in (judged({"y": one}, {"y": other}), judged({"y": other}, {"y": one})):
        if np.array_equal(torch_value, keras_value, equal_nan=True):
            assert verdict.outcome == AGREE
        else:
            assert (verdict.outcome, verdict.kind) == (DIFFER, "non-finite")
    if not np.array_equal(torch_value, keras_value, equal_nan=True):
        line = f"non-finite: y[1, 2] is {keras_value} on keras, but {torch_value} on torch (1 such elements)"
        assert judged({"y": one}, {"y": other}).message.splitlines()[0] == line


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nothing_finite_on_any_side_proves_nothing(value: float) -> None:
    assert judged({"y": np.full(3, value)}, {"y": np.full(3, value)}).kind == "vacuous"


@pytest.mark.parametrize("fill", [-1e9, -np.inf])
def test_a_fill_value_hides_no_error_beside_it(fill: float) -> None:
    want = np.array([0.25, 0.5, fill, fill])
    movement = {"y": np.array([0.25, 0.5, 0.0, 0.0]) * MOVEMENT_DELTA}
    got = want * np.array([1.01, 1, 1, 1])
    exact = decide(semantic(side("torch", {"y": want}), side("keras", {"y": got}), movement))
    assert (exact.kind, exact.message.split(":")[1]) == ("semantic", " y[0]")
    single = decide(precision(side("torch", {"y": got}), side("torch", {"y": want}), movement, "float32"))
    assert (single.kind, single.message.split(":")[1]) == ("imprecise", " y[0]")
    assert (
        decide(precision(side("torch", {"y": want}), side("torch", {"y": want}), movement, "float32")).outcome == AGREE
    )


def test_a_wrong_fill_value_differs() -> None:
    assert judged({"y": [1.0, -1e9]}, {"y": [1.0, -1e9 * (1 + 1e-7)]}).kind == "leak"


def test_zero_everywhere_proves_nothing() -> None:
    verdict = judged({"y": Y, "grad x[0]": [0.0], "grad x[1]": [0.0]}, {"y": Y, "grad x[0]": [0.0], "grad x[1]": [0.0]})
    assert (verdict.outcome, verdict.kind) == (DIFFER, "vacuous")
    lines = verdict.message.splitlines()
    assert lines[0] == "vacuous: 'grad x' is 0 everywhere on every side: nothing was compared"
    assert lines[1].strip() == "give inputs that move it, or declare vanishing = ('grad x',)"
    once = {"y": Y, "grad x[0]": [0.0], "grad x[1]": [2.0]}
    assert judged(once, once).outcome == AGREE


def test_no_gradient_on_any_side_is_named() -> None:
    none = {"y": Y, "grad x": np.zeros(2)}
    left, right = (side(name, none, no_gradient=["grad x"]) for name in ("torch", "keras"))
    message = decide(semantic(left, right, moved(none))).message
    assert message.startswith(
        "vacuous: 'grad x' is 0 everywhere on every side; there is no gradient at all on torch and keras: nothing was"
    )


def test_nothing_compared_proves_nothing() -> None:
    assert decide([]).message == "vacuous: no tensor was compared"
    assert decide([]).outcome == DIFFER
    for arrays in ({}, {"y": np.zeros((0, 3))}):
        verdict = judged(arrays, arrays)
        assert verdict.kind == "vacuous"
        assert verdict.message.startswith("vacuous: no tensor was compared: no side gave any element")


def test_an_empty_tensor_beside_others_agrees() -> None:
    arrays = {"y": Y, "none": np.zeros((0, 3))}
    assert judged(arrays, arrays).outcome == AGREE


def test_a_missing_output_differs_from_either_side() -> None:
    both, one = {"y": Y, "h": Y}, {"y": Y}
    verdict = judged(both, one)
    assert (verdict.kind, verdict.compared) == ("missing", 2)
    assert verdict.message.splitlines()[:2] == [
        "missing: 'h' is missing on keras, which gives ['y']",
        "    torch gives ['h', 'y']",
    ]
    assert judged(one, both).message.startswith("missing: 'h' is missing on torch, which gives ['y']")


def test_shapes_and_kinds_of_dtype() -> None:
    shape = judged({"y": Y}, {"y": Y[:, :1]})
    assert shape.message.startswith("shape: 'y' has shape (4, 5) on torch, but (4, 1) on keras")
    assert judged({"y": [1.0]}, {"y": 1.0}).kind == "shape"
    dtype = judged({"y": [1, 0]}, {"y": [1.0, 0.0]})
    assert dtype.message.startswith("dtype: 'y' is int64 on torch, but float64 on keras")
    assert judged({"y": [True]}, {"y": [1]}).kind == "dtype"


def test_integers_compare_exactly_and_their_width_does_not_matter() -> None:
    wide, narrow = np.array([1, 2**40], np.int64), np.array([1, 2**31 - 1], np.int32)
    assert judged({"n": wide[:1]}, {"n": narrow[:1]}).outcome == AGREE
    assert judged({"n": np.array([200], np.uint8)}, {"n": [200]}).outcome == AGREE
    verdict = judged({"n": wide}, {"n": narrow})
    assert verdict.message.startswith(
        "integer: n[1] is 1099511627776 on torch, but 2147483647 on keras (1 such elements)"
    )
    assert judged({"n": [2**62]}, {"n": [2**62 + 1]}).kind == "integer"
    assert judged({"n": np.array([-1])}, {"n": np.array([2**64 - 1], np.uint64)}).kind == "integer"
    assert judged({"b": [True, False]}, {"b": [True, True]}).kind == "integer"


def test_a_lone_gradient() -> None:
    some, none = {"y": Y, "grad x": [0.0, -2.5]}, {"y": Y, "grad x": [0.0, 0.0]}
    lone = decide(semantic(side("torch", some), side("keras", none, no_gradient=["grad x"]), moved(some)))
    assert lone.kind == "gradient"
    assert lone.message.startswith(
        "gradient: 'grad x' does not exist on keras (nothing connects it to the outputs), but is up to 2.5 on torch"
    )
    other = decide(semantic(side("torch", none, no_gradient=["grad x"]), side("keras", some), moved(none)))
    assert other.message.startswith("gradient: 'grad x' does not exist on torch")


def test_vanishing_results() -> None:
    tiny = {"y": Y, "grad x": Y, "grad b": [3e-17]}
    other = {"y": Y, "grad x": Y, "grad b": [-2e-17]}
    assert judged(tiny, other, ("grad b",)).outcome == AGREE
    assert judged({**tiny, "grad b": [0.0]}, {**tiny, "grad b": [0.0]}, ("grad b",)).outcome == AGREE
    undeclared = judged(tiny, other)
    assert undeclared.kind == "semantic"
    hint = "both are 0 up to rounding: if they are 0 in exact arithmetic, declare vanishing = ('grad b',)"
    assert hint in undeclared.message
    stale = judged({**tiny, "grad b": [0.5]}, {**tiny, "grad b": [0.5]}, ("grad b",))
    assert (stale.outcome, stale.kind) == (DIFFER, "vanishing")
    assert stale.message.startswith(
        "vanishing: 'grad b' is declared vanishing, but is up to 0.5 on torch, where rounding"
    )
    one = judged(tiny, {**tiny, "grad b": [1e-9]}, ("grad b",))
    assert one.message.startswith("vanishing: 'grad b' is declared vanishing, but is up to 1e-09 on keras")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_vanishing_result_that_is_not_finite_on_one_side(value: float) -> None:
    good, bad = {"y": Y, "grad x": Y, "grad b": [0.0]}, {"y": Y, "grad x": Y, "grad b": [value]}
    assert judged(bad, good, ("grad b",)).kind == "vanishing"
    assert judged(good, bad, ("grad b",)).kind == "vanishing"


def test_an_ill_conditioned_result_is_inconclusive() -> None:
    y = np.array([1e-6, -2e-6])
    movement = {"y": np.array([1e3, 1e3]) * MOVEMENT_DELTA}
    verdict = decide(semantic(side("torch", {"y": y}), side("keras", {"y": y}), movement))
    assert (verdict.outcome, verdict.kind) == (INCONCLUSIVE, "hidden")
    assert verdict.message.startswith("'y': 1024 units are ")
    assert verdict.message.endswith("so that a fault of 1e-7 would not be seen; condition the case better")


def test_a_fault_beside_something_inconclusive_is_a_fault() -> None:
    found = [Finding(name="a", unsure="unsure"), Finding(name="b", fault="shape", lines=("wrong",)), Finding(name="c")]
    verdict = decide(found)
    assert verdict.outcome == DIFFER
    assert verdict.message == "shape: wrong\ncompared 3 tensors; 1 agree: c"
    assert decide([found[0], found[2]]).outcome == INCONCLUSIVE


def test_many_faults_are_shown_in_part() -> None:
    found = [Finding(name=f"y[{i}]", fault="shape", lines=(f"wrong {i}",)) for i in range(5)]
    assert decide(found).message.splitlines() == [
        "shape: wrong 0",
        "shape: wrong 1",
        "shape: wrong 2",
        "also off: y[3], y[4]",
        "compared 5 tensors; 0 agree",
    ]


def test_a_movement_without_bound_is_inconclusive() -> None:
    verdict = decide(semantic(side("torch", {"y": Y}), side("keras", {"y": Y}), {"y": np.full(Y.shape, np.inf)}))
    assert verdict.outcome == INCONCLUSIVE
    assert "its scale is not finite; the inputs move it without bound" in verdict.message


@pytest.mark.parametrize(("dtype", "step"), [("float32", 2.0**-24), ("bfloat16", 2.0**-8), ("float16", 2.0**-11)])
def test_working_precision(dtype: str, step: float) -> None:
    wobble = np.where(np.arange(20).reshape(4, 5) % 2, 1.0, -1.0)
    assert working(Y * (1 + wobble * step), dtype).outcome == AGREE
    drift = working(Y * (1 + wobble * step * 20), dtype)
    assert (drift.outcome, drift.kind) == (DIFFER, "imprecise")
    assert f"torch {dtype} " in drift.message
    assert ", torch float64 " in drift.message
    assert "root mean square " in drift.message.splitlines()[1]
    assert drift.message.splitlines()[1].endswith(" units (limit 8)")
    local = Y.copy()
    local[2, 2] *= 1 + 150 * step
    assert working(local, dtype).message.splitlines()[1].endswith(" units (limit 64)")
    zero = Y.copy()
    zero[0, 0] = 0
    assert working(zero, dtype).kind == "imprecise"


def test_a_result_that_overflows_in_the_working_dtype() -> None:
    high = Y.copy()
    high[0, 0] = np.inf
    verdict = working(high, "float16")
    assert (verdict.outcome, verdict.kind) == (DIFFER, "overflow")
    assert verdict.message.startswith("overflow: y[0, 0] is inf on torch float16, but ")
    assert working(Y, "float16", high).kind == "non-finite"


def test_precision_that_is_hidden_is_inconclusive() -> None:
    y = np.array([1.0, 2.0])
    movement = {"y": np.array([1e6, 1e6]) * MOVEMENT_DELTA}
    verdict = decide(precision(side("torch", {"y": y}), side("torch", {"y": y}), movement, "float32"))
    assert verdict.outcome == INCONCLUSIVE
    assert verdict.message.endswith(
        "of its size, which hides the signal; raise the precision or condition the case better"
    )


def test_dtypes_that_were_not_asked_for() -> None:
    measured = side("keras", {"y": Y, "n": [1]}, dtypes={"y": "float32", "n": "int64"})
    (found,) = dtype_faults(measured, "float64")
    assert (found.fault, found.lines) == ("dtype", ("'y' is float32 on keras, but should be float64",))
    assert dtype_faults(measured, "float32") == []


def test_the_reference_says_who_is_off() -> None:
    torch, keras = side("torch", {"y": Y}), side("keras", {"y": Y * (1 + 1e-3)})
    verdict = decide(semantic(torch, keras, moved({"y": Y})))
    told = blamed(verdict, [torch, keras], {"y": Y}, moved({"y": Y})).message
    line = told.splitlines()[-1]
    assert line.startswith("blame: the NumPy reference agrees with torch (0 units), not with keras (")
    neither = blamed(verdict, [torch, keras], {"y": -Y}, moved({"y": Y})).message
    assert neither.splitlines()[-1].startswith("blame: the NumPy reference agrees with no side, not with torch (")
    unknown = blamed(verdict, [torch, keras], None, moved({"y": Y}), ("y",)).message
    assert unknown.splitlines()[-1] == (
        "blame: unknown; give the case a NumPy reference() of 'y' to settle it, or add a side with kernels of its own for a "
        "hint: --fwparity-sides torch,keras-tensorflow,keras-jax"
    )


def test_nobody_is_blamed_for_agreement_and_the_other_shape_for_a_shape() -> None:
    torch = side("torch", {"y": Y})
    verdict = decide(semantic(torch, side("keras", {"y": Y}), moved({"y": Y})))
    assert blamed(verdict, [torch], {"y": -Y}, {}) == verdict
    keras = side("keras", {"y": Y[:1]})
    verdict = decide(semantic(torch, keras, moved({"y": Y})))
    assert blamed(verdict, [torch, keras], {"y": Y}, moved({"y": Y})).blamed == ("keras",)
    unknown = blamed(verdict, [torch, keras], None, moved({"y": Y}), ("y",))
    assert not unknown.blamed and "blame: unknown; give the case a NumPy reference() of 'y'" in unknown.message


def test_a_gradient_alone_that_differs_is_the_backward_pass() -> None:
    torch, keras = side("torch", {"y": Y, "grad x": Y}), side("keras", {"y": Y, "grad x": Y * 1.01})
    verdict = decide(semantic(torch, keras, moved(torch.arrays)))
    text = blamed(verdict, [torch, keras], {"y": Y}, moved(torch.arrays)).message
    assert "first off: grad x; every output before it agrees, so that it is a backward pass that is off" in text
    assert text.endswith("blame: unknown; finite differences do not tell")


def test_blame_with_a_third_side_that_lacks_the_output() -> None:
    sides = [side("torch", {"y": Y}), side("keras-tensorflow", {"y": Y * 1.01}), side("keras-jax", {"z": Y})]
    movement = moved({"y": Y})
    verdict = decide(semantic(sides[0], sides[1], movement) + semantic(sides[0], sides[2], movement))
    text = blamed(verdict, sides, {"y": Y}, movement).message
    assert "agrees with torch (0 units), not with keras-tensorflow (" in text


def test_the_worst_finding_is_the_nearest_to_its_limit() -> None:
    found = (Finding(name="a", units=7, limit=8), Finding(name="b", units=50, limit=1024), Finding(name="c"))
    assert Verdict(outcome=AGREE, findings=found).worst == found[0]
    assert Verdict(outcome=AGREE, findings=found[2:]).worst is None


def drawn(seed: int, **more: float) -> Measured:
    return side(f"side {seed}", {"y": np.random.default_rng(seed).normal(size=(50, 80), **more)})


def test_equal_distributions_agree_and_others_differ() -> None:
    (same,) = same_distribution(drawn(0), drawn(1))
    assert same.good
    assert 0 < same.units < 1
    for more in ({"loc": 0.3}, {"scale": 1.5}):
        (apart,) = same_distribution(drawn(0), drawn(1, **more))
        assert apart.fault == "distribution"
        assert apart.units > 1
        assert apart.lines[0].startswith("'y': the distributions are 0.")
        assert apart.lines[0].endswith(" for 4000 and 4000 draws, false alarms 1e-09)")
        assert apart.lines[1].startswith("side 0: mean ")
        assert apart.lines[2].startswith("side 1: mean ")


def test_one_value_outside_the_support_is_told_with_its_side() -> None:
    values = np.linspace(-2, 2, 1001)
    (inside,) = within(side("torch", {"y": values}), (-2.0, 2.0))
    assert inside.good
    assert within(side("torch", {"y": values}), None) == []
    for odd in (2.0001, np.nan):
        (outside,) = within(side("keras", {"y": np.append(values, odd)}), (-2.0, 2.0))
        assert (outside.fault, outside.side) == ("support", "keras")
        assert outside.lines == (f"'y': 1 of 1002 values on keras lie outside [-2, 2], the first is {odd:.9g}",)


def test_constants_and_what_is_not_finite_are_no_distributions() -> None:
    constant = side("torch", {"y": np.full(4000, 0.5)})
    assert same_distribution(constant, constant)[0].fault == "distribution"
    holed = drawn(0).arrays["y"].copy()
    holed[0, 0] = np.nan
    assert same_distribution(drawn(0), side("keras", {"y": holed}))[0].fault == "distribution"


def test_root_mean_square_of_what_has_no_square() -> None:
    """Unset memory holds such numbers."""
    assert root_mean_square(np.array([3e200, -4e200, 0.0])) == pytest.approx(5e200 / 3**0.5)
    assert root_mean_square(np.array([3.0, -4.0, 0.0])) == pytest.approx(5 / 3**0.5)
    assert root_mean_square(np.array([])) == 0.0


@pytest.mark.parametrize("device", ["cpu", "cuda", "rocm"])
def test_every_dtype_of_a_device_has_limits(device: str) -> None:
    """A GPU run asks for tf32 beside the others; a device without limits of its own has those of the CPU."""
    for dtype in ("float64", *LOW):
        if dtype != "tf32" or device == "cuda":
            assert limits(dtype, device), dtype
