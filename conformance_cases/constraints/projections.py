"""Projections: weights in, weights that obey out."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, distinct, grid, named


class Projection(FunctionCase, abstract=True):
    """Columns whose norms are 0.4, 0.8, 1.6 and 3.2 and so far from every limit; Keras divides by norm + 1e-7."""

    level = "standard"
    speed = None
    axis: Any = 0
    restored: bool = False
    variants = named(default={}, last={"axis": -1}, kernel={"axis": [0, 1, 2]}, restored={"restored": True})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (3, 2, 3, 4) if isinstance(self.axis, (list, tuple)) else (5, 4)
        w = rng.normal(size=shape)
        w = w if self.axis != -1 else w.T
        axes = self._axes()
        w = w / np.sqrt(np.sum(w**2, axes, keepdims=True))
        norms = 0.4 * 2.0 ** np.arange(4)
        return {"w": w * (norms[:, None] if self.axis == -1 else norms)}

    def _axes(self) -> Any:
        return tuple(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis

    def _made(self, keras: Any, constraint: Any) -> Any:
        if not self.restored:
            return constraint
        return keras.constraints.deserialize(keras.constraints.serialize(constraint))

    def _torch_norm(self, torch: Any, w: Any) -> Any:
        return w.square().sum(self._axes(), keepdim=True).sqrt()

    def _norm(self, w: Any) -> Any:
        return np.sqrt(np.sum(w**2, self._axes(), keepdims=True))


class MaxNorm(Projection):
    """Norms of at most 1.2."""

    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.constraints.MaxNorm(1.2, axis=self.axis))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        norm = self._torch_norm(torch, w)
        return w * (norm.clamp(0, 1.2) / (1e-7 + norm))

    def reference(self, w: Any) -> Any:
        norm = self._norm(w)
        return w * np.minimum(norm, 1.2) / (1e-7 + norm)


class MinMaxNorm(Projection):
    """Norms between 0.6 and 1.2, or a share of the way there."""

    rate: float = 1.0
    variants = Projection.variants | grid(rate=[0.3])

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.constraints.MinMaxNorm(0.6, 1.2, self.rate, self.axis))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        norm = self._torch_norm(torch, w)
        return w * ((self.rate * norm.clamp(0.6, 1.2) + (1 - self.rate) * norm) / (1e-7 + norm))

    def reference(self, w: Any) -> Any:
        norm = self._norm(w)
        return w * (self.rate * np.clip(norm, 0.6, 1.2) + (1 - self.rate) * norm) / (1e-7 + norm)


class UnitNorm(Projection):
    """Norms of 1."""

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.constraints.UnitNorm(self.axis))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return w / (1e-7 + self._torch_norm(torch, w))

    def reference(self, w: Any) -> Any:
        return w / (1e-7 + self._norm(w))


class NonNeg(FunctionCase):
    """Nothing below 0."""

    level = "standard"
    speed = None
    without = {
        "keras-jax:*-bfloat16": "with floatx bfloat16 Keras on JAX makes the 0 a float32, and the result with it"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"w": distinct(rng, (5, 4))}

    def keras(self, keras: Any, w: Any) -> Any:
        return keras.constraints.NonNeg()(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return w.clamp(min=0)

    def reference(self, w: Any) -> Any:
        return np.maximum(w, 0)


class OwnConstraint(FunctionCase):
    """A subclass of Keras' base class: columns of mean 0."""

    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"w": rng.normal(size=(5, 4))}

    def keras(self, keras: Any, w: Any) -> Any:
        class Centered(keras.constraints.Constraint):  # type: ignore[misc]
            def __call__(self, w: Any) -> Any:
                return w - keras.ops.mean(w, axis=0)

        return keras.constraints.get(Centered())(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return w - w.mean(0)

    def reference(self, w: Any) -> Any:
        return w - np.mean(w, 0)
