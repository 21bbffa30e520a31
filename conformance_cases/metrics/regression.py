"""Metrics of real values."""

from typing import Any

import numpy as np

from pytest_fwparity import MetricCase, grid


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
