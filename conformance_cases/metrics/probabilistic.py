"""Running means of the losses of probabilities."""

from typing import Any

from conformance_cases.losses import binary, categorical, probabilistic, sparse
from conformance_cases.metrics._running import RunningMean, weighted_mean
from pytest_fwparity import difference, named


class BinaryCrossentropy(RunningMean):
    """The running mean of the loss of that name."""

    of = binary.BinaryCrossentropy
    from_logits: bool = True
    label_smoothing: float = 0.0
    variants = named(
        logits={},
        weighted={"weighted": True},
        smoothed={"label_smoothing": 0.1},
        probabilities={"from_logits": False, "weighted": True},
    )


class CategoricalCrossentropy(RunningMean):
    """The running mean of the loss of that name."""

    of = categorical.CategoricalCrossentropy
    from_logits: bool = True
    label_smoothing: float = 0.0
    variants = named(
        logits={},
        weighted={"weighted": True},
        smoothed={"label_smoothing": 0.1},
        probabilities={"from_logits": False, "weighted": True},
    )


class SparseCategoricalCrossentropy(RunningMean):
    """The running mean of the loss of that name."""

    of = probabilistic.SparseCategoricalCrossentropy
    from_logits: bool = True
    variants = named(logits={}, weighted={"weighted": True}, probabilities={"from_logits": False, "weighted": True})


class SparseCategoricalCrossentropyIgnoring(RunningMean):
    """Samples of the ignored class count neither in the sum nor, as in the loss of that name, in the number."""

    of = sparse.SparseCategoricalCrossentropyIgnoring
    ignore_class: int = 2
    variants = named(default={}, weighted={"weighted": True}, outside={"ignore_class": -1})

    def keras(self, keras: Any) -> Any:
        return keras.metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=self.ignore_class)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        kept = y_true != self.ignore_class
        values = self._loss().torch(torch, y_true=y_true, y_pred=y_pred)
        return weighted_mean(values[kept], None if sample_weight is None else sample_weight[kept])

    def reference(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        kept = y_true != self.ignore_class
        values: Any = self._loss().reference(y_true=y_true, y_pred=y_pred)  # type: ignore[attr-defined]
        if sample_weight is None:  # as Keras counts, see below
            return weighted_mean(values)
        return weighted_mean(values[kept], None if sample_weight is None else sample_weight[kept])

    @difference(
        replaces="torch",
        why="without sample weights Keras' metric divides by all samples, the ignored ones too; with weights of 1 it does not",
        source="keras/src/metrics/reduction_metrics.py, reduce_to_samplewise_values: the mask is applied to weights alone",
        when=lambda case: not case.weighted,
    )
    def ignored_samples_counted(self, torch: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return weighted_mean(self._loss().torch(torch, y_true=y_true, y_pred=y_pred))


class KLDivergence(RunningMean):
    """The running mean of the loss of that name."""

    of = probabilistic.KLDivergence


class Poisson(RunningMean):
    """The running mean of the loss of that name."""

    of = probabilistic.Poisson
