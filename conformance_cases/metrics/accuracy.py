"""Accuracies."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.metrics._running import WEIGHTED, batches, weighted_mean
from pytest_fwparity import MetricCase, difference, distinct, grid, named


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


class Hits(MetricCase, abstract=True):
    """The weighted share of hits; ``_hits`` tells them, of torch or NumPy."""

    weighted: bool = False
    variants = WEIGHTED
    level = "standard"
    speed = None
    fixed: ClassVar[tuple[str, ...]] = ("y_true",)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        kind = (y_pred if sample_weight is None else sample_weight).dtype
        return weighted_mean(self._hits(y_true, y_pred).to(kind), sample_weight)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(1.0 * self._hits(y_true, y_pred), sample_weight)

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        raise AssertionError("required hook")


class Accuracy(Hits):
    """The share of predictions that are the label itself."""

    fixed = ("y_true", "y_pred")

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_true = rng.integers(0, 3, size=6).astype(float)
            return {"y_true": y_true, "y_pred": np.where(np.arange(6) % 3, y_true, 3.0)}

        return batches(rng, made, self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.Accuracy()

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        return y_true == y_pred


class BinaryAccuracy(Hits):
    """The share of predictions that are above the threshold where the label is 1, and not where it is 0."""

    threshold: float = 0.5
    variants = named(default={}, weighted={"weighted": True}, strict={"threshold": 0.8, "weighted": True})
    level = "quick"
    quick = ("default", "weighted")

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_true = rng.integers(0, 2, size=6)
            y_pred = np.where(np.arange(6) % 3, y_true, 1 - y_true) * 0.4 + rng.uniform(0.2, 0.45, size=6)
            return {"y_true": y_true.astype(float), "y_pred": y_pred}

        return batches(rng, made, self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.BinaryAccuracy(threshold=self.threshold)

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        return (y_pred > self.threshold) == (y_true > 0.5)


class CategoricalAccuracy(Hits):
    """The share of rows whose largest value stands where the label's does."""

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_pred = distinct(rng, (6, 5))
            y_true = np.where(np.arange(6) % 2, y_pred.argmax(-1), rng.integers(0, 5, size=6))
            return {"y_true": np.eye(5)[y_true], "y_pred": y_pred}

        return batches(rng, made, self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.CategoricalAccuracy()

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        return y_true.argmax(-1) == y_pred.argmax(-1)


class TopKCategoricalAccuracy(Hits):
    """The share of rows in which fewer than k values are larger than the label's."""

    k: int = 3
    variants = named(default={}, weighted={"weighted": True}, one={"k": 1})

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_pred, labels = distinct(rng, (8, 6)), rng.integers(0, 6, size=8)
            labels[:2] = y_pred[0].argmax(), y_pred[1].argmin()  # a hit and a miss at the least
            return {"y_true": np.eye(6)[labels], "y_pred": y_pred}

        return batches(rng, made, self.weighted, (8, 5, 7))

    def keras(self, keras: Any) -> Any:
        return keras.metrics.TopKCategoricalAccuracy(k=self.k)

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        score = (y_true * y_pred).sum(-1)
        return (y_pred > score[:, None]).sum(-1) < self.k


class SparseTopKCategoricalAccuracy(Hits):
    """The same of whole-numbered labels; or whether the label is among the first k ids of a sorted list."""

    k: int = 3
    from_sorted_ids: bool = False
    variants = named(default={}, weighted={"weighted": True}, sorted={"from_sorted_ids": True, "weighted": True})

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_pred = distinct(rng, (8, 6))
            if self.from_sorted_ids:
                y_pred = np.argsort(-y_pred, -1)
            return {"y_true": rng.integers(0, 6, size=8), "y_pred": y_pred}

        return batches(rng, made, self.weighted, (8, 5, 7))

    def keras(self, keras: Any) -> Any:
        return keras.metrics.SparseTopKCategoricalAccuracy(k=self.k, from_sorted_ids=self.from_sorted_ids)

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        if self.from_sorted_ids:
            return (y_pred[:, : self.k] == y_true[:, None]).any(-1)
        chosen = y_pred[range(len(y_pred)), y_true]
        return (y_pred > chosen[:, None]).sum(-1) < self.k


class ManyClasses(Hits):
    """Class indices beyond 256, which half precision cannot tell apart, are told apart all the same."""

    sparse: bool = True
    variants = named(sparse={}, one_hot={"sparse": False})

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            chosen = 257 + 2 * rng.integers(0, 20, size=6)
            y_true = np.where(np.arange(6) % 2, chosen, chosen - 1)
            y_pred = np.eye(300)[chosen] + rng.uniform(0, 0.5, size=(6, 300))
            return {"y_true": y_true if self.sparse else np.eye(300)[y_true], "y_pred": y_pred}

        return batches(rng, made, self.weighted)

    def keras(self, keras: Any) -> Any:
        return keras.metrics.SparseCategoricalAccuracy() if self.sparse else keras.metrics.CategoricalAccuracy()

    def _hits(self, y_true: Any, y_pred: Any) -> Any:
        return (y_true if self.sparse else y_true.argmax(-1)) == y_pred.argmax(-1)

    @difference(
        replaces="torch",
        why="Keras compares class indices in the dtype of the prediction: bfloat16 takes 257 for 256",
        source="keras/src/metrics/accuracy_metrics.py, sparse_categorical_accuracy and categorical_accuracy",
        sides=("keras-*",),
        dtypes=("bfloat16",),
    )
    def indices_in_bfloat16(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        labels = y_true if self.sparse else y_true.argmax(-1)
        hits = labels.to(torch.bfloat16) == y_pred.argmax(-1).to(torch.bfloat16)
        return weighted_mean(hits.to(y_pred.dtype), sample_weight)
