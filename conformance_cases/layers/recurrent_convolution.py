"""Recurrent layers whose products are convolutions; torch has none of them."""

from typing import Any

import numpy as np

from conformance_cases.layers._steps import START, sigmoid
from pytest_fwparity import LayerCase, named, same_pads


class ConvLSTMCase(LayerCase, abstract=True):
    """Gates i, f, c, o; the input is convolved as the options say, the state with stride 1 and padding "same"."""

    rank = 1
    size: tuple[int, ...] = ()
    kernel: int = 3
    padding: str = "valid"
    strides: int = 1
    dilation: int = 1
    backwards: bool = False
    masked: bool = False
    level = "standard"
    outputs = ("y", "h", "c")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(2, 3, *self.size, 2))
        return {"x": x, "mask": np.array([[1, 1, 0], [0, 1, 1]], bool)} if self.masked else {"x": x}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        window = (self.kernel,) * self.rank
        shapes = {"kernel": (*window, 2, 12), "recurrent_kernel": (*window, 3, 12), "bias": (12,)}
        return {name: rng.normal(size=shape) / 3 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        return getattr(keras.layers, f"ConvLSTM{self.rank}D")(
            3,
            self.kernel,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation,
            return_sequences=True,
            return_state=True,
            go_backwards=self.backwards,
            **START,
        )

    def keras_call(self, keras: Any, layer: Any, x: Any, mask: Any = None) -> Any:
        return layer(x, mask=mask)

    def pads(self, size: Any) -> list[int]:
        if self.padding == "valid":
            return [0] * 2 * self.rank
        given = ([n] * self.rank for n in (self.kernel, self.strides, self.dilation))
        return same_pads(size, *given)

    def torch(self, torch: Any) -> Any:
        functional = torch.nn.functional
        convolve = getattr(functional, f"conv{self.rank}d")

        def last(x: Any) -> Any:
            return x.movedim(-1, 1)

        def turned(kernel: Any) -> Any:
            return kernel.movedim((-1, -2), (0, 1))

        def run(x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any = None) -> Any:
            h: Any = None
            c: Any = None
            y = []
            order = range(x.shape[1])[::-1] if self.backwards else range(x.shape[1])
            for t in order:
                padded = functional.pad(last(x[:, t]), self.pads(x.shape[2:-1]))
                z = convolve(padded, turned(kernel), bias, stride=self.strides, dilation=self.dilation)
                if h is None:
                    h = c = z.new_zeros(z.shape[0], 3, *z.shape[2:])
                same = functional.pad(h, same_pads(h.shape[2:], [self.kernel] * self.rank, [1] * self.rank))
                i, f, g, o = (z + convolve(same, turned(recurrent_kernel))).chunk(4, 1)
                after = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                kept = torch.ones(len(x), dtype=torch.bool, device=x.device) if mask is None else mask[:, t]
                kept = kept.reshape(-1, *[1] * (self.rank + 1))
                h, c = torch.where(kept, torch.sigmoid(o) * torch.tanh(after), h), torch.where(kept, after, c)
                y.append(h.movedim(1, -1))
            return torch.stack(y, 1), y[-1], c.movedim(1, -1)

        return run

    def convolved(self, x: Any, kernel: Any, pads: list[int], strides: int, dilation: int) -> Any:
        """Channels last, by windows that are gathered one offset after the other."""
        around = [tuple(pads[2 * at : 2 * at + 2]) for at in range(self.rank)][::-1]
        x = np.pad(x, [(0, 0), *around, (0, 0)])
        made = [(n - (self.kernel - 1) * dilation - 1) // strides + 1 for n in x.shape[1:-1]]
        y: Any = 0.0
        for offset in np.ndindex(*(self.kernel,) * self.rank):
            window = tuple(
                slice(at * dilation, at * dilation + (n - 1) * strides + 1, strides)
                for at, n in zip(offset, made, strict=True)
            )
            y = y + x[(slice(None), *window)] @ kernel[offset]
        return y

    def reference(self, x: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any = None) -> Any:
        h: Any = None
        c: Any = None
        y = []
        for t in range(x.shape[1])[::-1] if self.backwards else range(x.shape[1]):
            z = self.convolved(x[:, t], kernel, self.pads(x.shape[2:-1]), self.strides, self.dilation) + bias
            if h is None:
                h = c = np.zeros((*z.shape[:-1], 3))
            same = same_pads(h.shape[1:-1], [self.kernel] * self.rank, [1] * self.rank)
            i, f, g, o = np.split(z + self.convolved(h, recurrent_kernel, same, 1, 1), 4, -1)
            after = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            kept = np.ones(len(x), bool) if mask is None else mask[:, t]
            kept = kept.reshape(-1, *[1] * (self.rank + 1))
            h, c = np.where(kept, sigmoid(o) * np.tanh(after), h), np.where(kept, after, c)
            y.append(h)
        return np.stack(y, 1), h, c


class ConvLSTM1D(ConvLSTMCase):
    """Over one axis."""

    rank = 1
    size: tuple[int, ...] = (7,)
    without = {"keras-jax:masked-*": "Keras on JAX raises for a mask (docs/findings/keras_jax_conv_lstm_mask.py)"}
    variants = named(
        valid={},
        same={"padding": "same", "strides": 2},
        even={"padding": "same", "kernel": 2},
        dilated={"dilation": 2},
        masked={"masked": True, "backwards": True},
    )


class ConvLSTM2D(ConvLSTMCase):
    """Over two axes of unlike sizes."""

    rank = 2
    size: tuple[int, ...] = (5, 4)
    variants = named(valid={}, same={"padding": "same", "strides": 2})
    speed = "standard"


class ConvLSTM3D(ConvLSTMCase):
    """Over three axes."""

    rank = 3
    size: tuple[int, ...] = (3, 4, 3)
    kernel: int = 2
    variants = named(valid={}, same={"padding": "same", "backwards": True})
