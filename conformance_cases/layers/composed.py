"""Layers in a row, with a kink between them."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, grid


class DenseReluMax(LayerCase):
    """Dense, relu, the largest of each pair: inputs stay two roundings away from where another branch is taken."""

    groups: int = 3
    variants = grid(groups=[3, 6])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(16, 8))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(8, 2 * self.groups)), "bias": rng.uniform(0.5, 1.5, size=2 * self.groups)}

    def margin(self, x: Any, kernel: Any, bias: Any) -> Any:
        """The relative change of its terms that moves a row of ``x`` over the nearest kink."""
        before, size = x @ kernel + bias, np.abs(x) @ np.abs(kernel) + np.abs(bias)
        pairs, sizes = before.reshape(len(x), -1, 2), size.reshape(len(x), -1, 2)
        gap = np.abs(pairs[..., 0] - pairs[..., 1]) / sizes.sum(-1)
        tie = np.where(pairs.max(-1) > 0, gap, np.inf)  # where both are cut off, which is larger does not matter
        return np.minimum((np.abs(before) / size).min(-1), tie.min(-1))

    def keras(self, keras: Any) -> Any:
        layers = keras.layers
        shape = layers.Reshape((self.groups, 2))
        largest = layers.Lambda(lambda y: keras.ops.max(y, axis=-1))
        return keras.Sequential([layers.Dense(2 * self.groups, activation="relu"), shape, largest])

    def torch(self, torch: Any) -> Any:
        def run(x: Any, kernel: Any, bias: Any) -> Any:
            return torch.relu(x @ kernel + bias).unflatten(-1, (self.groups, 2)).amax(-1)

        return run

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return np.maximum(x @ kernel + bias, 0).reshape(len(x), self.groups, 2).max(-1)
