"""Losses and metrics on PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.cases.loss import setting_names
from pytest_fwparity.sides.adapter import Results, Run
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_torch.layers import add_outputs_and_gradients, nested_leaves
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def loss(side: TorchSide, case: Any, request: Request) -> Run:
    """One value per sample, then Keras' reductions with and without sample weights and a mask."""
    torch = side.torch

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        sample_weight = side.tensor(arrays["sample_weight"], request.dtype)
        mask = side.tensor(arrays["mask"], request.dtype)
        for suffix, reduction, weighted, masked in setting_names(request.options.get("reductions", case.reductions)):
            leaves: dict[str, Any] = {}
            inputs = nested_leaves(side, arrays, request.skeleton[0], 0, 1, request.dtype, leaves)
            values = case.torch(torch, **case.torch_inputs(torch, **inputs))
            value = case.torch_reduce(
                torch, values, reduction, sample_weight if weighted else None, mask if masked else None
            )
            chosen = {f"{name}[{suffix}]": leaves[name] for name in case.differentiate}
            add_outputs_and_gradients(side, results, [(f"y[{suffix}]", value)], chosen, cotangents)
        return results

    return run


def metric(side: TorchSide, case: Any, request: Request) -> Run:
    """The function of everything seen so far, after each update."""
    torch = side.torch

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        seen: dict[str, list[Any]] = {}
        for index, skeleton in enumerate(request.skeleton):
            for name in skeleton:
                seen.setdefault(name, []).append(side.tensor(arrays[f"inputs/{index}/{name}"], request.dtype))
            joined = {name: torch.cat(parts) for name, parts in seen.items()}
            side.add(results, f"result[{index}]", case.torch(torch, **joined))
        return results

    return run
