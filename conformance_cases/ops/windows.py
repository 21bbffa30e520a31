"""Windows that fade a row out at both ends, symmetric, laid over a row of that length."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import distinct, grid


class Window(Array, abstract=True):
    """A row of ``size`` values times a window, looked up by the name of the class in small letters."""

    size: int = 8
    variants = grid(size=[8, 7, 3, 1])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (3, self.size))}

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.cast(self.by_keras(keras), x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * self.by_torch(torch, x.dtype)

    def reference(self, x: Any) -> Any:
        return x * self.by_numpy()

    def by_keras(self, keras: Any) -> Any:
        return getattr(keras.ops, type(self).__name__.lower())(self.size)

    def by_torch(self, torch: Any, dtype: Any) -> Any:
        return getattr(torch, type(self).__name__.lower() + "_window")(self.size, periodic=False, dtype=dtype)

    def by_numpy(self) -> Any:
        return getattr(np, type(self).__name__.lower())(self.size)


class Bartlett(Window):
    """A triangle: 1 less the distance from the middle, in halves of the row."""


class Blackman(Window):
    """0.42 - 0.5 cos(2 pi n / (N - 1)) + 0.08 cos(4 pi n / (N - 1))."""


class Coarse(Window, abstract=True):
    """A window in steps of 1/4096: Keras makes it in float32 on TensorFlow, whatever floatx is.

    docs/findings/keras_tensorflow_windows_float32.py shows that; finer steps would compare the last digits of float32.
    """

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.cast(keras.ops.round(self.by_keras(keras) * 4096) / 4096, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * (torch.round(self.by_torch(torch, x.dtype) * 4096) / 4096)

    def reference(self, x: Any) -> Any:
        return x * np.round(self.by_numpy() * 4096) / 4096


class Hamming(Coarse):
    """0.54 - 0.46 cos(2 pi n / (N - 1))."""


class Hanning(Coarse):
    """0.5 - 0.5 cos(2 pi n / (N - 1))."""

    def by_torch(self, torch: Any, dtype: Any) -> Any:
        return torch.hann_window(self.size, periodic=False, dtype=dtype)


class Kaiser(Coarse):
    """I0(beta sqrt(1 - (2 n / (N - 1) - 1)^2)) / I0(beta)."""

    beta: float = 14.0
    variants = grid(size=[8, 7, 1], beta=[14.0, 0.0, 2.5])

    def by_keras(self, keras: Any) -> Any:
        return keras.ops.kaiser(self.size, self.beta)

    def by_torch(self, torch: Any, dtype: Any) -> Any:
        return torch.kaiser_window(self.size, periodic=False, beta=self.beta, dtype=dtype)

    def by_numpy(self) -> Any:
        return np.kaiser(self.size, self.beta)
