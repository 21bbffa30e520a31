"""Cases whose torch the tests of gates change, as a bad upgrade would."""

from __future__ import annotations

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase


class Bent(FunctionCase):
    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.activations.gelu(x, approximate=False)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.gelu(x)


class Normalised(LayerCase):
    checks = ("agree",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.LayerNormalization(center=False, scale=False, epsilon=1e-5)

    def torch(self, torch: Any) -> Any:
        return torch.nn.LayerNorm(6, elementwise_affine=False)


class Large(LayerCase):
    """4 MiB in, 4 MiB out, so that the memory of a call shows in pages."""

    checks = ("speed",)
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(1024, 1024))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(1024, 1024)) / 32}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dense(1024, use_bias=False)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Linear(1024, 1024, bias=False)

    def torch_weights(self, torch: Any, kernel: Any) -> dict[str, Any]:
        return {"weight": kernel.T}
