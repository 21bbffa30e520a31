"""Bases of metrics: the running mean of a loss, and sample weights."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import LossCase, MetricCase, named

WEIGHTED = named(default={}, weighted={"weighted": True})


def batches(rng: np.random.Generator, made: Any, weighted: bool, sizes: tuple[int, ...] = (6, 3, 5)) -> list[Any]:
    """Updates of several sizes; of the second, the first sample weighs nothing."""
    updates: list[Any] = []
    for n in sizes:
        update = {name: value[:n] for name, value in made().items()}
        if weighted:
            weight = rng.uniform(0.5, 2.0, size=n)
            weight[0] = 0.0 if len(updates) == 1 else weight[0]
            update["sample_weight"] = weight
        updates.append(update)
    return updates


def weighted_mean(values: Any, weight: Any = None) -> Any:
    """sum(weight * values) / sum(weight), of torch or NumPy."""
    return values.mean() if weight is None else (values * weight).sum() / weight.sum()


class RunningMean(MetricCase, abstract=True):
    """The mean of one loss per sample over everything seen, each sample with its own weight.

    ``of`` is the case of the loss, made with the fields of the same name.
    """

    weighted: bool = False
    variants = WEIGHTED
    level = "standard"
    speed = None
    of: ClassVar[type[LossCase]]
    sign: ClassVar[float] = 1.0

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.fixed, cls.domains = cls.of.fixed, cls.of.domains

    def _loss(self) -> LossCase:
        known = self.of.fields()
        return self.of(**{name: getattr(self, name) for name in self.fields() if name in known})

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        return batches(rng, lambda: self._loss().inputs(rng), self.weighted)

    def keras(self, keras: Any) -> Any:
        known = self.of.fields()
        options = {name: getattr(self, name) for name in self.fields() if name in known}
        return getattr(keras.metrics, type(self).__name__)(**options)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(self.sign * self._loss().torch(torch, y_true=y_true, y_pred=y_pred), sample_weight)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        values: Any = self._loss().reference(y_true=y_true, y_pred=y_pred)  # type: ignore[attr-defined]
        return weighted_mean(self.sign * values, sample_weight)
