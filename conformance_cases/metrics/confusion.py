"""Counts of the confusion matrix at thresholds, and the scores made of them."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.metrics._running import batches
from pytest_fwparity import MetricCase, difference, named


def scores(rng: np.random.Generator, shape: Any) -> Any:
    """Multiples of 1/16 plus 1/32 and a little: at least 0.02 from 0, 0.25, 0.4, 0.5, 0.6, 0.75 and 1."""
    return (2 * rng.integers(0, 16, size=shape) + 1) / 32 + rng.uniform(-0.005, 0.005, size=shape)


def counts(y_true: Any, y_pred: Any, weight: Any, thresholds: Any) -> tuple[Any, Any, Any, Any]:
    """TP, FP, TN, FN at each threshold, of torch or NumPy; a prediction above the threshold is positive."""
    found: list[list[Any]] = [[], [], [], []]
    if weight is None:
        weight = 1.0
    elif y_true.ndim > weight.ndim:
        weight = weight[:, None]
    for threshold in thresholds:
        above = 1.0 * (y_pred > threshold) + 0 * y_pred
        for kept, (label, guess) in zip(
            found,
            ((y_true, above), (1 - y_true, above), (1 - y_true, 1 - above), (y_true, 1 - above)),
            strict=True,
        ):
            kept.append((label * guess * weight).sum())
    return found[0], found[1], found[2], found[3]


class Count(MetricCase, abstract=True):
    """One of the four counts; ``which`` is its place in ``counts``."""

    thresholds: list[float] | None = None
    shape: list[int] = []
    weigh: str = "none"
    variants = named(
        default={},
        several={"thresholds": [0.4, 0.6], "weigh": "samples"},
        even={"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0], "shape": [3], "weigh": "samples"},
        elements={"shape": [3], "weigh": "elements", "thresholds": [0.4]},
    )
    fixed = ("y_true",)
    level = "standard"
    speed = None
    which = 0

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made = []
        for n in (12, 5, 9):
            shape = (n, *self.shape)
            update = {"y_true": rng.integers(0, 2, size=shape).astype(float), "y_pred": scores(rng, shape)}
            if self.weigh != "none":
                weight = rng.uniform(0.5, 2.0, size=shape if self.weigh == "elements" else n)
                if (
                    len(self.thresholds or ()) > 2
                ):  # Keras takes sums from sums there: a count of none is one of their roundings
                    weight = np.round(4 * weight) / 4
                weight.flat[1] = 0.0
                update["sample_weight"] = weight
            made.append(update)
        return made

    def keras(self, keras: Any) -> Any:
        return getattr(keras.metrics, type(self).__name__)(thresholds=self.thresholds and list(self.thresholds))

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        made = counts(y_true, y_pred, sample_weight, self.thresholds or [0.5])[self.which]
        return torch.stack(made) if self.thresholds and len(self.thresholds) > 1 else made[0]

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        made = counts(y_true, y_pred, sample_weight, self.thresholds or [0.5])[self.which]
        return np.stack(made) if self.thresholds and len(self.thresholds) > 1 else made[0]


class TruePositives(Count):
    """Positive and above the threshold."""


class FalsePositives(Count):
    """Negative and above the threshold."""

    which = 1


class TrueNegatives(Count):
    """Negative and not above the threshold."""

    which = 2


class FalseNegatives(Count):
    """Positive and not above the threshold."""

    which = 3


class Precision(MetricCase):
    """TP / (TP + FP), 0 of nothing; with top_k the k largest of a row are the positive ones."""

    thresholds: list[float] | None = None
    top_k: int | None = None
    class_id: int | None = None
    weighted: bool = False
    variants = named(
        default={},
        weighted={"weighted": True},
        several={"thresholds": [0.25, 0.6]},
        even={"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0], "weighted": True},
        top={"top_k": 2},
        class_={"class_id": 1, "weighted": True},
        top_class={"class_id": 1, "top_k": 2},
    )
    quick: ClassVar[tuple[str, ...] | None] = ("default", "top")
    fixed = ("y_true",)
    missed = 1

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_pred = np.argsort(rng.normal(size=(8, 4)), axis=-1) / 4 + rng.uniform(0.06, 0.14, size=(8, 4))
            y_true = (y_pred + rng.uniform(-0.6, 0.6, size=(8, 4)) > 0.4).astype(float)
            return {"y_true": y_true, "y_pred": y_pred}

        return batches(rng, made, self.weighted, (8, 4, 6))

    def keras(self, keras: Any) -> Any:
        thresholds = self.thresholds and list(self.thresholds)
        return getattr(keras.metrics, type(self).__name__)(thresholds, self.top_k, self.class_id)

    def _score(self, y_true: Any, y_pred: Any, weight: Any, kth: Any) -> list[Any]:
        if self.top_k:
            y_pred = 1.0 * (y_pred >= kth) + 0 * y_pred
        if self.class_id is not None:
            y_true, y_pred = (x[:, self.class_id : self.class_id + 1] for x in (y_true, y_pred))
        found = counts(y_true, y_pred, weight, self.thresholds or [0.5])
        pairs = zip(found[0], found[3 if self.missed == 3 else 1], strict=True)
        return [hit / (hit + missed) if float(hit) else 0 * hit for hit, missed in pairs]

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        kth = y_pred.topk(self.top_k, -1).values[:, -1:] if self.top_k else None
        made = self._score(y_true, y_pred, sample_weight, kth)
        return torch.stack(made) if len(made) > 1 else made[0]

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        kth = np.sort(y_pred, -1)[:, -self.top_k :][:, :1] if self.top_k else None
        made = self._score(y_true, y_pred, sample_weight, kth)
        return np.stack(made) if len(made) > 1 else made[0]

    @difference(
        replaces="torch",
        why="Keras lowers what is not among the k largest by 1e10, which is infinite in float16: 0 * inf = NaN, and nothing counts",
        source="keras/src/metrics/metrics_utils.py, _filter_top_k",
        when=lambda case: case.top_k,
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float16",),
    )
    def nothing_in_float16(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return 0 * y_pred.sum()


class Recall(Precision):
    """TP / (TP + FN), 0 of nothing."""

    level = "standard"
    speed = None
    quick = None
    missed = 3


class FBetaScore(MetricCase):
    """(1 + b**2) * P * R / (b**2 * P + R), 1e-7 added to each divisor; without a threshold the largest of a row counts."""

    average: str | None = None
    beta: float = 2.0
    threshold: float | None = 0.5
    weighted: bool = False
    variants = named(
        default={},
        weighted={"weighted": True, "average": "weighted"},
        micro={"average": "micro", "weighted": True},
        macro={"average": "macro", "beta": 0.5},
        largest={"threshold": None},
    )
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        def made() -> Any:
            y_pred = np.argsort(rng.normal(size=(9, 3)), axis=-1) / 3 + rng.uniform(0.06, 0.14, size=(9, 3))
            y_true = (y_pred + rng.uniform(-0.5, 0.5, size=(9, 3)) > 0.4).astype(float)
            return {"y_true": y_true, "y_pred": y_pred}

        return batches(rng, made, self.weighted, (9, 4, 6))

    def keras(self, keras: Any) -> Any:
        return keras.metrics.FBetaScore(average=self.average, beta=self.beta, threshold=self.threshold)

    def _score(self, y_true: Any, guess: Any, weight: Any) -> Any:
        weight = 1.0 if weight is None else weight[:, None]
        hit, extra, missed, label = (
            (weight * x).sum() if self.average == "micro" else (weight * x).sum(0)
            for x in (guess * y_true, guess * (1 - y_true), (1 - guess) * y_true, y_true)
        )
        precision, recall = hit / (hit + extra + 1e-7), hit / (hit + missed + 1e-7)
        square = self.beta**2
        made = (1 + square) * precision * recall / (square * precision + recall + 1e-7)
        if self.average == "weighted":
            return (made * label / (label.sum() + 1e-7)).sum()
        return made.mean() if self.average == "macro" else made

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        above = y_pred > self.threshold if self.threshold else y_pred == y_pred.amax(-1, keepdim=True)
        return self._score(y_true, above.to(y_pred.dtype), sample_weight)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        above = y_pred > self.threshold if self.threshold else y_pred == y_pred.max(-1, keepdims=True)
        return self._score(y_true, above.astype(float), sample_weight)


class F1Score(FBetaScore):
    """The same with beta = 1."""

    beta: float = 1.0
    variants = named(
        default={}, weighted={"weighted": True, "average": "weighted"}, macro={"average": "macro", "threshold": None}
    )

    def keras(self, keras: Any) -> Any:
        return keras.metrics.F1Score(average=self.average, threshold=self.threshold)
