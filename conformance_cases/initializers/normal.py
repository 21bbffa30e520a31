"""Initializers of a fixed mean and spread."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import InitializerCase, difference


class RandomNormal(InitializerCase):
    """Normal: 0.05 in Keras unless told, 1 in torch."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        return keras.initializers.RandomNormal(0.5, 0.05, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.normal_(tensor, 0.5, 0.05)

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.normal(0.5, 0.05, size=self.shape)


class RandomUniform(InitializerCase):
    """Uniform in an interval."""

    level = "standard"
    support = (-0.05, 0.2)

    def keras(self, keras: Any) -> Any:
        return keras.initializers.RandomUniform(-0.05, 0.2, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.uniform_(tensor, -0.05, 0.2)

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.uniform(-0.05, 0.2, size=self.shape)


def torch_best_of_four(torch: Any, tensor: Any, mean: float, deviation: float) -> None:
    """The first of four normal draws within two deviations, or the first of all."""
    drawn = torch.randn(*tensor.shape, 4)
    first = (drawn.abs() < 2).to(torch.uint8).argmax(-1, keepdim=True)
    tensor.copy_(mean + deviation * drawn.gather(-1, first).squeeze(-1))


class TruncatedNormal(InitializerCase):
    """Normal within two deviations of the mean; many draws, since what lies outside is rare."""

    level = "standard"
    shape = (1500, 2000)
    support = (0.1 - 2 * 0.05, 0.1 + 2 * 0.05)

    def keras(self, keras: Any) -> Any:
        return keras.initializers.TruncatedNormal(0.1, 0.05, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.trunc_normal_(tensor, 0.1, 0.05, 0.1 - 2 * 0.05, 0.1 + 2 * 0.05)

    def reference(self, rng: np.random.Generator) -> Any:
        drawn = rng.normal(size=6_600_000)
        return 0.1 + 0.05 * drawn[np.abs(drawn) < 2][: math.prod(self.shape)]

    @difference(
        replaces="torch",
        why="Keras on torch keeps the first of four draws where all are beyond two deviations, four in a million",
        source="keras/src/backend/torch/random.py, truncated_normal",
        sides=("keras-torch",),
    )
    def best_of_four(self, torch: Any, tensor: Any) -> None:
        torch_best_of_four(torch, tensor, 0.1, 0.05)


class SparseNormal(InitializerCase):
    """``torch.nn.init.sparse_``: a share of each column is 0, the rest normal; in Keras a draw and a mask."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            order = keras.ops.argsort(keras.random.uniform(shape, seed=2), axis=0)
            kept = keras.ops.cast(order >= math.ceil(0.3 * shape[0]), dtype)
            return keras.random.normal(shape, 0.0, 0.01, dtype=dtype, seed=1) * kept

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.sparse_(tensor, 0.3, 0.01)

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.normal(0, 0.01, size=self.shape) * (rng.uniform(size=self.shape) >= 0.3)
