"""Recurrent layers from given states, from call to call, backwards, and with masks that no packed sequence can say."""

from typing import Any

import numpy as np

from conformance_cases.layers._steps import START, OnCudnn, draw, step, to_torch
from pytest_fwparity import LayerCase, named


class CellLoopCase(LayerCase, abstract=True):
    """A recurrent layer of Keras against a loop over torch's cell."""

    cell: str = "LSTM"
    level = "standard"
    speed = None

    @property
    def count(self) -> int:
        return 2 if self.cell == "LSTM" else 1

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return draw(rng, self.cell)

    def torch(self, torch: Any) -> Any:
        return getattr(torch.nn, {"SimpleRNN": "RNN"}.get(self.cell, self.cell) + "Cell")(3, 5)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return to_torch(torch, self.cell, **weights)

    @staticmethod
    def stepped(module: Any, x: Any, states: Any) -> Any:
        """The states after a step of torch's cell."""
        after = module(x, tuple(states) if len(states) > 1 else states[0])
        return after if isinstance(after, tuple) else (after,)


class RecurrentMask(CellLoopCase):
    """A masked step leaves states and output as they were, wherever it lies; before the first step there are zeros."""

    masked: str = "left"
    backwards: bool = False
    variants = named(
        lstm_left={},
        lstm_holes={"masked": "holes"},
        lstm_backwards={"masked": "holes", "backwards": True},
        gru_left={"cell": "GRU"},
        gru_holes={"cell": "GRU", "masked": "holes"},
        rnn_left={"cell": "SimpleRNN"},
        none_kept={"masked": "none"},
    )
    outputs = ("y", "states")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        lengths = np.array([[6], [3], [1], [4]])
        mask = np.arange(6)[::-1] < lengths
        if self.masked == "holes":
            mask = np.array([[1, 0, 1, 1, 0, 1], [0, 1, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0], [0, 0, 1, 0, 0, 1]], bool)
        if self.masked == "none":
            mask[2] = False
        return {"x": rng.normal(size=(4, 6, 3)), "mask": mask}

    def keras(self, keras: Any) -> Any:
        options = {"return_sequences": True, "return_state": True, "go_backwards": self.backwards, **START}
        return getattr(keras.layers, self.cell)(5, **options)

    def keras_call(self, keras: Any, layer: Any, x: Any, mask: Any) -> Any:
        y, *states = layer(x, mask=mask)
        return y, states

    def torch_call(self, torch: Any, module: Any, x: Any, mask: Any) -> Any:
        if self.backwards:
            x, mask = x.flip(1), mask.flip(1)
        states = [x.new_zeros(len(x), 5)] * self.count
        y = []
        for now, kept in zip(x.unbind(1), mask.unbind(1), strict=True):
            after = self.stepped(module, now, states)
            states = [torch.where(kept[:, None], new, old) for new, old in zip(after, states, strict=True)]
            y.append(states[0])
        return torch.stack(y, 1), states

    def reference(self, x: Any, mask: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        if self.backwards:
            x, mask = x[:, ::-1], mask[:, ::-1]
        states, y = [np.zeros((len(x), 5))] * self.count, []
        for t in range(x.shape[1]):
            after = step(self.cell, x[:, t], states, kernel, recurrent_kernel, bias)
            states = [np.where(mask[:, t, None], new, old) for new, old in zip(after, states, strict=True)]
            y.append(states[0])
        return {"y": np.stack(y, 1), **{f"states/{at}": state for at, state in enumerate(states)}}


class InitialState(CellLoopCase):
    """The first step starts from states that are given; gradients reach them."""

    backwards: bool = False
    unroll: bool = False
    variants = named(
        lstm={},
        gru={"cell": "GRU"},
        rnn={"cell": "SimpleRNN"},
        backwards={"backwards": True},
        unrolled={"cell": "GRU", "unroll": True},
    )
    outputs = ("y", "after")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        names = ("h", "c")[: self.count]
        return {"x": rng.normal(size=(4, 6, 3)), **{name: rng.normal(size=(4, 5)) for name in names}}

    def keras(self, keras: Any) -> Any:
        options = {"return_sequences": True, "return_state": True, **START}
        return getattr(keras.layers, self.cell)(5, go_backwards=self.backwards, unroll=self.unroll, **options)

    def keras_call(self, keras: Any, layer: Any, x: Any, **states: Any) -> Any:
        y, *after = layer(x, initial_state=list(states.values()))
        return y, after

    def torch(self, torch: Any) -> Any:
        return getattr(torch.nn, {"SimpleRNN": "RNN"}.get(self.cell, self.cell))(3, 5, batch_first=True)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return to_torch(torch, self.cell, **weights, end="_l0")

    def torch_call(self, torch: Any, module: Any, x: Any, **states: Any) -> Any:
        given = [state[None] for state in states.values()]
        y, after = module(x.flip(1) if self.backwards else x, tuple(given) if len(given) > 1 else given[0])
        return y, [state[0] for state in (after if isinstance(after, tuple) else (after,))]

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, h: Any, c: Any = None) -> Any:
        states, y = [h] if c is None else [h, c], []
        for now in np.moveaxis(x[:, ::-1] if self.backwards else x, 1, 0):
            states = step(self.cell, now, states, kernel, recurrent_kernel, bias)
            y.append(states[0])
        return {"y": np.stack(y, 1), **{f"after/{at}": state for at, state in enumerate(states)}}


class StatefulLSTM(CellLoopCase):
    """stateful=True: each of three calls starts from the states that the one before left."""

    calls = 3
    checks = ("agree", "gradient", "repeat")  # a saved Keras layer leaves its states out

    tanh_of_cudnn = OnCudnn.tanh_of_cudnn

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 2, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {**draw(rng, self.cell), "h": rng.normal(size=(4, 5)), "c": rng.normal(size=(4, 5))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.LSTM(5, return_sequences=True, stateful=True, **START)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        cell = layer.cell
        h, c = layer.states
        return {"kernel": cell.kernel, "recurrent_kernel": cell.recurrent_kernel, "bias": cell.bias, "h": h, "c": c}

    def torch(self, torch: Any) -> Any:
        class Stateful(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.lstm = torch.nn.LSTM(3, 5, batch_first=True)
                self.h: Any
                self.c: Any
                self.register_buffer("h", torch.zeros(4, 5))
                self.register_buffer("c", torch.zeros(4, 5))

            def forward(self, x: Any) -> Any:
                y, (h, c) = self.lstm(x, (self.h[None], self.c[None]))
                self.h, self.c = h[0], c[0]
                return y

        return Stateful()

    def torch_weights(  # type: ignore[override]
        self, torch: Any, h: Any, c: Any, **weights: Any
    ) -> dict[str, Any]:
        mapped = to_torch(torch, self.cell, **weights, end="_l0")
        return {**{f"lstm.{name}": value for name, value in mapped.items()}, "h": h, "c": c}


class DeepLSTM(OnCudnn):
    """Two LSTMs in a row, the second reading the sequence of the first; torch has num_layers=2, in both directions too."""

    both: bool = False
    variants = named(forward={}, both={"both": True})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 5, 3))}

    @property
    def ways(self) -> tuple[str, ...]:
        return ("forward", "backward") if self.both else ("forward",)

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        wide = 4 * len(self.ways)
        return {
            f"{way}_{at}_{name}": value
            for at in (0, 1)
            for way in self.ways
            for name, value in draw(rng, "LSTM", wide if at else 3, 4).items()
        }

    def keras(self, keras: Any) -> Any:
        layers = [keras.layers.LSTM(4, return_sequences=True, **START) for _ in range(2)]
        return keras.Sequential([keras.layers.Bidirectional(layer) for layer in layers] if self.both else layers)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, part in enumerate(layer.layers):
            for way in self.ways:
                cell = getattr(part, f"{way}_layer").cell if self.both else part.cell
                found |= {f"{way}_{at}_{name}": getattr(cell, name) for name in ("kernel", "recurrent_kernel", "bias")}
        return found

    def torch(self, torch: Any) -> Any:
        return torch.nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=self.both)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x)[0]

    tanh_of_cudnn = OnCudnn.tanh_of_cudnn

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for at in (0, 1):
            for way in self.ways:
                own = {name: weights[f"{way}_{at}_{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
                made |= to_torch(torch, "LSTM", **own, end=f"_l{at}" + ("_reverse" if way == "backward" else ""))
        return made

    def reference(self, x: Any, **weights: Any) -> Any:
        for at in (0, 1):
            sides = []
            for way in self.ways:
                own = [weights[f"{way}_{at}_{name}"] for name in ("kernel", "recurrent_kernel", "bias")]
                states: Any = [np.zeros((len(x), 4))] * 2
                y = []
                for now in np.moveaxis(x if way == "forward" else x[:, ::-1], 1, 0):
                    states = step("LSTM", now, states, *own)
                    y.append(states[0])
                sides.append(np.stack(y if way == "forward" else y[::-1], 1))
            x = np.concatenate(sides, -1)
        return x


class ProjectedLSTM(LayerCase):
    """torch's proj_size: the output and the hidden state are a projection of the cell's; in Keras a cell of one's own."""

    level = "standard"
    outputs = ("y", "h", "c")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 20), "recurrent_kernel": (2, 20), "bias": (20,), "projection": (5, 2)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        ops = keras.ops

        class Projected(keras.layers.Layer):  # type: ignore[misc]
            state_size = (2, 5)
            output_size = 2

            def build(self, shape: Any) -> None:
                self.kernel = self.add_weight(shape=(shape[-1], 20), name="kernel")
                self.recurrent_kernel = self.add_weight(shape=(2, 20), name="recurrent_kernel")
                self.bias = self.add_weight(shape=(20,), name="bias")
                self.projection = self.add_weight(shape=(5, 2), name="projection")

            def call(self, x: Any, states: Any) -> Any:
                h, c = states
                z = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias
                i, f, g, o = ops.split(z, 4, axis=-1)
                c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
                h = ops.matmul(ops.sigmoid(o) * ops.tanh(c), self.projection)
                return h, [h, c]

        return keras.layers.RNN(Projected(), return_sequences=True, return_state=True)

    def torch(self, torch: Any) -> Any:
        return torch.nn.LSTM(3, 5, proj_size=2, batch_first=True)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        y, (h, c) = module(x)
        return y, h[0], c[0]

    def torch_weights(self, torch: Any, projection: Any, **weights: Any) -> dict[str, Any]:
        return {**to_torch(torch, "LSTM", **weights, end="_l0"), "weight_hr_l0": projection.T}
