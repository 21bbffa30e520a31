"""A Keras layer whose weights are assigned, that is saved to a file and made anew from it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run, flatten_outputs, name_outputs, nest, numbered
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_keras.layers import built
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def reload(side: KerasSide, case: Any, request: Request) -> Run:
    """Outputs and states of the layer that is saved and of the one that is loaded, each called natively.

    Keras' own layers are saved whole as ``.keras``, so that their configuration is read back as well; code of a user's
    own without ``get_config`` is made anew by the case and given the weights of ``.weights.h5``.
    """
    names = [name.split("/", 1)[1] for name in request.arrays if name.startswith("weights/")]

    def fresh() -> Any:
        first = nest(
            request.skeleton[0], "inputs/0", lambda path: side.backend.tensor(request.arrays[path], request.dtype)
        )
        return built(side, case, first)

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        layer, results = fresh(), Results()
        for name, variable in side.variables(case, layer, names, request.arrays).items():
            variable.assign(arrays[f"weights/{name}"])
        with tempfile.TemporaryDirectory(prefix="fwparity-") as folder:
            if _configured(side.keras, layer):
                form, loaded = "a .keras file", _whole(side.keras, layer, os.path.join(folder, "saved.keras"))
            else:
                form, loaded = "a .weights.h5 file", fresh()
                file = os.path.join(folder, "saved.weights.h5")
                _model(side.keras, layer).save_weights(file)
                _model(side.keras, loaded).load_weights(file)
        for prefix, target in (("saved", layer), (form, loaded)):
            variables = side.variables(case, target, names, request.arrays)
            _called(side, case, target, request, arrays, prefix, variables, results)
        results.info["forms"] = [form]
        return results

    return run


def _called(
    side: KerasSide,
    case: Any,
    layer: Any,
    request: Request,
    arrays: Mapping[str, np.ndarray],
    prefix: str,
    variables: Mapping[str, Any],
    results: Results,
) -> None:
    """Every call in turn, and the states that each leaves."""
    count = len(request.skeleton)
    for index, skeleton in enumerate(request.skeleton):
        inputs = nest(skeleton, f"inputs/{index}", lambda path: side.backend.tensor(arrays[path], request.dtype))
        named = name_outputs(case, case.keras_call(side.keras, layer, **inputs))
        for name, value in flatten_outputs(case, named, side.is_tensor):
            side.add(results, f"{prefix}: {numbered(name, index, count)}", value)
        for name, variable in variables.items():
            if not variable.trainable:
                side.add(results, f"{prefix}: {numbered(f'state {name}', index, count)}", variable)


def _own_classes(layer: Any) -> dict[str, Any]:
    """Name to class of every layer inside that is not Keras' own."""
    inside = layer._flatten_layers(include_self=True, recursive=True)
    return {type(part).__name__: type(part) for part in inside if not _of_keras(type(part))}


def _of_keras(kind: type) -> bool:
    return kind.__module__.split(".")[0] == "keras"


def _configured(keras: Any, layer: Any) -> bool:
    """Whether every layer inside can be made from its configuration: a user's own class that has one, no wrapped function."""
    inside = layer._flatten_layers(include_self=True, recursive=True)

    def told(kind: type) -> bool:
        return _of_keras(kind) or any("get_config" in vars(base) for base in kind.__mro__ if not _of_keras(base))

    return all(told(type(part)) and not isinstance(part, keras.layers.Lambda) for part in inside)


def _whole(keras: Any, layer: Any, file: str) -> Any:
    """The layer read back from a ``.keras`` file; one that is no model is saved inside of one."""
    model = _model(keras, layer)
    classes = {type(model).__name__: type(model), **_own_classes(layer)}
    model.save(file)
    loaded = keras.saving.load_model(file, custom_objects=classes, compile=False, safe_mode=False)
    return loaded if model is layer else loaded.layer


def _model(keras: Any, layer: Any) -> Any:
    """A model around a layer; a model as it is."""
    if isinstance(layer, keras.Model):
        return layer

    class Holder(keras.Model):  # type: ignore[misc]
        def __init__(self, layer: Any, **options: Any) -> None:
            super().__init__(**options)
            self.layer = layer
            self.built = True

        def call(self, *inputs: Any, **options: Any) -> Any:
            return self.layer(*inputs, **options)

        def get_config(self) -> dict[str, Any]:
            return {"layer": keras.saving.serialize_keras_object(self.layer)}

        @classmethod
        def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
            return cls(keras.saving.deserialize_keras_object(config["layer"], custom_objects=custom_objects))

    return Holder(layer)
