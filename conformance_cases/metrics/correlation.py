"""Correlations."""

from typing import Any

import numpy as np

from conformance_cases.metrics._running import batches, weighted_mean
from pytest_fwparity import MetricCase, named


class PearsonCorrelation(MetricCase):
    """The mean over samples of the correlation along an axis."""

    axis: int = -1
    weighted: bool = False
    variants = named(default={}, weighted={"weighted": True}, second={"axis": 1})
    level = "standard"
    speed = None

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_true = rng.normal(1.0, 1.0, size=(6, 5) if self.axis == -1 else (6, 5, 2))
            return {"y_true": y_true, "y_pred": 0.7 * y_true + 0.3 * rng.normal(size=y_true.shape)}

        return batches(rng, made, self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.PearsonCorrelation(axis=self.axis)

    def _values(self, y_true: Any, y_pred: Any) -> Any:
        x, y = y_true - y_true.mean(self.axis, keepdims=True), y_pred - y_pred.mean(self.axis, keepdims=True)
        scale = (x * x).mean(self.axis) ** 0.5 * (y * y).mean(self.axis) ** 0.5
        return (x * y).mean(self.axis) / scale

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(self._values(y_true, y_pred), sample_weight)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(self._values(y_true, y_pred), sample_weight)


class ConcordanceCorrelation(PearsonCorrelation):
    """2 * cov / (var + var + (difference of means)**2 + 1e-7) along an axis, its mean over samples."""

    def keras(self, keras: Any) -> Any:
        return keras.metrics.ConcordanceCorrelation(axis=self.axis)

    def _values(self, y_true: Any, y_pred: Any) -> Any:
        x, y = y_true - y_true.mean(self.axis, keepdims=True), y_pred - y_pred.mean(self.axis, keepdims=True)
        apart = (y_true.mean(self.axis) - y_pred.mean(self.axis)) ** 2
        norm = (x * x).mean(self.axis) + (y * y).mean(self.axis) + apart + 1e-7
        return 2 * (x * y).mean(self.axis) / norm
