"""Recurrent layers, with what they return beside the sequence: the last states."""

from typing import Any

import numpy as np

from conformance_cases.layers._steps import OnCudnn
from pytest_fwparity import LayerCase, difference, named


class RecurrentCase(OnCudnn, abstract=True):
    """Sequences of 6 steps; masked, they are of lengths 6, 3, 1 and 4, padded on the right."""

    return_sequences: bool = True
    masked: bool = False
    zero_output_for_mask: bool = False
    variants = named(
        sequences={},
        last={"return_sequences": False},
        masked={"masked": True},
        masked_zeros={"masked": True, "zero_output_for_mask": True},
    )
    #: what the Keras layers take
    options = ("return_sequences", "zero_output_for_mask")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(4, 6, 3))
        return {"x": x, "mask": np.arange(6) < np.array([[6], [3], [1], [4]])} if self.masked else {"x": x}

    def keras_call(self, keras: Any, layer: Any, x: Any, mask: Any = None) -> Any:
        return layer(x, mask=mask)

    def torch_call(self, torch: Any, module: Any, x: Any, mask: Any = None) -> Any:
        if mask is None:
            y, state = module(x)
        else:
            rnn, lengths = torch.nn.utils.rnn, mask.sum(1).cpu()
            y, state = module(rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
            y, _ = rnn.pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])
        state = state if isinstance(state, tuple) else (state,)
        if not self.return_sequences:
            y = torch.cat(tuple(state[0]), -1)
        return (y, *(part for direction in zip(*state, strict=True) for part in direction))

    tanh_of_cudnn = OnCudnn.tanh_of_cudnn

    @difference(
        replaces="torch_call",
        why="at a padded step Keras repeats the last output, a packed sequence of torch holds zeros",
        source="keras/src/layers/rnn/rnn.py, zero_output_for_mask; torch.nn.utils.rnn.pad_packed_sequence",
        when=lambda case: case.masked and not case.zero_output_for_mask,
    )
    def last_output_repeated(self, torch: Any, module: Any, x: Any, mask: Any) -> Any:
        y, h, *rest = RecurrentCase.torch_call(self, torch, module, x, mask)
        return (torch.where(mask[..., None], y, h[:, None]), h, *rest)

    def run(self, x: Any, mask: Any, step: Any, states: list[Any]) -> Any:
        """The NumPy reference of a recurrent layer: ``step(x_t, *states)`` gives the next states, the first being the output."""
        mask = np.ones(x.shape[:2], bool) if mask is None else mask
        last, y = np.zeros_like(states[0]), []
        for t in range(x.shape[1]):
            kept = mask[:, t, None]
            after = step(x[:, t], *states)
            states = [np.where(kept, new, old) for new, old in zip(after, states, strict=True)]
            last = np.where(kept, after[0], last)
            y.append(np.where(kept, after[0], 0.0 if self.zero_output_for_mask else last))
        return (np.stack(y, 1) if self.return_sequences else states[0], *states)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


class LSTM(RecurrentCase):
    """Gates i, f, c, o in both; Keras has one bias, torch two that are added."""

    outputs = ("y", "h", "c")
    speed = "quick"
    kernels = {"torch": ("aten::lstm",)}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 20), "recurrent_kernel": (5, 20), "bias": (20,)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        options = {name: getattr(self, name) for name in self.options}
        return keras.layers.LSTM(5, return_state=True, **options)

    def torch(self, torch: Any) -> Any:
        return torch.nn.LSTM(3, 5, batch_first=True)

    def torch_weights(self, torch: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> dict[str, Any]:
        biases = {"bias_ih_l0": bias, "bias_hh_l0": torch.zeros_like(bias)}
        return {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent_kernel.T, **biases}

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any = None) -> Any:
        def step(x: Any, h: Any, c: Any) -> Any:
            i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, -1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            return sigmoid(o) * np.tanh(c), c

        return self.run(x, mask, step, [np.zeros((len(x), 5))] * 2)


class BidirectionalLSTM(RecurrentCase):
    """The second LSTM reads from the end of each sequence; around both, Keras has padded steps give zeros."""

    zero_output_for_mask: bool = True
    variants = named(sequences={}, last={"return_sequences": False}, masked={"masked": True})
    outputs = ("y", "forward_h", "forward_c", "backward_h", "backward_c")

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 20), "recurrent": (5, 20), "bias": (20,)}
        sides = ("forward", "backward")
        return {f"{side}_{name}": rng.normal(size=shapes[name]) / 2 for side in sides for name in shapes}

    def keras(self, keras: Any) -> Any:
        options = {name: getattr(self, name) for name in self.options}
        return keras.layers.Bidirectional(keras.layers.LSTM(5, return_state=True, **options))

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for side, cell in (("forward", layer.forward_layer.cell), ("backward", layer.backward_layer.cell)):
            parts = {"kernel": cell.kernel, "recurrent": cell.recurrent_kernel, "bias": cell.bias}
            found |= {f"{side}_{name}": variable for name, variable in parts.items()}
        return found

    def torch(self, torch: Any) -> Any:
        return torch.nn.LSTM(3, 5, batch_first=True, bidirectional=True)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        mapped: dict[str, Any] = {}
        for side, end in (("forward", "l0"), ("backward", "l0_reverse")):
            kernel, recurrent, bias = (weights[f"{side}_{name}"] for name in ("kernel", "recurrent", "bias"))
            mapped |= {f"weight_ih_{end}": kernel.T, f"weight_hh_{end}": recurrent.T}
            mapped |= {f"bias_ih_{end}": bias, f"bias_hh_{end}": torch.zeros_like(bias)}
        return mapped

    def reference(self, x: Any, mask: Any = None, **weights: Any) -> Any:
        """Each direction by itself; the second reads every sequence from its own end."""
        lengths = np.full(len(x), x.shape[1]) if mask is None else mask.sum(1)
        order = np.arange(x.shape[1]) + np.zeros((len(x), 1), int)
        turned = np.where(order < lengths[:, None], lengths[:, None] - 1 - order, order)
        made: list[Any] = []
        for side, index in (("forward", order), ("backward", turned)):
            kernel, recurrent, bias = (weights[f"{side}_{name}"] for name in ("kernel", "recurrent", "bias"))

            def step(x: Any, h: Any, c: Any, kernel: Any = kernel, recurrent: Any = recurrent, bias: Any = bias) -> Any:
                i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, -1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                return sigmoid(o) * np.tanh(c), c

            given = np.take_along_axis(x, index[..., None], 1)
            y, *states = self.run(given, mask, step, [np.zeros((len(x), 5))] * 2)
            made.append((np.take_along_axis(y, index[..., None], 1) if self.return_sequences else y, states))
        (y, forward), (back, backward) = made
        return (np.concatenate([y, back], -1), *forward, *backward)


class GRU(RecurrentCase):
    """Keras orders the gates z, r, h and torch r, z, n; both reset after the recurrent product."""

    outputs = ("y", "h")
    speed = "quick"
    kernels = {"torch": ("aten::gru",)}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 15), "recurrent_kernel": (5, 15), "bias": (2, 15)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        options = {name: getattr(self, name) for name in self.options}
        return keras.layers.GRU(5, return_state=True, reset_after=True, **options)

    def torch(self, torch: Any) -> Any:
        return torch.nn.GRU(3, 5, batch_first=True)

    def torch_weights(self, torch: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> dict[str, Any]:
        def reordered(weight: Any) -> Any:
            z, r, h = weight.chunk(3, -1)
            return torch.cat([r, z, h], -1)

        bias_ih, bias_hh = reordered(bias)
        biases = {"bias_ih_l0": bias_ih, "bias_hh_l0": bias_hh}
        return {"weight_ih_l0": reordered(kernel).T, "weight_hh_l0": reordered(recurrent_kernel).T, **biases}

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any = None) -> Any:
        def step(x: Any, h: Any) -> Any:
            (xz, xr, xn), (hz, hr, hn) = (
                np.split(value, 3, -1) for value in (x @ kernel + bias[0], h @ recurrent_kernel + bias[1])
            )
            z = sigmoid(xz + hz)
            return (z * h + (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn),)

        return self.run(x, mask, step, [np.zeros((len(x), 5))])


class SimpleRNN(RecurrentCase):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias); torch has two biases that are added."""

    outputs = ("y", "h")
    kernels = {"torch": ("aten::rnn_tanh",)}
    quick = ("sequences", "masked")

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 5), "recurrent_kernel": (5, 5), "bias": (5,)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        options = {name: getattr(self, name) for name in self.options}
        return keras.layers.SimpleRNN(5, return_state=True, **options)

    def torch(self, torch: Any) -> Any:
        return torch.nn.RNN(3, 5, batch_first=True)

    def torch_weights(self, torch: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> dict[str, Any]:
        biases = {"bias_ih_l0": bias, "bias_hh_l0": torch.zeros_like(bias)}
        return {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent_kernel.T, **biases}

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any = None) -> Any:
        def step(x: Any, h: Any) -> Any:
            return (np.tanh(x @ kernel + h @ recurrent_kernel + bias),)

        return self.run(x, mask, step, [np.zeros((len(x), 5))])


class GRUResetBefore(LayerCase):
    """reset_after=False resets the state before the recurrent product; torch has no such GRU."""

    go_backwards: bool = False
    variants = named(forwards={}, backwards={"go_backwards": True})
    outputs = ("y", "h")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"kernel": (3, 15), "recurrent_kernel": (5, 15), "bias": (15,)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        options = {"return_sequences": True, "return_state": True, "go_backwards": self.go_backwards}
        return keras.layers.GRU(5, reset_after=False, **options)

    def torch(self, torch: Any) -> Any:
        def run(x: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
            h, y = x.new_zeros(len(x), 5), []
            by_z, by_r, by_n = recurrent_kernel.chunk(3, -1)
            for step in (x.flip(1) if self.go_backwards else x).unbind(1):
                z, r, n = (step @ kernel + bias).chunk(3, -1)
                z, r = torch.sigmoid(z + h @ by_z), torch.sigmoid(r + h @ by_r)
                h = z * h + (1 - z) * torch.tanh(n + (r * h) @ by_n)
                y.append(h)
            return torch.stack(y, 1), h

        return run

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        by_z, by_r, by_n = np.split(recurrent_kernel, 3, -1)
        h, y = np.zeros((len(x), 5)), []
        for t in range(x.shape[1]):
            z, r, n = np.split(x[:, -1 - t if self.go_backwards else t] @ kernel + bias, 3, -1)
            z, r = sigmoid(z + h @ by_z), sigmoid(r + h @ by_r)
            h = z * h + (1 - z) * np.tanh(n + (r * h) @ by_n)
            y.append(h)
        return np.stack(y, 1), h
