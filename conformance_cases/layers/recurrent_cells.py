"""Cells by themselves, cells in a stack, and a layer that runs a cell of the user's own."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._steps import START, OnCudnn, draw, step, to_torch
from pytest_fwparity import LayerCase, named


class CellCase(LayerCase, abstract=True):
    """One step from given states; Keras returns the output and a list of states, torch the states."""

    cell = "SimpleRNN"
    states: ClassVar[tuple[str, ...]] = ("h",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 3)), **{name: rng.normal(size=(4, 5)) for name in self.states}}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return draw(rng, self.cell)

    def keras(self, keras: Any) -> Any:
        return getattr(keras.layers, self.cell + "Cell")(5, **START)

    def keras_call(self, keras: Any, layer: Any, x: Any, **states: Any) -> Any:
        y, after = layer(x, list(states.values()))
        return (y, *after)

    def torch(self, torch: Any) -> Any:
        kind = {"SimpleRNN": "RNN"}.get(self.cell, self.cell)
        return getattr(torch.nn, kind + "Cell")(3, 5)

    def torch_call(self, torch: Any, module: Any, x: Any, **states: Any) -> Any:
        after = module(x, tuple(states.values()) if len(states) > 1 else states["h"])
        return (after[0], *after) if len(states) > 1 else (after, after)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return to_torch(torch, self.cell, **weights)

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, **states: Any) -> Any:
        after = step(self.cell, x, list(states.values()), kernel, recurrent_kernel, bias)
        return (after[0], *after)


class SimpleRNNCell(CellCase):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), or relu of the same."""

    outputs = ("y", "h")
    activation: str = "tanh"
    variants = named(tanh={}, relu={"activation": "relu"})

    def margin(self, x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        if self.activation == "tanh":
            return np.ones(len(x))
        before = x @ kernel + h @ recurrent_kernel + bias
        size = np.abs(x) @ np.abs(kernel) + np.abs(h) @ np.abs(recurrent_kernel) + np.abs(bias)
        return (np.abs(before) / size).min(-1)

    def keras(self, keras: Any) -> Any:
        return keras.layers.SimpleRNNCell(5, activation=self.activation, **START)

    def torch(self, torch: Any) -> Any:
        return torch.nn.RNNCell(3, 5, nonlinearity=self.activation)

    def reference(self, x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:  # type: ignore[override]
        before = x @ kernel + h @ recurrent_kernel + bias
        y = np.tanh(before) if self.activation == "tanh" else np.maximum(before, 0)
        return y, y


class GRUCell(CellCase):
    """Keras orders the gates z, r, h and torch r, z, n; both reset after the recurrent product."""

    cell = "GRU"
    outputs = ("y", "h")


class LSTMCell(CellCase):
    """Gates i, f, c, o in both."""

    cell = "LSTM"
    states = ("h", "c")
    outputs = ("y", "h", "c")


class StackedRNNCells(OnCudnn):
    """Cells of several layers step together; torch has num_layers."""

    cells: tuple[str, ...] = ("LSTM", "LSTM")
    variants = named(lstm={}, gru={"cells": ["GRU", "GRU", "GRU"]}, rnn={"cells": ["SimpleRNN", "SimpleRNN"]})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            f"{name}_{at}": value
            for at, cell in enumerate(self.cells)
            for name, value in draw(rng, cell, 5 if at else 3).items()
        }

    def keras(self, keras: Any) -> Any:
        cells = [getattr(keras.layers, cell + "Cell")(5, **START) for cell in self.cells]
        return keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True, return_state=True)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        names = ("kernel", "recurrent_kernel", "bias")
        return {f"{name}_{at}": getattr(cell, name) for at, cell in enumerate(layer.cell.cells) for name in names}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        y, *states = layer(x)
        return {"y": y, "states": keras.tree.flatten(states)}

    def torch(self, torch: Any) -> Any:
        kind = {"SimpleRNN": "RNN"}.get(self.cells[0], self.cells[0])
        return getattr(torch.nn, kind)(3, 5, num_layers=len(self.cells), batch_first=True)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        y, after = module(x)
        if isinstance(after, tuple):
            return {"y": y, "states": [state for pair in zip(*after, strict=True) for state in pair]}
        return {"y": y, "states": list(after)}

    tanh_of_cudnn = OnCudnn.tanh_of_cudnn

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for at, cell in enumerate(self.cells):
            own = {name: weights[f"{name}_{at}"] for name in ("kernel", "recurrent_kernel", "bias")}
            made |= to_torch(torch, cell, **own, end=f"_l{at}")
        return made

    def reference(self, x: Any, **weights: Any) -> Any:
        found: list[Any] = []
        for at, cell in enumerate(self.cells):
            own = [weights[f"{name}_{at}"] for name in ("kernel", "recurrent_kernel", "bias")]
            states: Any = [np.zeros((len(x), 5))] * (2 if cell == "LSTM" else 1)
            y = []
            for t in range(x.shape[1]):
                states = step(cell, x[:, t], states, *own)
                y.append(states[0])
            x = np.stack(y, 1)
            found += states
        return {"y": x, **{f"states/{at}": state for at, state in enumerate(found)}}


class RNN(LayerCase):
    """A cell of the user's own, whose output is not its state: s = 0.9 s + x @ kernel, y = tanh(s) * x @ gate."""

    options: dict[str, Any] = {}
    variants = named(
        sequences={"options": {"return_sequences": True}},
        last={},
        backwards={"options": {"return_sequences": True, "go_backwards": True}},
        unrolled={"options": {"return_sequences": True, "unroll": True}},
    )
    level = "standard"
    outputs = ("y", "s")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6, 3)), "s": rng.normal(size=(4, 5))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(3, 5)), "gate": rng.normal(size=(3, 5))}

    def keras(self, keras: Any) -> Any:
        class Leaky(keras.layers.Layer):  # type: ignore[misc]
            state_size = 5
            output_size = 5

            def build(self, shape: Any) -> None:
                self.kernel = self.add_weight(shape=(shape[-1], 5), name="kernel")
                self.gate = self.add_weight(shape=(shape[-1], 5), name="gate")

            def call(self, x: Any, states: Any) -> Any:
                s = 0.9 * states[0] + keras.ops.matmul(x, self.kernel)
                return keras.ops.tanh(s) * keras.ops.matmul(x, self.gate), [s]

        return keras.layers.RNN(Leaky(), return_state=True, **self.options)

    def keras_call(self, keras: Any, layer: Any, x: Any, s: Any) -> Any:
        return layer(x, initial_state=[s])

    def torch(self, torch: Any) -> Any:
        def run(x: Any, s: Any, kernel: Any, gate: Any) -> Any:
            y = []
            for now in (x.flip(1) if self.options.get("go_backwards") else x).unbind(1):
                s = 0.9 * s + now @ kernel
                y.append(torch.tanh(s) * (now @ gate))
            return torch.stack(y, 1) if self.options.get("return_sequences") else y[-1], s

        return run

    def reference(self, x: Any, s: Any, kernel: Any, gate: Any) -> Any:
        y = []
        for now in np.moveaxis(x[:, ::-1] if self.options.get("go_backwards") else x, 1, 0):
            s = 0.9 * s + now @ kernel
            y.append(np.tanh(s) * (now @ gate))
        return np.stack(y, 1) if self.options.get("return_sequences") else y[-1], s
