"""Trainings whose layers compute in the low dtype and whose weights and losses are float32."""

from typing import Any

import numpy as np

from conformance_cases.training._two_layers import TwoLayerCase
from pytest_fwparity import grid


class TrainingInBfloat16(TwoLayerCase):
    """bfloat16 has the range of float32: no loss is scaled."""

    learning_rate: float = 0.01
    variants = grid(learning_rate=[0.01, 0.05])
    checks = ("mixed",)
    precision = "mixed_bfloat16"
    batch, steps = 8, 10

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        samples = self.batch * self.steps
        return {"x": rng.normal(size=(samples, 4)), "target": rng.normal(size=(samples, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "hidden_kernel": rng.uniform(-0.5, 0.5, size=(4, 16)),
            "hidden_bias": rng.uniform(-0.5, 0.5, size=16),
            "head_kernel": rng.uniform(-0.25, 0.25, size=(16, 3)),
            "head_bias": rng.uniform(-0.25, 0.25, size=3),
        }

    def keras_optimizer(self, keras: Any) -> Any:
        return keras.optimizers.SGD(self.learning_rate)

    def keras(self, keras: Any) -> Any:
        layers = keras.layers
        hidden, head = layers.Dense(16, "relu", name="hidden"), layers.Dense(3, name="head")
        model = keras.Sequential([layers.Input((4,)), hidden, head])
        model.compile(self.keras_optimizer(keras), keras.losses.MeanSquaredError())
        return model

    def torch(self, torch: Any) -> Any:
        return torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))

    def torch_optimizer(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, self.learning_rate)

    def torch_loss(self, torch: Any, y: Any, target: Any) -> Any:
        return torch.nn.functional.mse_loss(y, target)


class TrainingInFloat16(TrainingInBfloat16):
    """The loss is scaled; an input of 60000 makes gradients overflow: no step then, and half the scale."""

    precision = "mixed_float16"
    scale, growth = 1024.0, 2
    overflow = (5,)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        arrays = super().inputs(rng)
        arrays["x"][self.overflow[0] * self.batch, 0] = 60000.0
        return arrays

    def keras_optimizer(self, keras: Any) -> Any:
        plain = super().keras_optimizer(keras)
        kind = keras.mixed_precision.LossScaleOptimizer
        return kind(plain, initial_scale=self.scale, dynamic_growth_steps=self.growth)
