"""Optimizers, schedules and initializers on PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def optimizer(side: TorchSide, case: Any, request: Request) -> Run:
    """Fixed gradients in, parameters and slots out, after every step.

    ``options["states"]`` keeps what stood before each step; arrays ``before/<step>/...`` are put there instead, so that
    each step starts from them.
    """
    torch = side.torch

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        parameters = {
            name.split("/", 1)[1]: torch.nn.Parameter(side.tensor(array, request.dtype))
            for name, array in arrays.items()
            if name.startswith("weights/")
        }
        made = case.torch(torch, list(parameters.values()))
        stepper, scheduler = made if isinstance(made, tuple) else (made, None)
        for step, skeleton in enumerate(request.skeleton):
            held = {**parameters, **optimizer_state(side, stepper, parameters)}
            force(side, held, arrays, step)
            if request.options.get("states"):
                results.states |= {f"before/{step}/{name}": side.array(value)[0] for name, value in held.items()}
            for name in skeleton:
                parameters[name].grad = side.tensor(arrays[f"inputs/{step}/{name}"], request.dtype)
            case.torch_step(torch, stepper, step)
            for name, parameter in parameters.items():
                side.add(results, f"{name}[{step}]", parameter)
                state = stepper.state[parameter]
                for slot, value in case.torch_slots(torch, stepper, parameter, state).items():
                    side.add(results, f"{name}.{slot}[{step}]", value)
            if scheduler is not None:  # the slots of a step see the rate of that step
                scheduler.step()
        return results

    return run


def optimizer_state(side: TorchSide, stepper: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The floating state of an optimizer but for its count of steps: ``<parameter>.<key>``."""
    return {
        f"{name}.{key}": value
        for name, parameter in parameters.items()
        for key, value in stepper.state.get(parameter, {}).items()
        if side.is_tensor(value) and value.is_floating_point() and key != "step"
    }


def force(side: TorchSide, held: Mapping[str, Any], arrays: Mapping[str, np.ndarray], step: int) -> None:
    """Put the state that stands before ``step`` into the tensors, where one is given."""
    with side.torch.no_grad():
        for name, tensor in held.items():
            value = arrays.get(f"before/{step}/{name}")
            if value is not None:
                tensor.copy_(side.torch.as_tensor(value))


def schedule(side: TorchSide, case: Any, request: Request) -> Run:
    """The learning rate that each step uses."""
    torch = side.torch

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        parameter = torch.nn.Parameter(torch.zeros(1))
        parameter.grad = torch.zeros(1)
        case.base_rate = float(arrays["base_rate"])
        stepper = torch.optim.SGD([parameter], case.base_rate)
        scheduler = case.torch(torch, stepper)
        rates = []
        for _ in range(case.steps):
            rates.append(float(stepper.param_groups[0]["lr"]))
            stepper.step()
            scheduler.step()
        results.add("rate", np.asarray(rates, request.dtype), request.dtype)
        return results

    return run


def initializer(side: TorchSide, case: Any, request: Request) -> Run:
    """One filled tensor, in Keras' layout."""
    torch = side.torch

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        shape = tuple(case.shape)
        tensor = torch.zeros((*shape[:-3:-1], *shape[:-2]), dtype=side.dtype(request.dtype), device=side.device)
        case.torch(torch, tensor)
        order = (*range(2, len(shape)), 1, 0) if len(shape) > 1 else (0,)
        side.add(results, "values", tensor.permute(order))
        return results

    return run
