"""From a case to its arrays: rounding to a dtype's grid, nested inputs, several calls, what each kind adds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytest_fwparity import DefinitionError, FunctionCase, LayerCase, LossCase, MetricCase, OptimizerCase, ScheduleCase
from pytest_fwparity.cases.drawing import arrays_of, draw
from pytest_fwparity.formats import snap

#: significand bits (the hidden one counted), smallest normal exponent, largest finite value
GRIDS = {
    "float32": (24, -126, float(np.finfo(np.float32).max)),
    "float16": (11, -14, 65504.0),
    "bfloat16": (8, -126, 2.0**127 * (2 - 2**-7)),
}


def on_grid(value: float, dtype: str) -> float:
    """``value`` rounded to nearest even by exact arithmetic: no narrow dtype is used."""
    bits, least, largest = GRIDS[dtype]
    if value == 0 or not np.isfinite(value):
        return value
    step = 2.0 ** (max(int(np.floor(np.log2(abs(value)))), least) - bits + 1)
    rounded = float(np.rint(value / step) * step)
    return rounded if abs(rounded) <= largest else float(np.copysign(np.inf, value))


@pytest.mark.parametrize("dtype", GRIDS)
def test_snap_rounds_to_nearest_even(dtype: str) -> None:
    rng = np.random.default_rng(0)
    edges = [0.0, -0.0, 1.0, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-11, 1 + 3 * 2**-11, 65519.0, 65520.0, 1e-7, 2**-25, 3e38]
    values = np.concatenate([rng.normal(size=500) * 10.0 ** rng.uniform(-8, 8, 500), edges])
    values = values.astype(np.float32).astype(np.float64)
    expected = np.array([on_grid(float(value), dtype) for value in values])
    got = snap(values, dtype)
    assert got.dtype == np.float64
    assert np.array_equal(got, expected)
    assert np.array_equal(snap(got, dtype), got)
    assert np.array_equal(snap(-values, dtype), -expected)


def test_snap_leaves_what_is_not_finite() -> None:
    values = np.array([np.nan, np.inf, -np.inf])
    for dtype in (*GRIDS, "float64", ""):
        assert np.array_equal(snap(values, dtype), values, equal_nan=True)
    assert snap(np.array([np.pi]), "float64").tolist() == [np.pi]


class Nested(LayerCase):
    calls = 2

    def inputs(self, rng: Any) -> dict[str, Any]:
        states = [rng.normal(size=2), {"c": rng.normal(size=(2, 2))}]
        return {"x": rng.normal(size=(2, 3)), "states": states, "ids": np.array([1, 2]), "on": np.True_, "rate": 0.1}

    def weights(self, rng: Any) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(2, 2)).T}

    def keras(self, keras: Any) -> Any:
        return None

    def torch(self, torch: Any) -> Any:
        return None


def test_nested_inputs_and_several_calls() -> None:
    drawn = draw(Nested(), "own:layers/Nested", 0)
    one = {"x": None, "states": [None, {"c": None}], "ids": None, "on": None, "rate": None}
    assert drawn.skeleton == [one, one]
    names = ["x", "states/0", "states/1/c", "ids", "on", "rate"]
    expected = [f"inputs/{call}/{name}" for call in (0, 1) for name in names]
    assert sorted(drawn.arrays) == sorted([*expected, "weights/kernel"])
    assert not np.array_equal(drawn.arrays["inputs/0/x"], drawn.arrays["inputs/1/x"])
    kinds = {name: drawn.arrays[f"inputs/0/{name}"].dtype.kind for name in names}
    assert kinds == {"x": "f", "states/0": "f", "states/1/c": "f", "ids": "i", "on": "b", "rate": "f"}
    assert drawn.arrays["inputs/0/rate"].shape == ()
    assert drawn.arrays["weights/kernel"].flags.c_contiguous


def test_every_float_lies_on_the_float32_grid() -> None:
    for name, array in draw(Nested(), "own:layers/Nested", 0).arrays.items():
        if array.dtype.kind == "f":
            assert array.dtype == np.float64, name
            assert np.array_equal(array, array.astype(np.float32)), name
    assert arrays_of({"x": np.float64(0.1)}, "here").arrays["inputs/0/x"] == np.float32(0.1)


def test_lists_of_lists_of_arrays_are_nested_and_not_stacked() -> None:
    pair = [np.ones(2), np.zeros(2)]
    assert arrays_of({"states": [pair, pair]}, "here").skeleton == [{"states": [[None, None], [None, None]]}]


def test_the_seed_and_the_case_id_matter() -> None:
    def kernel(case_id: str, seed: int) -> bytes:
        return draw(Nested(), case_id, seed).arrays["weights/kernel"].tobytes()

    assert len({kernel("a", 0), kernel("a", 1), kernel("b", 0)}) == 3
    assert kernel("a", 0) == kernel("a", 0)


class Squared(LossCase):
    sample_rank = 1

    def inputs(self, rng: Any) -> dict[str, Any]:
        return {"y_true": rng.normal(size=(6, 2)), "y_pred": rng.normal(size=(6, 2))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return None

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return None


def test_a_loss_gets_sample_weights_and_a_mask() -> None:
    arrays = draw(Squared(), "own:losses/Squared", 0).arrays
    assert arrays["sample_weight"].shape == arrays["mask"].shape == (6,)
    assert arrays["mask"].dtype == bool
    assert arrays["mask"][0]
    assert not arrays["mask"][-1]
    assert ((arrays["sample_weight"] >= 0.5) & (arrays["sample_weight"] <= 2)).all()


class Counted(MetricCase):
    def updates(self, rng: Any) -> Any:
        return [{"y_true": np.array([1]), "y_pred": rng.random(1)} for _ in range(3)]

    def keras(self, keras: Any) -> Any:
        return None

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return None


class Stepped(OptimizerCase):
    steps = 3

    def keras(self, keras: Any) -> Any:
        return None

    def torch(self, torch: Any, params: Any) -> Any:
        return None


class Decayed(ScheduleCase):
    base_rate = 0.1

    def keras(self, keras: Any) -> Any:
        return None

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return None


def test_what_the_other_kinds_draw() -> None:
    assert len(draw(Counted(), "a", 0).skeleton) == 3
    steps = draw(Stepped(), "a", 0)
    assert len(steps.skeleton) == 3
    assert sorted(steps.arrays)[-2:] == ["weights/matrix", "weights/vector"]
    assert steps.arrays["inputs/2/matrix"].shape == (6, 4)
    assert draw(Decayed(), "a", 0).arrays == {"base_rate": np.float64(0.1)}


class NoUpdates(Counted):
    def updates(self, rng: Any) -> Any:
        return []


def test_a_metric_without_updates_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"NoUpdates \(.*\): updates\(\) returned"):
        draw(NoUpdates(), "a", 0)


def test_a_function_without_inputs_is_drawn_empty() -> None:
    class Constant(FunctionCase):
        def inputs(self, rng: Any) -> dict[str, Any]:
            return {}

        def keras(self, keras: Any) -> Any:
            return 1.0

        def torch(self, torch: Any) -> Any:
            return 1.0

    drawn = draw(Constant(), "a", 0)
    assert (drawn.arrays, drawn.skeleton) == ({}, [{}])
