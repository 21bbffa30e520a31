"""Intersection over union of classes; Keras counts in integers and divides in float32, whatever the dtype."""

from typing import Any

import numpy as np

from pytest_fwparity import MetricCase, difference, named


class IoU(MetricCase):
    """The mean over the target classes seen of TP / (TP + FP + FN + 1e-7), divided by their number + 1e-7.

    Labels come as whole numbers or as scores of which the largest counts. The result is cast to the dtype asked for,
    since the metric itself gives float32 in every dtype.
    """

    ignore_class: int | None = None
    weighted: bool = False
    targets: list[int] = [0, 2]
    variants = named(default={}, weighted={"weighted": True}, ignoring={"ignore_class": 1, "targets": [2]})
    fixed = ("y_true", "y_pred", "sample_weight")
    level = "standard"
    speed = None
    classes = 3
    scores: tuple[str, ...] = ()

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made = []
        for n in (6, 4, 5):
            labels = {name: rng.integers(0, self.classes, size=(n, 4)) for name in ("y_true", "y_pred")}
            labels["y_pred"] = np.where(rng.uniform(size=(n, 4)) < 0.5, labels["y_true"], labels["y_pred"])
            update: dict[str, Any] = {
                name: self._scores(rng, value) if name in self.scores else value.astype(float)
                for name, value in labels.items()
            }
            if self.weighted:
                update["sample_weight"] = rng.integers(0, 4, size=(n, 4)).astype(float)
            made.append(update)
        return made

    def _scores(self, rng: np.random.Generator, labels: Any) -> Any:
        return np.eye(self.classes)[labels] + rng.uniform(0, 0.5, size=(*labels.shape, self.classes))

    def _metric(self, keras: Any, kind: Any) -> Any:
        return kind(self.classes, list(self.targets), ignore_class=self.ignore_class)

    def keras(self, keras: Any) -> Any:
        class Cast(getattr(keras.metrics, type(self).__name__)):  # type: ignore[misc]
            def result(self) -> Any:
                return keras.ops.cast(super().result(), keras.config.floatx())

        return self._metric(keras, Cast)

    def _labels(self, y_true: Any, y_pred: Any) -> Any:
        return (x.argmax(-1) if name in self.scores else x for name, x in (("y_true", y_true), ("y_pred", y_pred)))

    def _counts(self, y_true: Any, y_pred: Any, weight: Any) -> list[tuple[float, float]]:
        """Of each target class seen, the samples in both and those in either."""
        y_true, y_pred = self._labels(y_true, y_pred)
        weight = 1.0 if weight is None else weight
        weight = weight * (y_true != self.ignore_class if self.ignore_class is not None else 1.0)
        found = []
        for target in self.targets:
            true, pred = 1 * (y_true == target), 1 * (y_pred == target)
            both, either = (weight * true * pred).sum(), (weight * (true + pred - true * pred)).sum()
            if float(either) > 0:
                found.append((float(both), float(either)))
        return found

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        found = torch.tensor(self._counts(y_true, y_pred, sample_weight), dtype=y_pred.dtype)
        return (found[:, 0] / (found[:, 1] + 1e-7)).sum() / (len(found) + 1e-7)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        found = np.array(self._counts(y_true, y_pred, sample_weight), np.float32)
        one = np.float32(1)
        return (found[:, 0] / (found[:, 1] + one * 1e-7)).sum() / (one * len(found) + one * 1e-7)

    @difference(
        replaces="torch",
        why="Keras divides in float32 whatever the dtype of the metric",
        source="keras/src/metrics/iou_metrics.py, IoU.result: ops.cast(denominator, dtype='float32')",
    )
    def divided_in_float32(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        found = torch.tensor(self._counts(y_true, y_pred, sample_weight), dtype=torch.float32)
        return ((found[:, 0] / (found[:, 1] + 1e-7)).sum() / (len(found) + 1e-7)).to(y_pred.dtype)


class MeanIoU(IoU):
    """The same over all classes."""

    targets: list[int] = [0, 1, 2]
    variants = named(default={}, weighted={"weighted": True}, ignoring={"ignore_class": 1})

    def _metric(self, keras: Any, kind: Any) -> Any:
        return kind(self.classes, ignore_class=self.ignore_class)


class OneHotIoU(IoU):
    """The same of scores, of which the largest along the last axis counts."""

    scores = ("y_true", "y_pred")
    variants = named(default={}, ignoring={"ignore_class": 1})


class OneHotMeanIoU(MeanIoU):
    """The same of all classes, of scores."""

    scores = ("y_true", "y_pred")
    variants = named(default={}, ignoring={"ignore_class": 1})


class BinaryIoU(IoU):
    """The same of two classes, a score of at least the threshold being the second."""

    threshold: float = 0.5
    targets: list[int] = [0, 1]
    variants = named(default={}, second={"targets": [1], "threshold": 0.3}, weighted={"weighted": True})
    classes = 2
    scores = ("y_pred",)

    def _scores(self, rng: np.random.Generator, labels: Any) -> Any:
        return np.where(labels > 0, rng.uniform(0.55, 0.95, size=labels.shape), rng.uniform(0.05, 0.25, labels.shape))

    def _metric(self, keras: Any, kind: Any) -> Any:
        return kind(list(self.targets), threshold=self.threshold)

    def _labels(self, y_true: Any, y_pred: Any) -> Any:
        return y_true, y_pred >= self.threshold
