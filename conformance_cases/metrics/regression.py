"""Metrics of real values."""

from typing import Any

import numpy as np

from conformance_cases.losses import regression as losses
from conformance_cases.metrics._running import WEIGHTED, RunningMean, batches, weighted_mean
from pytest_fwparity import MetricCase, difference, grid, named


class MeanSquaredError(MetricCase):
    """The mean over all samples seen, each weighed by its own weight; batches differ in size."""

    weighted: bool = False
    variants = grid(weighted=[False, True])

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made = []
        for n in (4, 2, 5):
            update = {"y_true": rng.normal(size=(n, 3)), "y_pred": rng.normal(size=(n, 3))}
            weight = {"sample_weight": rng.uniform(0.5, 2.0, size=n)} if self.weighted else {}
            made.append({**update, **weight})
        return made

    def keras(self, keras: Any) -> Any:
        return keras.metrics.MeanSquaredError()

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        values = (y_true - y_pred).square().mean(-1)
        weight = torch.ones_like(values) if sample_weight is None else sample_weight
        return (values * weight).sum() / weight.sum()

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = 1.0) -> Any:
        values = np.square(y_true - y_pred).mean(-1)
        weight = np.broadcast_to(sample_weight, values.shape)
        return (values * weight).sum() / weight.sum()


class MeanAbsoluteError(RunningMean):
    """The running mean of the loss of that name."""

    of = losses.MeanAbsoluteError


class MeanAbsolutePercentageError(RunningMean):
    """The running mean of the loss of that name."""

    of = losses.MeanAbsolutePercentageError


class MeanSquaredLogarithmicError(RunningMean):
    """The running mean of the loss of that name."""

    of = losses.MeanSquaredLogarithmicError


class LogCoshError(RunningMean):
    """The running mean of the loss ``LogCosh``."""

    of = losses.LogCosh


class CosineSimilarity(RunningMean):
    """The running mean of the cosine, of which the loss is the negative."""

    of = losses.CosineSimilarity
    sign = -1.0


class RootMeanSquaredError(MetricCase):
    """The root of the mean of all squares seen; a mean over the last axis comes before a sample's weight."""

    weighted: bool = False
    variants = WEIGHTED
    level = "standard"
    speed = None

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        return batches(rng, lambda: losses.MeanSquaredError().inputs(rng), self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.RootMeanSquaredError()

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean((y_true - y_pred).square().mean(-1), sample_weight).sqrt()

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return np.sqrt(weighted_mean(np.square(y_true - y_pred).mean(-1), sample_weight))


class R2Score(MetricCase):
    """1 - sum(w * (y - p)**2) / sum(w * (y - mean)**2) of each output, averaged; adjusted for n - 1 - regressors."""

    class_aggregation: str | None = "uniform_average"
    outputs_: int = 3
    num_regressors: int = 0
    weighted: bool = False
    variants = named(
        default={},
        weighted={"weighted": True},
        each={"class_aggregation": None},
        variance={"class_aggregation": "variance_weighted_average", "weighted": True},
        adjusted={"num_regressors": 2, "outputs_": 1},
        adjusted_outputs={"num_regressors": 2},
    )
    level = "standard"
    speed = None
    without = {"adjusted*-*16": "Keras adjusts in float32 whatever the dtype, and gives float32"}

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_true = rng.normal(size=(8, self.outputs_))
            return {"y_true": y_true, "y_pred": 0.5 * y_true + 0.5 * rng.normal(size=y_true.shape)}

        return batches(rng, made, self.weighted, (8, 6, 7))

    def keras(self, keras: Any) -> Any:
        return keras.metrics.R2Score(self.class_aggregation, self.num_regressors)

    def _score(self, y_true: Any, y_pred: Any, weight: Any, samples: int) -> Any:
        weight = 1.0 + 0.0 * y_true if weight is None else weight[:, None] + 0.0 * y_true
        mean = (weight * y_true).sum(0) / weight.sum(0)
        total = (weight * (y_true - mean) ** 2).sum(0)
        score = 1 - (weight * (y_true - y_pred) ** 2).sum(0) / total
        if self.class_aggregation == "uniform_average":
            score = score.mean()
        elif self.class_aggregation:
            score = (score * total).sum() / total.sum()
        if self.num_regressors:
            score = 1 - (1 - score) * (samples - 1) / (samples - self.num_regressors - 1)
        return score

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self._score(y_true, y_pred, sample_weight, len(y_true))

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self._score(y_true, y_pred, sample_weight, y_true.size)

    @difference(
        replaces="torch",
        why="Keras counts the elements of y_true, not the samples: with 3 outputs it adjusts for 3 times as many",
        source="keras/src/metrics/regression_metrics.py, R2Score.update_state: num_samples + ops.size(y_true)",
        when=lambda case: case.num_regressors > 0 and case.outputs_ > 1,
    )
    def elements_counted_as_samples(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self._score(y_true, y_pred, sample_weight, y_true.numel())
