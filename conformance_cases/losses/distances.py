"""Distances of torch: between rows, between all pairs of rows, and the cosine."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, named


class PairwiseDistance(FunctionCase):
    """The p-norm of x - y + eps along the last axis; rows broadcast."""

    p: float = 2.0
    eps: float = 1e-6
    keepdim: bool = False
    one: bool = False
    function: bool = False
    variants = named(
        default={},
        manhattan={"p": 1.0, "keepdim": True},
        largest={"p": float("1e300"), "function": True, "eps": 1e-3},
        cubic={"p": 3.0, "function": True},
        broadcast={"one": True},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(6, 3))
        off = rng.permuted(np.tile([0.4, 0.9, 1.6], (6, 1)), axis=-1) * rng.choice([-1.0, 1.0], size=(6, 3))
        off *= np.linspace(1.0, 2.0, 6)[:, None]  # no two rows are as far apart
        return {"x": x, "y": (x + off)[:1] + 3.0 if self.one else x + off}

    def _norm(self) -> float:
        return float("inf") if self.p > 1e299 else self.p

    def keras(self, keras: Any, x: Any, y: Any) -> Any:
        off = x - y + self.eps
        if self._norm() == float("inf"):
            return keras.ops.max(keras.ops.abs(off), axis=-1)
        return keras.ops.norm(off, ord=self.p, axis=-1, keepdims=self.keepdim)

    def torch(self, torch: Any, x: Any, y: Any) -> Any:
        if self.function:
            return torch.nn.functional.pairwise_distance(x, y, self._norm(), self.eps, self.keepdim)
        return torch.nn.PairwiseDistance(self._norm(), self.eps, self.keepdim)(x, y)

    def reference(self, x: Any, y: Any) -> Any:
        return np.linalg.norm(x - y + self.eps, ord=self._norm(), axis=-1, keepdims=self.keepdim)


class Pdist(FunctionCase):
    """The p-norm of the difference of each pair of rows i < j, in that order."""

    p: float = 2.0
    variants = named(default={}, manhattan={"p": 1.0}, cubic={"p": 3.0})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        steps = rng.permuted(np.tile(np.arange(5) * 0.7, (3, 1)), axis=-1).T
        return {"x": steps + rng.uniform(-0.1, 0.1, size=(5, 3))}

    def keras(self, keras: Any, x: Any) -> Any:
        first, second = np.triu_indices(5, 1)
        off = keras.ops.take(x, first, axis=0) - keras.ops.take(x, second, axis=0)
        return keras.ops.norm(off, ord=self.p, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.pdist(x, self.p)

    def reference(self, x: Any) -> Any:
        first, second = np.triu_indices(5, 1)
        return np.linalg.norm(x[first] - x[second], ord=self.p, axis=-1)


class CosineOfRows(FunctionCase):
    """x . y / (max(|x|, eps) * max(|y|, eps)) along any axis, other axes broadcast."""

    axis: int = 1
    function: bool = False
    variants = named(default={}, first={"axis": 0, "function": True}, last={"axis": -1})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(1.0, 0.5, size=(3, 4, 2)), "y": rng.normal(1.0, 0.5, size=self._shape())}

    def _shape(self) -> tuple[int, ...]:
        return (1, 4, 2) if self.axis == -1 else (3, 4, 1)

    def keras(self, keras: Any, x: Any, y: Any) -> Any:
        y = keras.ops.broadcast_to(y, x.shape)
        return keras.ops.sum(keras.ops.normalize(x, axis=self.axis) * keras.ops.normalize(y, axis=self.axis), self.axis)

    def torch(self, torch: Any, x: Any, y: Any) -> Any:
        if self.function:
            return torch.nn.functional.cosine_similarity(x, y, dim=self.axis, eps=1e-8)
        return torch.nn.CosineSimilarity(dim=self.axis, eps=1e-8)(x, y)

    def reference(self, x: Any, y: Any) -> Any:
        y = np.broadcast_to(y, x.shape)
        return (x * y).sum(self.axis) / (np.linalg.norm(x, axis=self.axis) * np.linalg.norm(y, axis=self.axis))
