"""One step of each recurrent layer in NumPy, for references; the shapes of its weights; what cuDNN makes of it."""

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, difference


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


#: start values that can be made in half precision, which orthogonal ones cannot; every case gives weights of its own
START = {"recurrent_initializer": "glorot_uniform"}

#: cell to the number of its gates and the shape of its bias for 5 units
GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}


def draw(rng: Any, cell: str, features: int = 3, units: int = 5) -> dict[str, Any]:
    """Weights of a cell in Keras' layout."""
    wide = GATES[cell] * units
    shapes = {
        "kernel": (features, wide),
        "recurrent_kernel": (units, wide),
        "bias": (2, wide) if cell == "GRU" else (wide,),
    }
    return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}


def to_torch(torch: Any, cell: str, kernel: Any, recurrent_kernel: Any, bias: Any, end: str = "") -> dict[str, Any]:
    """Weights of a Keras cell under the names of a torch one, with ``end`` behind (``_l0``)."""

    def ordered(weight: Any) -> Any:
        if cell != "GRU":
            return weight
        z, r, h = weight.chunk(3, -1)
        return torch.cat([r, z, h], -1)

    first, second = ordered(bias) if cell == "GRU" else (bias, torch.zeros_like(bias))
    made = {
        "weight_ih": ordered(kernel).T,
        "weight_hh": ordered(recurrent_kernel).T,
        "bias_ih": first,
        "bias_hh": second,
    }
    return {name + end: value for name, value in made.items()}


def step(cell: str, x: Any, states: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
    """The states after one step, the first of which is the output."""
    h = states[0]
    if cell == "SimpleRNN":
        return (np.tanh(x @ kernel + h @ recurrent_kernel + bias),)
    if cell == "LSTM":
        i, f, g, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, -1)
        c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    (xz, xr, xn), (hz, hr, hn) = (np.split(y, 3, -1) for y in (x @ kernel + bias[0], h @ recurrent_kernel + bias[1]))
    z = sigmoid(xz + hz)
    return (z * h + (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn),)


def cudnn_tanh(torch: Any, x: Any) -> Any:
    """tanh with 60 times the rounding of its dtype, which its gradient 1 - y ** 2 inherits."""
    y = torch.tanh(x).detach()
    y = 43 * y - 42 * y
    return y + (1 - y * y) * (x - x.detach())


def by_steps(torch: Any, rnn: Any, x: Any, first: Any = None) -> tuple[Any, Any]:
    """What a ``torch.nn.RNN``, ``GRU`` or ``LSTM`` returns for batch-first ``x``, step by step with the tanh of cuDNN."""
    tanh = partial(cudnn_tanh, torch)
    ways = ("", "_reverse") if rnn.bidirectional else ("",)
    last: list[list[Any]] = [[], []]
    for layer in range(rnn.num_layers):
        sequences = []
        for way, end in enumerate(ways):
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            w, u, b, d = (getattr(rnn, f"{name}_l{layer}{end}") for name in names)
            at = layer * len(ways) + way
            if first is None:
                h, c = x.new_zeros(len(x), u.shape[1]), x.new_zeros(len(x), rnn.hidden_size)
            else:
                h, c = (first[0][at], first[1][at]) if rnn.mode == "LSTM" else (first[at], first[at])
            y = []
            for now in (x.flip(1) if way else x).unbind(1):
                left, right = now @ w.T + b, h @ u.T + d
                if rnn.mode == "LSTM":
                    i, f, g, o = (left + right).chunk(4, -1)
                    c = torch.sigmoid(f) * c + torch.sigmoid(i) * tanh(g)
                    h = torch.sigmoid(o) * tanh(c)
                    if rnn.proj_size:
                        h = h @ getattr(rnn, f"weight_hr_l{layer}{end}").T
                elif rnn.mode == "GRU":
                    (xr, xz, xn), (hr, hz, hn) = left.chunk(3, -1), right.chunk(3, -1)
                    z = torch.sigmoid(xz + hz)
                    h = z * h + (1 - z) * tanh(xn + torch.sigmoid(xr + hr) * hn)
                else:
                    h = tanh(left + right)
                y.append(h)
            sequences.append(torch.stack(y[::-1] if way else y, 1))
            last[0].append(h)
            last[1].append(c)
        x = torch.cat(sequences, -1)
    h, c = (torch.stack(states) for states in last)
    return x, (h, c) if rnn.mode == "LSTM" else h


@contextlib.contextmanager
def stepwise(torch: Any, module: Any) -> Iterator[None]:
    """The recurrent modules in ``module`` computed by :func:`by_steps`."""
    found = [part for part in module.modules() if isinstance(part, torch.nn.RNNBase)]
    for part in found:
        part.forward = partial(by_steps, torch, part)
    try:
        yield
    finally:
        for part in found:
            del part.forward


class OnCudnn(LayerCase, abstract=True):
    """A layer whose torch module holds a recurrent one, which cuDNN computes on a GPU."""

    @difference(
        replaces="torch_call",
        why="the float32 tanh of cuDNN's recurrent kernels is off by up to 180 roundings, 60 root mean square, TF32 forbidden or not",
        source="docs/findings/cudnn_recurrent_tanh.py",
        sides=("torch",),
        dtypes=("float32",),
        devices=("cuda",),
        when=lambda case: not getattr(case, "masked", False),
    )
    def tanh_of_cudnn(self, torch: Any, module: Any, **inputs: Any) -> Any:
        with stepwise(torch, module):
            return type(self).torch_call(self, torch, module, **inputs)
