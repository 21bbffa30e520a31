"""Initializers that draw nothing."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, grid, named


class ConstantCase(FunctionCase, abstract=True):
    """What is filled in, added to an input, so that each dtype and each element is seen."""

    level = "standard"
    speed = None
    shape = (4, 6)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=self.shape)}


class Zeros(ConstantCase):
    """0 everywhere."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.initializers.Zeros()(self.shape, dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.nn.init.zeros_(torch.empty(self.shape, dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return x


class Ones(ConstantCase):
    """1 everywhere."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.initializers.Ones()(self.shape, dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.nn.init.ones_(torch.empty(self.shape, dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return x + 1


class Constant(ConstantCase):
    """One value everywhere; restored from its config it is the same."""

    value: float = 0.1
    restored: bool = False
    variants = grid(value=[0.1, -3.0]) | grid(restored=[True])

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.initializers.Constant(self.value)
        if self.restored:
            made = keras.initializers.deserialize(keras.initializers.serialize(made))
        return x + made(self.shape, dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.nn.init.constant_(torch.empty(self.shape, dtype=x.dtype), self.value)

    def reference(self, x: Any) -> Any:
        return x + self.value


class OwnInitializer(ConstantCase):
    """A subclass of Keras' base class: i + j / 10."""

    def keras(self, keras: Any, x: Any) -> Any:
        class Ramp(keras.initializers.Initializer):  # type: ignore[misc]
            def __call__(self, shape: Any, dtype: Any = None) -> Any:
                rows, columns = (keras.ops.arange(n, dtype=dtype) for n in shape)
                return keras.ops.expand_dims(rows, 1) + columns / 10

        return x + keras.initializers.get(Ramp())(self.shape, dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        rows, columns = (torch.arange(n, dtype=x.dtype) for n in self.shape)
        return x + rows[:, None] + columns / 10

    def reference(self, x: Any) -> Any:
        return x + np.arange(4.0)[:, None] + np.arange(6.0) / 10


class Identity(FunctionCase):
    """The gain on the diagonal, of a matrix that need not be square."""

    level = "standard"
    speed = None
    size: list[int] = [4, 4]
    gain: float = 1.0
    variants = named(default={}, wide={"size": [3, 5], "gain": 0.1}, tall={"size": [5, 2], "gain": 2.0})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=tuple(self.size))}

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.initializers.Identity(self.gain)(tuple(self.size), dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + self.gain * torch.nn.init.eye_(torch.empty(tuple(self.size), dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return x + self.gain * np.eye(self.size[0], self.size[1])


class Dirac(FunctionCase):
    """``torch.nn.init.dirac_``: a convolution that hands its inputs through, within each group."""

    level = "standard"
    speed = None
    size: list[int] = [4, 3, 5]
    groups: int = 1
    variants = named(default={}, plane={"size": [3, 4, 3, 3]}, groups={"size": [6, 2, 3], "groups": 3})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=tuple(self.size))}

    def keras(self, keras: Any, x: Any) -> Any:
        outputs, inputs, *window = self.size
        each = outputs // self.groups
        channels = keras.ops.tile(keras.ops.eye(each, inputs, dtype=x.dtype), (self.groups, 1))
        middle = keras.ops.one_hot(math.prod(window) // 2, math.prod(window), dtype=x.dtype)
        return x + keras.ops.reshape(channels[:, :, None] * middle, self.size)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.nn.init.dirac_(torch.empty(tuple(self.size), dtype=x.dtype), self.groups)

    def reference(self, x: Any) -> Any:
        y = x.copy()
        each = len(x) // self.groups
        for output in range(len(x)):
            if output % each < x.shape[1]:
                y[(output, output % each, *(n // 2 for n in x.shape[2:]))] += 1
        return y


class CalculateGain(FunctionCase):
    """``torch.nn.init.calculate_gain``: by how much a nonlinearity shrinks, undone."""

    level = "standard"
    speed = None
    of: str = "relu"
    variants = grid(of=["relu", "linear", "conv2d", "sigmoid", "tanh", "leaky_relu", "selu"])

    def _gain(self) -> float:
        leaky = math.sqrt(2 / (1 + 0.2**2))
        return {"relu": math.sqrt(2), "tanh": 5 / 3, "leaky_relu": leaky, "selu": 3 / 4}.get(self.of, 1.0)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=5)}

    def keras(self, keras: Any, x: Any) -> Any:
        return x * self._gain()

    def torch(self, torch: Any, x: Any) -> Any:
        return x * torch.nn.init.calculate_gain(self.of, 0.2 if self.of == "leaky_relu" else None)

    def reference(self, x: Any) -> Any:
        return x * self._gain()


class STFT(FunctionCase):
    """One part of the discrete Fourier transform under a window, as a convolution's kernel."""

    level = "standard"
    speed = None
    side: str = "real"
    window: str = "hann"
    scaling: str = "density"
    periodic: bool = False
    variants = grid(side=["real", "imag"], scaling=["density", "spectrum"]) | grid(periodic=[True], window=["hamming"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(8, 1, 5))}

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.initializers.STFT(self.side, self.window, self.scaling, self.periodic)
        return x + made((8, 1, 5), dtype=x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        window = getattr(torch, f"{self.window}_window")(8, periodic=self.periodic, dtype=x.dtype)
        scale = window.square().sum().sqrt() if self.scaling == "density" else window.abs().sum()
        angle = -2 * math.pi * torch.arange(8, dtype=x.dtype)[:, None] * torch.arange(5, dtype=x.dtype) / 8
        wave = angle.cos() if self.side == "real" else angle.sin()
        return x + (wave * window[:, None] / scale)[:, None]

    def reference(self, x: Any) -> Any:
        window = {"hann": np.hanning, "hamming": np.hamming}[self.window](8 + self.periodic)[:8]
        scale = np.sqrt(np.sum(window**2)) if self.scaling == "density" else np.sum(np.abs(window))
        wave = np.exp(-2j * np.pi * np.outer(np.arange(8), np.arange(5)) / 8)
        return x + ((wave.real if self.side == "real" else wave.imag) * window[:, None] / scale)[:, None]
