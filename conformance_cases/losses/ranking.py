"""Losses of embeddings."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LossCase, named


def _logsumexp(x: Any) -> Any:
    top = x.max(-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(-1))


class Circle(LossCase):
    """softplus(logsumexp over others of the class + logsumexp over other classes), of weighted cosine distances.

    A distance d weighs (margin + d) * (margin - d) within a class and (1 + margin - d) * (1 - margin - d) across.
    """

    gamma: float = 8.0
    margin_: float = 0.4
    keep_diagonal: bool = False
    variants = named(
        default={}, popular={"gamma": 80.0, "keep_diagonal": True}, kept={"gamma": 1.0, "keep_diagonal": True}
    )
    level = "standard"
    speed = None
    without = {
        "popular-*16": "exp(80 * ...) of a distance that half precision rounds: its error is as large as the signal",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(size=(6, 4))
        return {
            "y_true": np.array([0, 0, 1, 1, 2, 2]),
            "y_pred": x / np.linalg.norm(x, axis=-1, keepdims=True),
        }

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Circle(self.gamma, self.margin_, not self.keep_diagonal, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        distance = (1 - y_pred @ y_pred.T).clamp(min=0)
        same = y_true[:, None] == y_true
        others = same | torch.eye(len(y_true), dtype=torch.bool)
        if not self.keep_diagonal:
            same = same & ~torch.eye(len(y_true), dtype=torch.bool)
        near = -self.gamma * (self.margin_ + distance) * (self.margin_ - distance)
        far = self.gamma * (1 + self.margin_ - distance).clamp(min=0) * (1 - self.margin_ - distance)
        within = near.masked_fill(~same, -torch.inf)
        across = far.masked_fill(others, -torch.inf)
        alone = ~same.any(-1)
        total = within.masked_fill(alone[:, None], 0.0).logsumexp(-1) + across.logsumexp(-1)
        return torch.logaddexp(total, torch.zeros_like(total)).masked_fill(alone, 0.0)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        distance = np.maximum(1 - y_pred @ y_pred.T, 0)
        same = y_true[:, None] == y_true
        within = -self.gamma * (self.margin_ + distance) * (self.margin_ - distance)
        across = self.gamma * np.maximum(1 + self.margin_ - distance, 0) * (1 - self.margin_ - distance)
        across = np.where(same, -np.inf, across)
        if not self.keep_diagonal:
            same = same & ~np.eye(len(y_true), dtype=bool)
        with np.errstate(invalid="ignore"):
            total = np.where(same.any(-1), _logsumexp(np.where(same, within, -np.inf)) + _logsumexp(across), -np.inf)
        return np.logaddexp(total, 0)


class CircleWithALoneSample(FunctionCase):
    """A sample alone in its class costs nothing, and the mean is over the others."""

    outputs = ("mean", "values")
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {**Circle().inputs(rng), "y_true": np.array([0, 0, 1, 1, 2, 3])}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        losses = keras.losses
        return losses.Circle(gamma=8.0)(y_true, y_pred), losses.Circle(gamma=8.0, reduction=None)(y_true, y_pred)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        values = Circle().torch(torch, y_true=y_true, y_pred=y_pred)
        return values[:4].mean(), values

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        values = Circle().reference(y_true=y_true, y_pred=y_pred)
        return values[:4].mean(), values
