"""Speed on PyTorch: the module with its weights loaded, called as a user calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run, flatten_outputs, name_outputs
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_torch.layers import nested_leaves
from pytest_fwparity.sides.on_torch.training import load, weight_tensors
from pytest_fwparity.sides.timing import timed
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def speed(side: TorchSide, case: Any, request: Request) -> Run:
    """``forward`` (no gradients) or ``step`` (forward, backward and an SGD update; for a training its own step)."""
    torch = side.torch

    def wait(value: Any) -> None:
        if side.device.startswith("cuda"):
            torch.cuda.synchronize()

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        make = _training_step if request.options["kind"] == "training" else _layer_call
        return timed(lambda: make(side, case, request, arrays), wait, request, side.peak_memory)

    return run


def _layer_call(side: TorchSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray]) -> Callable[[], Any]:
    torch = side.torch
    weights = weight_tensors(side, arrays, request.dtype)
    built = case.torch(torch)
    if isinstance(built, torch.nn.Module):
        module = load(side, case, weights, request.dtype, built)
        parameters = list(module.parameters())
    else:
        mapped = case.torch_weights(torch, **weights)
        parameters = [value.contiguous().requires_grad_() for value in mapped.values() if value.is_floating_point()]
        module = partial(built, **dict(zip(mapped, parameters, strict=True)))
    leaves: dict[str, Any] = {}
    inputs = case.torch_inputs(torch, **nested_leaves(side, arrays, request.skeleton[0], 0, 1, request.dtype, leaves))
    form = request.options.get("form")

    def plain(inputs: dict[str, Any]) -> Any:
        return case.torch_call(torch, module, **inputs)

    call = side.compile(plain, form) if form else plain

    def forward() -> Any:
        with torch.no_grad():
            return call(inputs)

    if request.options["mode"] == "forward":
        return forward
    optimizer = torch.optim.SGD(parameters, 1e-3) if parameters else None

    def step() -> None:
        returned = name_outputs(case, call(inputs))
        floats = [
            v for _, v in flatten_outputs(case, returned, side.is_tensor) if side.is_tensor(v) and v.requires_grad
        ]
        loss = sum(value.square().mean() for value in floats)
        if optimizer is not None:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if optimizer is not None:
            optimizer.step()

    return step


def _training_step(side: TorchSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray]) -> Callable[[], Any]:
    torch = side.torch
    module = load(side, case, weight_tensors(side, arrays, request.dtype), request.dtype)
    optimizer = case.torch_optimizer(torch, list(module.parameters()))
    rows = slice(0, int(case.batch))
    data = {name: side.tensor(arrays[f"inputs/0/{name}"][rows], request.dtype) for name in request.skeleton[0]}
    data = case.torch_inputs(torch, **data)
    target = data.pop("target")
    steps = iter(range(1 << 30))

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        y = module(*data.values()) if len(data) == 1 else module(**data)
        case.torch_loss(torch, y, target).backward()
        case.torch_step(torch, optimizer, next(steps))

    return step
