"""Slopes of a case's outputs: how often a worker runs the case for them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from pytest_fwparity.sides.slopes import FINER, STEPS, slopes
from pytest_fwparity.sides.wire import Request

SETTINGS = ("none", "sum", "sum,weighted", "sum,masked")


def test_the_settings_of_a_loss_share_their_runs() -> None:
    runs = []

    def run(arrays: Mapping[str, np.ndarray], cotangents: Any) -> Any:
        runs.append(arrays)
        y = np.square(arrays["inputs/0/y_pred"]).sum()
        return SimpleNamespace(arrays={f"y[{setting}]": np.asarray(y) for setting in SETTINGS})

    x = np.array([1.0, 2.0, 3.0])
    results = {f"y[{setting}]": np.asarray(14.0) for setting in SETTINGS}
    results |= {f"grad y_pred[{setting}]": 2 * x for setting in SETTINGS}
    request = Request(op="loss", options={"directions": 2}, arrays={"inputs/0/y_pred": x}, skeleton=[{"y_pred": None}])
    found = slopes(SimpleNamespace(), run, request, results)
    assert [entry["name"] for entry in found[:2]] == ["direction 1, none", "direction 1, sum"]
    assert len(found) == 2 * len(SETTINGS)
    assert len(runs) <= 2 * 2 * 2 * len((*STEPS, *FINER))  # not once more for each setting
