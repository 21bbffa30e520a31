"""Classifiers."""

from typing import Any

import numpy as np

from conformance_cases.training._two_layers import TwoLayerCase
from pytest_fwparity import difference, grid


class Classifier(TwoLayerCase):
    """Two dense layers on three classes, with the optimizers people use."""

    optimizer: str = "sgd"
    variants = grid(optimizer=["sgd", "nesterov", "adam"])
    batch, steps = 8, 20
    speed = "quick"
    without = {"optimizer=adam-float16": "without float32 masters the squares of small gradients are 0 in float16"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        samples = self.batch * self.steps
        return {"x": rng.normal(size=(samples, 4)), "target": rng.integers(0, 3, size=samples)}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "hidden_kernel": rng.normal(size=(4, 8)),
            "hidden_bias": rng.normal(size=8),
            "head_kernel": rng.normal(size=(8, 3)),
            "head_bias": rng.normal(size=3),
        }

    def keras(self, keras: Any) -> Any:
        layers, optimizers = keras.layers, keras.optimizers
        hidden, head = layers.Dense(8, "tanh", name="hidden"), layers.Dense(3, name="head")
        model = keras.Sequential([layers.Input((4,)), hidden, head])
        optimizer = {
            "sgd": optimizers.SGD(0.1),
            "nesterov": optimizers.SGD(0.1, 0.9, nesterov=True),
            "adam": optimizers.Adam(1e-3, 0.9, 0.999, 1e-7),
        }[self.optimizer]
        model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    def torch(self, torch: Any) -> Any:
        return torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))

    def torch_optimizer(self, torch: Any, params: Any) -> Any:
        return {
            "sgd": torch.optim.SGD(params, 0.1),
            "nesterov": torch.optim.SGD(params, 0.1, 0.9, nesterov=True),
            "adam": torch.optim.Adam(params, 1e-3, (0.9, 0.999), 1e-7),
        }[self.optimizer]

    def torch_loss(self, torch: Any, y: Any, target: Any) -> Any:
        return torch.nn.functional.cross_entropy(y, target)

    @difference(
        replaces="torch_step",
        why="Keras adds epsilon before the bias correction of the second moment, torch after it",
        source="keras/src/optimizers/adam.py, update_step; torch.optim.Adam; Kingma and Ba 2015, section 2",
        when=lambda case: case.optimizer == "adam",
    )
    def epsilon_hat(self, torch: Any, optimizer: Any, step: int) -> None:
        optimizer.param_groups[0]["eps"] = 1e-7 / (1 - 0.999 ** (step + 1)) ** 0.5
        optimizer.step()
