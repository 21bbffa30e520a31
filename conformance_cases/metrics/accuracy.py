"""Accuracies."""

from typing import Any

import numpy as np

from pytest_fwparity import MetricCase, distinct, grid


class SparseCategoricalAccuracy(MetricCase):
    """The share of the samples seen whose largest value stands at the label, each with its own weight."""

    weighted: bool = False
    variants = grid(weighted=[False, True])

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made = []
        for n in (8, 4, 10):
            y_pred = distinct(rng, (n, 5))
            y_true = np.where(np.arange(n) % 2, y_pred.argmax(-1), rng.integers(0, 5, size=n))
            weight = {"sample_weight": rng.uniform(0.5, 2.0, size=n)} if self.weighted else {}
            made.append({"y_true": y_true, "y_pred": y_pred, **weight})
        return made

    def keras(self, keras: Any) -> Any:
        return keras.metrics.SparseCategoricalAccuracy()

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        hits = (y_pred.argmax(-1) == y_true).to(y_pred.dtype)
        weight = torch.ones_like(hits) if sample_weight is None else sample_weight
        return (hits * weight).sum() / weight.sum()

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = 1.0) -> Any:
        hits = (y_pred.argmax(-1) == y_true).astype(float)
        weight = np.broadcast_to(sample_weight, hits.shape)
        return (hits * weight).sum() / weight.sum()
