"""Similarities and distances of vectors, and vectors of length one."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, distinct, grid


class OfPairs(FunctionCase, abstract=True):
    """Of two arrays, by torch's module or its function."""

    form: str = "module"
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        near = rng.uniform(-0.02, 0.02, size=(3, 4, 5))
        return {"a": distinct(rng, (3, 4, 5), 0.25) + 0.0625, "b": near}  # no two distances are near in size


class CosineSimilarity(OfPairs):
    """The scalar product of vectors of length one; Keras' function is its negative."""

    axis: int = 1
    broadcast: bool = False
    without = {"keras-jax:*-bfloat16": "with floatx bfloat16 the epsilon of normalize is float32 to Keras on JAX"}
    variants = grid(form=["module", "function"], axis=[1, -1]) | grid(axis=[-1], broadcast=[True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        rows = {"a": (4, 1, 5), "b": (1, 3, 5)} if self.broadcast else {"a": (3, 4, 5), "b": (3, 4, 5)}
        return {name: rng.normal(size=shape) for name, shape in rows.items()}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return -keras.losses.cosine_similarity(a, b, axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        if self.form == "function":
            return torch.nn.functional.cosine_similarity(a, b, dim=self.axis)
        return torch.nn.CosineSimilarity(dim=self.axis)(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        lengths = np.linalg.norm(a, axis=self.axis) * np.linalg.norm(b, axis=self.axis)
        return (a * b).sum(self.axis) / lengths


class PairwiseDistance(OfPairs):
    """The p-norm of a - b + 1e-6 over the last axis."""

    p: str = "2"
    keepdim: bool = False
    variants = grid(form=["module", "function"]) | grid(p=["1", "3", "inf"]) | grid(keepdim=[True])

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.norm(a - b + 1e-6, ord=float(self.p), axis=-1, keepdims=self.keepdim)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        if self.form == "function":
            return torch.nn.functional.pairwise_distance(a, b, p=float(self.p), keepdim=self.keepdim)
        return torch.nn.PairwiseDistance(p=float(self.p), keepdim=self.keepdim)(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.norm(a - b + 1e-6, float(self.p), -1, self.keepdim)


class Normalized(FunctionCase):
    """x over its p-norm along an axis."""

    p: int = 2
    axis: int = 1
    without = {"keras-jax:*-bfloat16": "with floatx bfloat16 the epsilon of normalize is float32 to Keras on JAX"}
    variants = grid(axis=[1, -1]) | grid(p=[1, 3])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.normalize(x, axis=self.axis, order=self.p)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.normalize(x, p=self.p, dim=self.axis)

    def reference(self, x: Any) -> Any:
        return x / np.linalg.norm(np.moveaxis(x, self.axis, -1), self.p, -1)[(slice(None),) * (self.axis % 3) + (None,)]
