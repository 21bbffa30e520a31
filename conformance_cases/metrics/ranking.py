"""Areas under curves of 200 thresholds, and the best of one score where another is good enough."""

from typing import Any

import numpy as np

from pytest_fwparity import MetricCase, named


def _scored(rng: np.random.Generator, sizes: tuple[int, ...], labels: tuple[int, ...], weighted: bool) -> Any:
    """Predictions at 16 levels, 12 thresholds apart, that lean towards their labels."""
    made = []
    for n in sizes:
        y_true = rng.integers(0, 2, size=(n, *labels)).astype(float)
        y_true[:2] = np.arange(2).reshape(2, *[1] * len(labels))
        level = np.clip(rng.integers(0, 16, size=y_true.shape) + np.where(y_true > 0, 3, -3), 0, 15)
        update = {"y_true": y_true, "y_pred": (2 * level + 1) / 32}
        if weighted:
            update["sample_weight"] = rng.uniform(0.5, 2.0, size=n)
        made.append(update)
    return made


def _table(xp: Any, y_true: Any, y_pred: Any, weight: Any, thresholds: Any) -> list[Any]:
    """TP, FP, TN, FN, thresholds first and labels, if any, last; of torch or NumPy."""
    above = 1.0 * (y_pred[None] > thresholds.reshape(-1, *[1] * y_pred.ndim)) + 0 * y_pred
    if weight is None:
        weight = 1.0
    elif y_pred.ndim > weight.ndim:
        weight = weight[:, None]
    return [
        (weight * part).sum(1)
        for part in (y_true * above, (1 - y_true) * above, (1 - y_true) * (1 - above), y_true * (1 - above))
    ]


def _ratio(xp: Any, a: Any, b: Any) -> Any:
    """a / b, 0 where b is 0."""
    return xp.where(b == 0, 0 * a, a / xp.where(b == 0, 1 + 0 * b, b))


class AUC(MetricCase):
    """The area under a curve of (num_thresholds) points: trapezoids, or the lower or upper sums.

    Precision over recall is interpolated as by Davis and Goadrich (2006); gains as by Flach and Kull (2015).
    """

    curve: str = "ROC"
    summation_method: str = "interpolation"
    num_thresholds: int = 200
    thresholds: list[float] | None = None
    weighted: bool = False
    multi_label: bool = False
    label_weights: list[float] | None = None
    from_logits: bool = False
    variants = named(
        default={},
        weighted={"weighted": True},
        precision={"curve": "PR"},
        gain={"curve": "PRGAIN", "weighted": True},
        lower={"curve": "PR", "summation_method": "minoring"},
        upper={"summation_method": "majoring"},
        few={"thresholds": [0.25, 0.4, 0.75], "weighted": True},
        labels={"multi_label": True, "num_thresholds": 50},
        label_weights={"multi_label": True, "label_weights": [0.5, 2.0, 1.0], "curve": "PR"},
        logits={"from_logits": True},
    )
    quick = ("default", "precision")
    fixed = ("y_true", "y_pred")

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = _scored(rng, (12, 7, 9), (3,) if self.multi_label else (), self.weighted)
        for update in made if self.from_logits else ():
            update["y_pred"] = np.log(update["y_pred"] / (1 - update["y_pred"]))
        return made

    def keras(self, keras: Any) -> Any:
        return keras.metrics.AUC(
            num_thresholds=self.num_thresholds,
            curve=self.curve,
            summation_method=self.summation_method,
            thresholds=self.thresholds and list(self.thresholds),
            multi_label=self.multi_label,
            num_labels=3 if self.multi_label else None,
            label_weights=self.label_weights and list(self.label_weights),
            from_logits=self.from_logits,
        )

    def _points(self) -> Any:
        inner = self.thresholds or np.arange(1, self.num_thresholds - 1) / (self.num_thresholds - 1)
        return np.array([-1e-7, *inner, 1 + 1e-7])

    def _area(self, xp: Any, table: list[Any]) -> Any:
        tp, fp, tn, fn = table
        recall = _ratio(xp, tp, tp + fn)
        if self.curve == "PR" and self.summation_method == "interpolation":
            picked = tp + fp
            slope = _ratio(xp, tp[:-1] - tp[1:], picked[:-1] - picked[1:])
            start = tp[1:] - slope * picked[1:]
            both = (picked[:-1] > 0) & (picked[1:] > 0)
            log = xp.log(xp.where(both, _ratio(xp, picked[:-1], picked[1:]), 1 + 0 * picked[1:]))
            return _ratio(xp, slope * (tp[:-1] - tp[1:] + start * log), tp[1:] + fn[1:]).sum(0)
        x, y = recall, _ratio(xp, tp, tp + fp)
        if self.curve == "ROC":
            x, y = _ratio(xp, fp, fp + tn), recall
        elif self.curve == "PRGAIN":
            odds = (tp + fn) / (tn + fp)
            x = xp.where(tp == 0, 0 * tp, 1 - odds * _ratio(xp, fn, tp))
            x = xp.where(x < 0, 0 * x, x)
            y = xp.where(tp == 0, 1 + 0 * tp, 1 - odds * _ratio(xp, fp, tp))
        if self.summation_method == "interpolation":
            height = (y[:-1] + y[1:]) / 2
        else:
            height = (xp.minimum if self.summation_method == "minoring" else xp.maximum)(y[:-1], y[1:])
        return ((x[:-1] - x[1:]) * height).sum(0)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        p = y_pred.sigmoid() if self.from_logits else y_pred
        points = torch.as_tensor(self._points(), dtype=torch.float64)
        area = self._area(torch, _table(torch, y_true, p, sample_weight, points))
        if not self.label_weights:
            return area.mean()
        weights = torch.tensor(self.label_weights, dtype=area.dtype)
        return (area * weights).sum() / weights.sum()

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        p = 1 / (1 + np.exp(-y_pred)) if self.from_logits else y_pred
        area = self._area(np, _table(np, y_true, p, sample_weight, self._points()))
        return np.average(area, weights=self.label_weights) if self.label_weights else area.mean()


class AtThreshold(MetricCase, abstract=True):
    """The largest of one score over thresholds at which another is at least ``least``; 0 where none is.

    ``wanted`` and ``held`` name two of sensitivity (recall), specificity and precision.
    """

    least: float = 0.55
    num_thresholds: int = 200
    weighted: bool = False
    class_id: int | None = None
    variants = named(
        default={},
        weighted={"weighted": True},
        single={"num_thresholds": 1, "least": 0.1},
        class_={"class_id": 1, "num_thresholds": 21},
    )
    fixed = ("y_true", "y_pred")
    level = "standard"
    speed = None
    wanted = held = ""

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        labels = () if self.class_id is None else (3,)
        made: list[dict[str, Any]] = _scored(rng, (12, 7, 9), labels, self.weighted)
        return made

    def keras(self, keras: Any) -> Any:
        kind = getattr(keras.metrics, type(self).__name__)
        return kind(self.least, num_thresholds=self.num_thresholds, class_id=self.class_id)

    def _best(self, xp: Any, y_true: Any, y_pred: Any, weight: Any, points: Any) -> Any:
        if self.class_id is not None:
            y_true, y_pred = y_true[:, self.class_id], y_pred[:, self.class_id]
        tp, fp, tn, fn = _table(xp, y_true, y_pred, weight, points)
        made = {
            "sensitivity": _ratio(xp, tp, tp + fn),
            "specificity": _ratio(xp, tn, tn + fp),
            "precision": _ratio(xp, tp, tp + fp),
        }
        return xp.where(made[self.held] >= self.least, made[self.wanted], 0 * tp).max()

    def _points(self) -> Any:
        return np.array([0.5]) if self.num_thresholds == 1 else np.linspace(0, 1, self.num_thresholds)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        points = torch.as_tensor(self._points(), dtype=torch.float64)
        return self._best(torch, y_true, y_pred, sample_weight, points)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self._best(np, y_true, y_pred, sample_weight, self._points())


class SensitivityAtSpecificity(AtThreshold):
    """The largest TP / (TP + FN) where TN / (TN + FP) is large enough."""

    wanted, held = "sensitivity", "specificity"


class SpecificityAtSensitivity(AtThreshold):
    """The largest TN / (TN + FP) where TP / (TP + FN) is large enough."""

    wanted, held = "specificity", "sensitivity"


class PrecisionAtRecall(AtThreshold):
    """The largest TP / (TP + FP) where TP / (TP + FN) is large enough."""

    wanted, held = "precision", "sensitivity"


class RecallAtPrecision(AtThreshold):
    """The largest TP / (TP + FN) where TP / (TP + FP) is large enough."""

    wanted, held = "sensitivity", "precision"
