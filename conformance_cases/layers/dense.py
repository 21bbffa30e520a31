"""Fully connected layers."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, grid


class Dense(LayerCase):
    """y = x @ kernel + bias; torch keeps the kernel transposed."""

    units: int = 32
    use_bias: bool = True
    variants = grid(units=[1, 32], use_bias=[True, False])
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(12, 16))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        kernel, bias = rng.normal(size=(16, self.units)), rng.normal(size=self.units)
        return {"kernel": kernel, "bias": bias} if self.use_bias else {"kernel": kernel}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dense(self.units, use_bias=self.use_bias)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Linear(16, self.units, bias=self.use_bias)

    def torch_weights(self, torch: Any, kernel: Any, **bias: Any) -> dict[str, Any]:
        return {"weight": kernel.T, **bias}

    def reference(self, x: Any, kernel: Any, bias: Any = 0.0) -> Any:
        return x @ kernel + bias
