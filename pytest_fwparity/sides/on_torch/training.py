"""Training on PyTorch: the explicit loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_torch.layers import autocast
from pytest_fwparity.sides.on_torch.optimizers import force, optimizer_state
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def training(side: TorchSide, case: Any, request: Request) -> Run:
    """Forward, backward, step for each batch; loss and every weight after it."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        weights = weight_tensors(side, arrays, request.dtype)
        module = load(side, case, weights, request.dtype)
        return loop(side, case, request, arrays, weights, module, module)

    return run


def weight_tensors(side: TorchSide, arrays: Mapping[str, np.ndarray], dtype: str) -> dict[str, Any]:
    """The case's weights in Keras' layout."""
    return {
        name.split("/", 1)[1]: side.tensor(array, dtype)
        for name, array in arrays.items()
        if name.startswith("weights/")
    }


def load(side: TorchSide, case: Any, weights: Mapping[str, Any], dtype: str, built: Any = None) -> Any:
    """The module (``built`` already, or built here) with the case's weights loaded, as a user would run it."""
    torch = side.torch
    built = case.torch(torch) if built is None else built
    module = built.to(device=side.device, dtype=side.dtype(dtype))
    mapped = case.torch_weights(torch, **weights)
    side.check_weights(case, module, mapped)
    owned = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    with torch.no_grad():
        for name, value in mapped.items():
            owned[name].copy_(value)
    return module


def loop(
    side: TorchSide,
    case: Any,
    request: Request,
    arrays: Mapping[str, np.ndarray],
    weights: Mapping[str, Any],
    module: Any,
    called: Any,
) -> Results:
    """``steps`` batches through ``called`` (the module, or what wraps it for several replicas).

    ``options``: ``states`` keeps what stood before each step, and arrays ``before/<step>/...`` are put there instead;
    ``skip`` names the steps that loss scaling leaves out, for a run that has no scaler itself; ``shard`` is
    (rank, ranks) for a replica, which takes every rank-th part of each batch.
    """
    torch = side.torch
    results = Results()
    parameters = list(module.parameters())
    optimizer = case.torch_optimizer(torch, parameters)
    skip = set(request.options.get("skip", ()))
    rank, ranks = request.options.get("shard", (0, 1))
    scaler = None
    if request.policy == "mixed_float16":
        device = side.device.split(":")[0]
        scaler = torch.amp.GradScaler(device, init_scale=float(case.scale), growth_interval=int(case.growth))
    names = list(request.skeleton[0])
    scales, losses = [], []
    for step in range(int(case.steps)):
        held = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        held |= optimizer_state(side, optimizer, dict(module.named_parameters()))
        force(side, held, arrays, step)
        if request.options.get("states"):
            results.states |= {f"before/{step}/{name}": side.array(value)[0] for name, value in held.items()}
        first, share = step * int(case.batch), int(case.batch) // ranks
        rows = slice(first + rank * share, first + (rank + 1) * share)
        data = {name: side.tensor(arrays[f"inputs/0/{name}"][rows], request.dtype) for name in names}
        data = case.torch_inputs(torch, **data)
        target = data.pop("target")
        optimizer.zero_grad(set_to_none=True)
        with autocast(side, request.policy):
            y = called(*data.values()) if len(data) == 1 else called(**data)
        loss = case.torch_loss(torch, y.to(side.dtype(request.dtype)), target)
        losses.append(loss.detach())
        if scaler is not None:
            scaler.scale(loss).backward()
            scaler.step(_Stepper(case, torch, optimizer, step))
            scaler.update()
            scales.append(float(scaler.get_scale()))
        elif step not in skip:
            loss.backward()
            case.torch_step(torch, optimizer, step)
        owned = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        for name, value in side.canonical(case, weights, owned).items():
            side.add(results, f"{name}[{step}]", value)
    for step, value in enumerate(losses):
        side.add(results, f"loss[{step}]", value)
    results.info["scales"] = scales
    return results


class _Stepper:
    """What ``GradScaler.step`` takes for an optimizer, so that a case's own step is the one it makes or leaves out."""

    def __init__(self, case: Any, torch: Any, optimizer: Any, step: int) -> None:
        self._case, self._torch, self._optimizer, self._step = case, torch, optimizer, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._optimizer, name)

    def step(self, *args: Any, **options: Any) -> None:
        self._case.torch_step(self._torch, self._optimizer, self._step)
