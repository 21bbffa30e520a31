"""Mean, sum, and metrics that a user writes."""

from typing import Any

import numpy as np

from conformance_cases.metrics._running import weighted_mean
from pytest_fwparity import MetricCase, named


class Mean(MetricCase):
    """sum(w * v) / sum(w); a weight of every sample holds for its whole row, one of every element for that alone."""

    shape: list[int] = [3]
    weigh: str = "none"
    variants = named(
        default={},
        samples={"weigh": "samples"},
        elements={"weigh": "elements"},
        flat={"shape": [], "weigh": "samples"},
        negative={"weigh": "negative"},
    )

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        return [self._update(rng, n) for n in (4, 2, 5)]

    def _update(self, rng: np.random.Generator, n: int) -> dict[str, Any]:
        shape = (n, *self.shape)
        update = {"values": rng.uniform(0.5, 2.0, size=shape)}
        if self.weigh != "none":
            weight = rng.uniform(0.5, 2.0, size=shape if self.weigh == "elements" else n)
            weight.flat[1] *= -0.2 if self.weigh == "negative" else 0.0
            update["sample_weight"] = weight
        return update

    def keras(self, keras: Any) -> Any:
        return keras.metrics.Mean()

    def _spread(self, values: Any, weight: Any) -> Any:
        return weight if weight is None or weight.ndim == values.ndim else weight[:, None] + 0 * values

    def torch(self, torch: Any, values: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(values, self._spread(values, sample_weight))

    def reference(self, values: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(values, self._spread(values, sample_weight))


class Sum(Mean):
    """sum(w * v)."""

    level = "standard"
    speed = None

    def keras(self, keras: Any) -> Any:
        return keras.metrics.Sum()

    def torch(self, torch: Any, values: Any, sample_weight: Any = None) -> Any:
        return (values * (1.0 if sample_weight is None else self._spread(values, sample_weight))).sum()

    def reference(self, values: Any, sample_weight: Any = None) -> Any:
        return (values * (1.0 if sample_weight is None else self._spread(values, sample_weight))).sum()


class MeanMetricWrapper(MetricCase):
    """The running mean of a function of one's own, given options as keywords."""

    weighted: bool = False
    variants = named(default={}, weighted={"weighted": True})
    level = "standard"
    speed = None

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        made = []
        for n in (4, 2, 5):
            update = {"y_true": rng.uniform(0.5, 2.0, size=(n, 3)), "y_pred": rng.uniform(0.5, 2.0, size=(n, 3))}
            made.append({**update, **({"sample_weight": rng.uniform(0.5, 2.0, size=n)} if self.weighted else {})})
        return made

    def keras(self, keras: Any) -> Any:
        def power_error(y_true: Any, y_pred: Any, power: float) -> Any:
            return keras.ops.mean(keras.ops.abs(y_true**power - y_pred**power), axis=-1)

        return keras.metrics.MeanMetricWrapper(power_error, name="power_error", power=3.0)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean((y_true**3 - y_pred**3).abs().mean(-1), sample_weight)

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(np.abs(y_true**3 - y_pred**3).mean(-1), sample_weight)


class Metric(MetricCase):
    """A subclass of the base class with variables of its own: the largest error seen, and how often it was beaten."""

    reset: bool = False
    variants = named(default={}, reset={"reset": True})
    level = "standard"
    speed = None

    def updates(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        return [{"y_true": rng.normal(size=(n, 3)), "y_pred": rng.normal(size=(n, 3))} for n in (4, 2, 5)]

    def keras(self, keras: Any) -> Any:
        class LargestError(keras.metrics.Metric):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__(name="largest_error")
                self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
                self.seen = self.add_weight(shape=(), initializer="zeros", name="seen")

            def update_state(self, y_true: Any, y_pred: Any) -> None:
                self.largest.assign(keras.ops.maximum(self.largest, keras.ops.max(keras.ops.abs(y_true - y_pred))))
                self.seen.assign_add(keras.ops.cast(keras.ops.shape(y_true)[0], self.seen.dtype))

            def result(self) -> Any:
                return self.largest / self.seen

        made = LargestError()
        if self.reset:
            made.update_state(keras.ops.ones((2, 3)), keras.ops.full((2, 3), 9.0))
            made.reset_state()
        return made

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return (y_true - y_pred).abs().max() / len(y_true)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return np.abs(y_true - y_pred).max() / len(y_true)
