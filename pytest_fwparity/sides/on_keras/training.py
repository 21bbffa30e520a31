"""Training on Keras: ``compile`` and ``fit``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.on_keras.optimizers import force, optimizer_state
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_keras.side import KerasSide


def training(side: KerasSide, case: Any, request: Request) -> Run:
    """``fit`` over all batches in order; loss and every weight after each."""

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        return fit(side, case, request, arrays, case.keras(side.keras))

    return run


def prepared(
    side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray], model: Any
) -> tuple[Any, Any, np.ndarray, dict[str, Any]]:
    """The model built and loaded with the case's weights, its inputs and target, and its variables by name."""
    names = [name for name in request.skeleton[0] if name != "target"]
    data = {name: arrays[f"inputs/0/{name}"] for name in names}
    data = {name: value.astype(request.dtype) if value.dtype.kind == "f" else value for name, value in data.items()}
    x: Any = data[names[0]] if len(names) == 1 else data
    if not model.built:
        shapes = {name: (int(case.batch), *value.shape[1:]) for name, value in data.items()}
        model.build(shapes if len(names) > 1 else shapes[names[0]])
    weights = [name.split("/", 1)[1] for name in arrays if name.startswith("weights/")]
    variables = side.variables(case, model, weights, arrays)
    for name, variable in variables.items():
        variable.assign(arrays[f"weights/{name}"])
    if side.backend.name == "tensorflow":
        model.jit_compile = False  # "auto" may mean XLA on a GPU: pinned, and said in the reply
    target = arrays["inputs/0/target"]
    return model, x, target.astype(request.dtype) if target.dtype.kind == "f" else target, variables


def fit(side: KerasSide, case: Any, request: Request, arrays: Mapping[str, np.ndarray], model: Any) -> Results:
    """Load the case's weights into ``model``, fit, and record from a callback.

    ``fit`` logs the running mean of the loss: the metrics are reset before each batch, so that each batch's own loss
    is seen. ``options["states"]`` keeps what stood before each batch; arrays ``before/<batch>/...`` are put there instead.
    ``options["skip"]`` names the steps that loss scaling leaves out, for a run that has no scaler itself: the
    state before them is put back after them.
    """
    keras = side.keras
    results = Results()
    model, x, target, variables = prepared(side, case, request, arrays, model)
    skip = set(request.options.get("skip", ()))
    keeps = bool(request.options.get("states"))
    held: dict[str, Any] = {}
    if keeps or any(name.startswith("before/") for name in arrays):
        model.optimizer.build(model.trainable_variables)
        held = {**variables, **optimizer_state(model.optimizer)}
    scales: list[float] = []
    losses: list[Any] = []

    class Recorder(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.model.reset_metrics()  # reading self.model lets JAX's fit see the change
            force(held, arrays, batch)
            if keeps:
                states = {f"before/{batch}/{name}": np.array(side.array(value)[0]) for name, value in held.items()}
                results.states.update(states)
            if batch in skip:
                self.before = [np.array(keras.ops.convert_to_numpy(v)) for v in self._state()]

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            now = self.model
            if batch in skip:
                for variable, value in zip(self._state(), self.before, strict=True):
                    variable.assign(value)
            losses.append((logs or {})["loss"])
            scale = getattr(now.optimizer, "dynamic_scale", None)
            if scale is not None:
                scales.append(float(keras.ops.convert_to_numpy(scale)))
            for name, variable in variables.items():
                side.add(results, f"{name}[{batch}]", variable)

        def _state(self) -> list[Any]:
            return [*self.model.weights, *self.model.optimizer.variables]

    model.fit(x, target, batch_size=int(case.batch), epochs=1, shuffle=False, verbose=0, callbacks=[Recorder()])
    for step, value in enumerate(losses):
        held_in = "float32" if request.dtype == "bfloat16" else request.dtype  # NumPy has no bfloat16
        results.add(f"loss[{step}]", np.asarray(float(value), held_in), request.dtype)
    results.info["scales"] = scales
    results.info["jit"] = str(model.jit_compile)
    return results
