"""Layers and functions on Keras: one pure function of arrays, run inside ``keras.StatelessScope``."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.cases.layer import LayerCase
from pytest_fwparity.sides.adapter import Bare, Results, Run, flatten_outputs, name_outputs, nest, numbered
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def layer(side: KerasSide, case: Any, request: Request) -> Run:
    """A layer called ``calls`` times; ``StatelessScope`` runs ``__call__``, with its casts, masks and defaults."""
    keras, backend = side.keras, side.backend
    weights = [name.split("/", 1)[1] for name in request.arrays if name.startswith("weights/")]
    first = nest(request.skeleton[0], "inputs/0", lambda path: backend.tensor(request.arrays[path], request.dtype))
    made = built(side, case, first)
    variables = side.variables(case, made, weights, request.arrays)
    count = len(request.skeleton)

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        inputs = {path: backend.tensor(value, request.dtype) for path, value in arrays.items() if path[:2] == "in"}
        values = {
            name: backend.tensor(arrays[f"weights/{name}"], "float32" if request.policy else request.dtype)
            for name in weights
        }
        floats = {path: value for path, value in inputs.items() if side.is_float(value)}
        trained = {name: value for name, value in values.items() if variables[name].trainable and side.is_float(value)}
        states = [name for name in values if not variables[name].trainable]

        def compute(leaves: Sequence[Any]) -> tuple[list[Any], Any]:
            given = dict(zip([*floats, *(f"weights/{name}" for name in trained)], leaves, strict=True))
            now = {**values, **{name: given[f"weights/{name}"] for name in trained}}
            outputs: dict[str, Any] = {}
            after: dict[str, Any] = {}
            for index, skeleton in enumerate(request.skeleton):
                called = nest(skeleton, f"inputs/{index}", lambda path: given.get(path, inputs[path]))
                mapping = [(variables[name], now[name]) for name in now]
                with keras.StatelessScope(state_mapping=mapping) as scope:
                    returned = case.keras_call(keras, made, **called)
                for name, value in flatten_outputs(case, name_outputs(case, returned), side.is_tensor):
                    outputs[numbered(name, index, count)] = value
                for name in states:
                    value = scope.get_current_value(variables[name])
                    after[numbered(f"state {name}", index, count)] = value
                    now[name] = backend.constant(value)
            return _parted(side, outputs, after)

        names = {path: numbered(path.split("/", 2)[2], int(path.split("/")[1]), count) for path in floats}
        leaves = {**{names[path]: value for path, value in floats.items()}, **trained}
        return differentiate(side, compute, leaves, cotangents)

    return run


def built(side: KerasSide, case: Any, first: Mapping[str, Any]) -> Any:
    """The layer with its variables: made by its shape where it is called plainly with one tensor, else by a call."""
    layer = case.keras(side.keras)
    plain = type(case).keras_call is LayerCase.keras_call and len(first) == 1
    value: Any = next(iter(first.values()), None)
    if plain and side.is_tensor(value) and len(inspect.signature(layer.build).parameters) == 1:
        if not layer.built:
            layer.build(tuple(value.shape))
    else:
        case.keras_call(side.keras, layer, **first)
    return layer


def call(side: KerasSide, subject: Any, request: Request) -> Run:
    """A plain function ``f(keras, **arrays)``."""
    return function(side, Bare(subject), request)


def function(side: KerasSide, case: Any, request: Request) -> Run:
    """A plain function of the inputs."""
    backend = side.backend

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        inputs = {path: backend.tensor(value, request.dtype) for path, value in arrays.items()}
        floats = {path: value for path, value in inputs.items() if side.is_float(value)}

        def compute(leaves: Sequence[Any]) -> tuple[list[Any], Any]:
            given = {**inputs, **dict(zip(floats, leaves, strict=True))}
            called = nest(request.skeleton[0], "inputs/0", lambda path: given[path])
            returned = case.keras(side.keras, **called)
            named = dict(flatten_outputs(case, name_outputs(case, returned), side.is_tensor))
            return _parted(side, named, {})

        return differentiate(
            side, compute, {path.split("/", 2)[2]: value for path, value in floats.items()}, cotangents
        )

    return run


def _parted(side: KerasSide, outputs: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[Any], Any]:
    """Floating outputs, which are differentiated, apart from the rest; the names go beside, in order."""
    floats = {name: value for name, value in outputs.items() if side.is_tensor(value) and side.is_float(value)}
    rest = {name: value for name, value in outputs.items() if name not in floats}
    kept = {name: value for name, value in rest.items() if side.is_tensor(value)}
    plain = {name: value for name, value in rest.items() if name not in kept}
    # A backend that traces carries tensors only; names and plain values go through this list.
    order = _Order(list(outputs), list(floats), plain)
    return list(floats.values()), ({"kept": kept, "after": dict(after)}, order)


class _Order:
    """Names of outputs, carried beside tensors; JAX sees an opaque leafless node."""

    def __init__(self, names: list[str], floats: list[str], plain: dict[str, Any]) -> None:
        self.names, self.floats, self.plain = names, floats, plain


def differentiate(
    side: KerasSide,
    compute: Callable[[Sequence[Any]], tuple[list[Any], Any]],
    leaves: Mapping[str, Any],
    cotangents: Cotangents,
) -> Results:
    """Outputs, and the gradient by every leaf of their contraction with the random cotangents."""

    def traced(given: Sequence[Any]) -> tuple[list[Any], Any]:
        outputs, (rest, side.order) = compute(given)
        return outputs, rest

    (outputs, rest), pullback = side.backend.vjp(side.formed(traced), list(leaves.values()))
    order = side.order  # of the run at hand, or of the trace that runs again
    values = {**dict(zip(order.floats, outputs, strict=True)), **rest["kept"], **order.plain}
    results = Results()
    for name in order.names:
        side.add(results, name, values[name])
    for name, value in rest["after"].items():
        side.add(results, name, value)
    if not cotangents.backward:
        return results
    weights = []
    for name, value in zip(order.floats, outputs, strict=True):
        shape = tuple(value.shape)
        weights.append(side.backend.tensor(cotangents(name, shape), side.dtype_of(value)))
    gradients = pullback(weights) if outputs and leaves else [None] * len(leaves)
    for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True):
        if gradient is None:
            results.no_gradient.append(f"grad {name}")
            gradient = side.keras.ops.zeros_like(leaf)
        side.add(results, f"grad {name}", gradient)
    return results
