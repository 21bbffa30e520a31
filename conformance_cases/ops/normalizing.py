"""Normalizations as functions."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import grid, named


class BatchNormalizationOp(Array):
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, each of one value per channel."""

    axis: int = -1
    scaled: bool = True
    epsilon: float = 1e-3
    variants = grid(axis=[-1, 1], scaled=[True, False]) | named(small={"epsilon": 1e-7})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {"x": rng.normal(size=(2, 3, 4, 3)), "mean": rng.normal(size=3), "variance": rng.uniform(0.5, 2, 3)}
        return {**made, "offset": rng.normal(size=3), "scale": rng.normal(size=3)} if self.scaled else made

    def keras(self, keras: Any, x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None) -> Any:
        return keras.ops.batch_normalization(x, mean, variance, self.axis, offset, scale, self.epsilon)

    def torch(self, torch: Any, x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None) -> Any:
        roots = torch.sqrt(self.along(variance) + self.epsilon)
        y = (x - self.along(mean)) / roots
        return y if scale is None else y * self.along(scale) + self.along(offset)

    def reference(self, x: Any, mean: Any, variance: Any, offset: Any = None, scale: Any = None) -> Any:
        y = (x - self.along(mean)) / np.sqrt(self.along(variance) + self.epsilon)
        return y if scale is None else y * self.along(scale) + self.along(offset)

    def along(self, row: Any) -> Any:
        return row.reshape((1, 3, 1, 1) if self.axis == 1 else (3,))


class LayerNormalizationOp(Array):
    """(x - mean(x)) / sqrt(var(x) + epsilon) * gamma + beta."""

    scaled: bool = True
    epsilon: float | None = None
    variants = grid(scaled=[True, False], epsilon=[None, 1e-3])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(0.5, 1.0, size=(2, 3, 6))
        return {"x": x, "gamma": rng.normal(size=6), "beta": rng.normal(size=6)} if self.scaled else {"x": x}

    def keras(self, keras: Any, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        return keras.ops.layer_normalization(x, gamma, beta, epsilon=self.epsilon)

    def torch(self, torch: Any, x: Any, gamma: Any = None, beta: Any = None) -> Any:
        return torch.nn.functional.layer_norm(x, (6,), gamma, beta, self.epsilon or 1e-7)

    def reference(self, x: Any, gamma: Any = 1.0, beta: Any = 0.0) -> Any:
        y = x - x.mean(-1, keepdims=True)
        return y / np.sqrt(y.var(-1, keepdims=True) + (self.epsilon or 1e-7)) * gamma + beta


class RmsNormalizationOp(Array):
    """x / sqrt(mean(x * x) + epsilon) * scale."""

    scaled: bool = True
    axis: int | tuple[int, ...] = -1
    epsilon: float | None = None
    variants = grid(scaled=[True, False], epsilon=[None, 1e-3]) | grid(scaled=[False], axis=[1, (1, 2)])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(0.5, 1.0, size=(2, 3, 6))
        return {"x": x, "scale": rng.normal(size=6)} if self.scaled else {"x": x}

    def keras(self, keras: Any, x: Any, scale: Any = None) -> Any:
        return keras.ops.rms_normalization(x, scale, self.axis, self.epsilon)

    def torch(self, torch: Any, x: Any, scale: Any = None) -> Any:
        if self.axis == -1:
            return torch.nn.functional.rms_norm(x, (6,), scale, self.epsilon or 1e-7)
        return x * torch.rsqrt(x.square().mean(self.axis, keepdim=True) + 1e-7)

    def reference(self, x: Any, scale: Any = 1.0) -> Any:
        return x / np.sqrt(np.mean(x * x, self.axis, keepdims=True) + (self.epsilon or 1e-7)) * scale
