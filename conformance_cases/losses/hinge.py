"""Hinge losses of signed labels and of classes."""

from typing import Any

import numpy as np

from conformance_cases.losses.categorical import one_hot
from conformance_cases.losses.regression import apart
from pytest_fwparity import LossCase, named


class Hinge(LossCase):
    """mean(max(1 - y * p, 0)); labels that are all 0 or 1 become -1 and 1."""

    binary: bool = False
    variants = named(signed={}, binary={"binary": True})
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        sign = rng.choice([-1.0, 1.0], size=(6, 4))
        y_pred = sign * (1 + apart(rng, (6, 4)))
        return {"y_true": (sign + 1) / 2 if self.binary else sign, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Hinge(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        sign = 2 * y_true - 1 if self.binary else y_true
        return (1 - sign * y_pred).clamp(min=0).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        sign = 2 * y_true - 1 if self.binary else y_true
        return np.maximum(1 - sign * y_pred, 0).mean(-1)


class SquaredHinge(Hinge):
    """mean(max(1 - y * p, 0)**2)."""

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.SquaredHinge(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        sign = 2 * y_true - 1 if self.binary else y_true
        return (1 - sign * y_pred).clamp(min=0).square().mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        sign = 2 * y_true - 1 if self.binary else y_true
        return np.square(np.maximum(1 - sign * y_pred, 0)).mean(-1)


class CategoricalHinge(LossCase):
    """max(0, 1 + max((1 - y) * p) - sum(y * p)): the largest wrong score (at least 0) against the right one."""

    negative: bool = False
    variants = named(default={}, negative={"negative": True})
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        order = np.argsort(rng.normal(size=(6, 4)), axis=-1)
        y_pred = 0.5 * order + rng.uniform(-0.1, 0.1, size=(6, 4)) - (2.0 if self.negative else 0.25)
        return {"y_true": one_hot(rng, (6,), 4), "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalHinge(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        wrong = ((1 - y_true) * y_pred).amax(-1)
        return (1 + wrong - (y_true * y_pred).sum(-1)).clamp(min=0)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        wrong = ((1 - y_true) * y_pred).max(-1)
        return np.maximum(1 + wrong - (y_true * y_pred).sum(-1), 0)
