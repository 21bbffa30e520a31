"""Losses that a user writes: a subclass of the base class, with its reductions, weights and masks."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LossCase, named


class Loss(LossCase):
    """The pinball loss as a subclass of ``keras.losses.Loss``: ``call`` gives one value per sample, the base the rest."""

    quantile: float = 0.9
    variants = named(high={}, low={"quantile": 0.25})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.normal(size=(6, 4))
        sign = rng.choice([-1.0, 1.0], size=(6, 4))
        return {"y_true": y_true, "y_pred": y_true + sign * rng.uniform(0.25, 1.5, size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        quantile = self.quantile

        class Pinball(keras.losses.Loss):  # type: ignore[misc]
            def call(self, y_true: Any, y_pred: Any) -> Any:
                off = y_true - y_pred
                return keras.ops.mean(keras.ops.maximum(quantile * off, (quantile - 1) * off), axis=-1)

        return Pinball(name="pinball", reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        off = y_true - y_pred
        return torch.maximum(self.quantile * off, (self.quantile - 1) * off).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        off = y_true - y_pred
        return np.maximum(self.quantile * off, (self.quantile - 1) * off).mean(-1)


class LossOfPairs(LossCase):
    """A subclass with one value, and one weight, for every step of a sample."""

    level = "standard"
    speed = None
    sample_rank = 2
    variants = named(steps={})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": rng.normal(size=(4, 3, 2)), "y_pred": rng.normal(3.0, 1.0, size=(4, 3, 2))}

    def keras(self, keras: Any, reduction: str) -> Any:
        class Distance(keras.losses.Loss):  # type: ignore[misc]
            def call(self, y_true: Any, y_pred: Any) -> Any:
                return keras.ops.sqrt(keras.ops.sum(keras.ops.square(y_true - y_pred), axis=-1))

        return Distance(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return (y_true - y_pred).square().sum(-1).sqrt()

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return np.linalg.norm(y_true - y_pred, axis=-1)


class LossWeighedBySample(FunctionCase):
    """One weight for every sample, one value for every step of it: a weight counts at every step, in their sum once."""

    outputs = ("values", "mean", "weighted_mean")
    needs = {"keras": "3.7"}
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {name: rng.normal(size=(4, 3, 2)) for name in ("y_true", "y_pred")}
        return {**made, "weight": rng.uniform(0.5, 2.0, size=(4, 1))}

    def keras(self, keras: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
        reductions = ("none", "sum_over_batch_size", "mean_with_sample_weight")
        return tuple(keras.losses.MeanSquaredError(reduction)(y_true, y_pred, weight) for reduction in reductions)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
        values = (y_true - y_pred).square().mean(-1) * weight
        return values, values.mean(), values.sum() / weight.sum()

    def reference(self, y_true: Any, y_pred: Any, weight: Any) -> Any:
        values = np.square(y_true - y_pred).mean(-1) * weight
        return values, values.mean(), values.sum() / weight.sum()
