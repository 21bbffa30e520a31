"""Overlap losses of masks."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import LossCase, named


class Dice(LossCase):
    """1 - 2 * sum(y * p) / (sum(y) + sum(p) + 1e-7) over the axes, by default over everything, the batch too."""

    axis: list[int] | None = None
    variants = named(everything={})
    sample_rank = 0
    # a scalar loss is weighed, but Keras divides it by no weight
    reductions: ClassVar[tuple[str, ...]] = ("none", "sum", "sum_over_batch_size")
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.integers(0, 2, size=(4, 3, 2)).astype(float)
        y_true[-1] *= self.axis is None
        return {"y_true": y_true, "y_pred": rng.uniform(0.2, 0.8, size=(4, 3, 2))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Dice(reduction=reduction, axis=self.axis)

    def _axes(self, x: Any) -> Any:
        return tuple(range(x.ndim)) if self.axis is None else self.axis

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        axes = self._axes(y_pred)
        return 1 - 2 * (y_true * y_pred).sum(axes) / (y_true.sum(axes) + y_pred.sum(axes) + 1e-7)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        axes = tuple(self._axes(y_pred))
        return 1 - 2 * (y_true * y_pred).sum(axes) / (y_true.sum(axes) + y_pred.sum(axes) + 1e-7)


class DiceOfEachSample(Dice):
    """The same over all axes but the first, one value and one weight for every sample; the last mask is empty."""

    axis: list[int] | None = [1, 2]
    variants = named(each={}, negative={"axis": [-1, -2]})
    sample_rank = 1
    reductions = LossCase.reductions


class Tversky(Dice):
    """1 - TP / (TP + alpha * sum((1 - p) * y) + beta * sum(p * (1 - y)) + 1e-7)."""

    alpha: float = 0.5
    beta: float = 0.5
    variants = named(default={}, uneven={"alpha": 0.3, "beta": 0.7})

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Tversky(self.alpha, self.beta, reduction=reduction, axis=self.axis)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        axes = self._axes(y_pred)
        hit, missed, extra = (
            (a * b).sum(axes) for a, b in ((y_true, y_pred), (y_true, 1 - y_pred), (1 - y_true, y_pred))
        )
        return 1 - hit / (hit + self.alpha * missed + self.beta * extra + 1e-7)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        axes = tuple(self._axes(y_pred))
        hit, missed, extra = (
            (a * b).sum(axes) for a, b in ((y_true, y_pred), (y_true, 1 - y_pred), (1 - y_true, y_pred))
        )
        return 1 - hit / (hit + self.alpha * missed + self.beta * extra + 1e-7)


class TverskyOfEachSample(Tversky):
    """The same over all axes but the first: one value and one weight for every sample."""

    axis: list[int] | None = [1, 2]
    variants = named(uneven={"alpha": 0.3, "beta": 0.7})
    sample_rank = 1
    reductions = LossCase.reductions
