"""Data-parallel training: a batch shared out among replicas."""

from typing import Any

import numpy as np

from conformance_cases.training._two_layers import TwoLayerCase
from pytest_fwparity import grid


class DataParallel(TwoLayerCase):
    """The mean of the replicas' gradients is that of the batch: any number of replicas trains alike."""

    momentum: float = 0.9
    variants = grid(momentum=[0.0, 0.9])
    checks = ("replicas",)
    batch, steps = 8, 3

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        samples = self.batch * self.steps
        return {"x": rng.normal(size=(samples, 4)), "target": rng.normal(size=(samples, 2))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "hidden_kernel": rng.normal(size=(4, 8)) / 2,
            "hidden_bias": rng.normal(size=8),
            "head_kernel": rng.normal(size=(8, 2)) / 2,
            "head_bias": rng.normal(size=2),
        }

    def keras(self, keras: Any) -> Any:
        layers = keras.layers
        hidden, head = layers.Dense(8, "tanh", name="hidden"), layers.Dense(2, name="head")
        model = keras.Sequential([layers.Input((4,)), hidden, head])
        model.compile(keras.optimizers.SGD(0.1, momentum=self.momentum), keras.losses.MeanSquaredError())
        return model

    def torch(self, torch: Any) -> Any:
        return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))

    def torch_optimizer(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.1, momentum=self.momentum)

    def torch_loss(self, torch: Any, y: Any, target: Any) -> Any:
        return torch.nn.functional.mse_loss(y, target)
