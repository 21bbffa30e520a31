"""Speed on Keras: the layer with its weights assigned, called as a user calls it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run, flatten_outputs, name_outputs, nest
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_keras.training import prepared
from pytest_fwparity.sides.timing import timed
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def speed(side: KerasSide, case: Any, request: Request) -> Run:
    """``forward``, or ``step`` (forward, backward and an SGD update; for a training its ``train_on_batch``)."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        if request.options["kind"] == "training":
            step = partial(_training_step, side, case, request, arrays)
            results = timed(step, lambda value: None, request, side.peak_memory)
            results.info["mode"] = "compiled by fit"
            return results
        return timed(partial(_layer_call, side, case, request, arrays), side.backend.wait, request, side.peak_memory)

    return run


def _layer_call(side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray]) -> Callable[[], Any]:
    keras, backend = side.keras, side.backend
    layer = case.keras(keras)
    inputs = nest(request.skeleton[0], "inputs/0", lambda path: backend.tensor(arrays[path], request.dtype))
    case.keras_call(keras, layer, **inputs)
    names = [name.split("/", 1)[1] for name in arrays if name.startswith("weights/")]
    for name, variable in side.variables(case, layer, names, arrays).items():
        variable.assign(arrays[f"weights/{name}"])
    form = request.options.get("form")
    if request.options["mode"] == "forward":

        def forward() -> Any:
            # a trace may not be left in a variable where assignments are not part of what is compiled
            with keras.StatelessScope() if form and backend.stateless else contextlib.nullcontext():
                return case.keras_call(keras, layer, **inputs)

        return side.compile(forward, form) if form else forward
    trained = list(layer.trainable_variables)
    optimizer = keras.optimizers.SGD(1e-3)
    if trained:
        optimizer.build(trained)
    floats = [path for path in arrays if path.startswith("inputs/0/") and arrays[path].dtype.kind == "f"]
    held = {path: backend.tensor(arrays[path], request.dtype) for path in floats}

    def compute(leaves: Sequence[Any]) -> tuple[list[Any], Any]:
        values, given = leaves[: len(trained)], dict(zip(floats, leaves[len(trained) :], strict=True))

        def leaf(path: str) -> Any:
            return given[path] if path in given else backend.tensor(arrays[path], request.dtype)

        called = nest(request.skeleton[0], "inputs/0", leaf)
        with keras.StatelessScope(state_mapping=list(zip(trained, values, strict=True))):
            returned = name_outputs(case, case.keras_call(keras, layer, **called))
        outputs = [
            v for _, v in flatten_outputs(case, returned, side.is_tensor) if side.is_tensor(v) and side.is_float(v)
        ]
        return [sum(keras.ops.mean(keras.ops.square(value)) for value in outputs)], []

    one = backend.tensor(np.ones(()), request.dtype)

    def step() -> Any:
        (outputs, _), pullback = backend.vjp(compute, [*[v.value for v in trained], *held.values()])
        gradients = pullback([one])[: len(trained)]
        if trained:
            optimizer.apply(gradients, trained)
            return trained[0].value
        return outputs

    if form and backend.stateless:
        return _stateless(side, form, compute, [v.value for v in trained], list(held.values()), optimizer)
    return side.compile(step, form) if form else step


def _stateless(
    side: KerasSide,
    form: str,
    compute: Callable[[Sequence[Any]], tuple[list[Any], Any]],
    values: list[Any],
    held: list[Any],
    optimizer: Any,
) -> Callable[[], Any]:
    """The step as a function of weights and slots, which a backend compiles that knows no assignment."""
    one = side.backend.tensor(np.ones(()), "float32")

    def whole(values: list[Any], slots: list[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        (outputs, _), pullback = side.backend.vjp(compute, [*values, *held])
        gradients = pullback([one])[: len(values)]
        if not values:
            return values, slots, outputs
        values, slots = optimizer.stateless_apply(slots, gradients, values)
        return values, slots, outputs

    compiled = side.compile(whole, form)
    state = [values, [v.value for v in optimizer.variables] if values else []]

    def step() -> Any:
        *state[:], outputs = compiled(*state)
        return [state, outputs]

    return step


def _training_step(side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray]) -> Callable[[], Any]:
    model, x, target, _ = prepared(side, case, request, arrays, case.keras(side.keras))
    rows = slice(0, int(case.batch))
    batch = {name: value[rows] for name, value in x.items()} if isinstance(x, dict) else x[rows]
    return lambda: model.train_on_batch(batch, target[rows])
