"""One step of each recurrent layer in NumPy, for references, and the shapes of its weights."""

from typing import Any

import numpy as np


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
