"""Orthogonal matrices."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, InitializerCase, named


class Orthogonal(FunctionCase):
    """w.T w = gain**2 where w is tall, w w.T where it is wide; a convolution's kernel is one row for each input."""

    speed = None
    size: list[int] = [6, 4]
    gain: float = 1.0
    variants = named(tall={}, wide={"size": [3, 5], "gain": 2.0}, kernel={"size": [2, 2, 3, 5], "gain": 0.5})
    quick = ("tall",)

    def _least(self) -> int:
        return min(math.prod(self.size[:-1]), self.size[-1])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, self._least()))}

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.initializers.Orthogonal(self.gain, seed=1)(tuple(self.size), dtype=x.dtype)
        w = keras.ops.reshape(made, (-1, self.size[-1]))
        w = keras.ops.transpose(w) if w.shape[0] < w.shape[1] else w
        return keras.ops.matmul(keras.ops.matmul(x, keras.ops.transpose(w)), w)

    def torch(self, torch: Any, x: Any) -> Any:
        *rows, columns = self.size  # torch's first axis is Keras' last
        w = torch.nn.init.orthogonal_(torch.empty((columns, *rows), dtype=x.dtype), self.gain)
        w = w.reshape(columns, -1).T
        w = w.T if w.shape[0] < w.shape[1] else w
        return x @ w.T @ w

    def reference(self, x: Any) -> Any:
        return self.gain**2 * x


class OrthogonalDistribution(InitializerCase):
    """Its elements are those of a uniformly drawn rotation: each sign as likely as the other."""

    level = "standard"
    support = (-1.0, 1.0)
    shape = (500, 400)

    def keras(self, keras: Any) -> Any:
        return keras.initializers.Orthogonal(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.orthogonal_(tensor)

    def reference(self, rng: np.random.Generator) -> Any:
        q, r = np.linalg.qr(rng.normal(size=self.shape))
        return q * np.sign(np.diag(r))
