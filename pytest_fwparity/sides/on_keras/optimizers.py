"""Optimizers, schedules and initializers on Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.cases.base import describe
from pytest_fwparity.sides.adapter import CaseError, Results, Run
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def optimizer(side: KerasSide, case: Any, request: Request) -> Run:
    """Fixed gradients in, parameters and slots out, after every step.

    ``options["states"]`` keeps what stood before each step; arrays ``before/<step>/...`` are put there instead, so that
    each step starts from them.
    """
    keras = side.keras

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        parameters = {
            name.split("/", 1)[1]: keras.Variable(
                side.backend.tensor(array, request.dtype), dtype=request.dtype, name=name.split("/", 1)[1]
            )
            for name, array in arrays.items()
            if name.startswith("weights/")
        }
        made = case.keras(keras)
        made.build(list(parameters.values()))
        slots = {(name, slot): _slot(case, made, name, slot) for name in parameters for slot in _slot_names(case)}
        held = {**parameters, **optimizer_state(made)}
        for step, skeleton in enumerate(request.skeleton):
            force(held, arrays, step)
            if request.options.get("states"):
                results.states |= {f"before/{step}/{name}": side.array(value)[0] for name, value in held.items()}
            gradients = [side.backend.tensor(arrays[f"inputs/{step}/{name}"], request.dtype) for name in skeleton]
            made.apply(gradients, [parameters[name] for name in skeleton])
            for name, parameter in parameters.items():
                side.add(results, f"{name}[{step}]", parameter)
                for slot in _slot_names(case):
                    side.add(results, f"{name}.{slot}[{step}]", slots[name, slot])
        return results

    return run


def optimizer_state(made: Any) -> dict[str, Any]:
    """The floating variables of an optimizer but for its rate, by their order; paths need not be unique."""
    inner = getattr(made, "inner_optimizer", made)
    return {
        f"slot {index}": variable
        for index, variable in enumerate(inner.variables)
        if "float" in str(variable.dtype) and not variable.path.endswith("learning_rate")
    }


def force(held: Mapping[str, Any], arrays: Mapping[str, np.ndarray], step: int) -> None:
    """Put the state that stands before ``step`` into the variables, where one is given."""
    for name, variable in held.items():
        value = arrays.get(f"before/{step}/{name}")
        if value is not None:
            variable.assign(value)


def _slot_names(case: Any) -> list[str]:
    return list(case.slots)


def _slot(case: Any, made: Any, parameter: str, slot: str) -> Any:
    wanted = f"{parameter}_{slot}"
    fits = [v for v in made.variables if v.path.split("/")[-1] == wanted]
    if len(fits) != 1:
        paths = sorted(v.path for v in made.variables)
        raise CaseError(
            f"{describe(type(case))}: {len(fits)} variables of the Keras optimizer end in {wanted!r} among {paths}; "
            "slots = {...} names Keras slots"
        )
    return fits[0]


def schedule(side: KerasSide, case: Any, request: Request) -> Run:
    """The learning rate that each step uses."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        case.base_rate = float(arrays["base_rate"])
        made = case.keras(side.keras)
        rates = [side.array(made(step)) for step in range(case.steps)]
        results.add("rate", np.stack([np.asarray(rate) for rate, _ in rates]), rates[0][1])
        return results

    return run


def initializer(side: KerasSide, case: Any, request: Request) -> Run:
    """One filled tensor."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        side.add(results, "values", case.keras(side.keras)(tuple(case.shape), dtype=request.dtype))
        return results

    return run
