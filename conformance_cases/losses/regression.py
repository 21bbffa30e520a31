"""Losses of real values."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, grid


class Huber(LossCase):
    """Square below delta, straight above; the mean over the last axis is one sample's loss."""

    delta: float = 1.0
    variants = grid(delta=[0.3, 1.0, 2.5])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": rng.normal(size=(6, 4)), "y_pred": rng.normal(size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Huber(self.delta, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.huber_loss(y_pred, y_true, reduction="none", delta=self.delta).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        off = np.abs(y_true - y_pred)
        straight = self.delta * off - self.delta**2 / 2
        return np.where(off <= self.delta, off**2 / 2, straight).mean(-1)
