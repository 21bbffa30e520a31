"""Losses and metrics on Keras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.cases.loss import setting_names
from pytest_fwparity.sides.adapter import Results, Run, nest
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_keras.layers import _parted, differentiate
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def loss(side: KerasSide, case: Any, request: Request) -> Run:
    """The loss object called with every reduction, with and without sample weights and a mask on the prediction."""
    keras, backend = side.keras, side.backend

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        inputs = {
            path: backend.tensor(value, request.dtype) for path, value in arrays.items() if path != "sample_weight"
        }
        mask = inputs.pop("mask")
        for suffix, reduction, weighted, masked in setting_names(request.options.get("reductions", case.reductions)):
            loss_object = case.keras(keras, reduction)
            # Fresh for each setting: on the torch backend a masked loss multiplies the caller's weights in place.
            weight = backend.tensor(arrays["sample_weight"], request.dtype)
            paths = [f"inputs/0/{name}" for name in case.differentiate]

            def compute(
                leaves: Sequence[Any],
                target: Any = loss_object,
                order: Sequence[str] = paths,
                name: str = suffix,
                weigh: bool = weighted,
                cover: bool = masked,
                given_weight: Any = weight,
            ) -> tuple[list[Any], Any]:
                given = {**inputs, **dict(zip(order, leaves, strict=True))}
                named = nest(request.skeleton[0], "inputs/0", lambda path: given[path])
                y_true, y_pred = named["y_true"], named["y_pred"]
                if cover:
                    y_pred = masked_copy(side, y_pred, mask)
                value = target(y_true, y_pred, sample_weight=given_weight if weigh else None)
                return _parted(side, {f"y[{name}]": value}, {})

            leaves = {f"{name}[{suffix}]": inputs[f"inputs/0/{name}"] for name in case.differentiate}
            part = differentiate(side, compute, leaves, cotangents)
            results.no_gradient += part.no_gradient
            for name, array in part.arrays.items():
                results.add(name, array, part.dtypes[name])
        return results

    return run


def masked_copy(side: KerasSide, y_pred: Any, mask: Any) -> Any:
    """A copy of the prediction that carries the mask, as a masking layer leaves it; the input itself stays clean."""
    copied = y_pred + side.keras.ops.zeros_like(y_pred)
    try:
        copied._keras_mask = mask
    except AttributeError:
        from keras.src import backend

        backend.set_keras_mask(copied, mask)
    return copied


def metric(side: KerasSide, case: Any, request: Request) -> Run:
    """The metric's result after each update."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        made = case.keras(side.keras)
        for index, skeleton in enumerate(request.skeleton):
            prefix = f"inputs/{index}"
            update = nest(skeleton, prefix, lambda path: side.backend.tensor(arrays[path], request.dtype))
            made.update_state(**update)
            side.add(results, f"result[{index}]", made.result())
        return results

    return run
