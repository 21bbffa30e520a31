"""Faults of metrics."""

from typing import Any

from conformance_cases.faults._stand_ins import rescaled
from pytest_fwparity import fault

_ERROR, _ACCURACY = "core:metrics/MeanSquaredError", "core:metrics/SparseCategoricalAccuracy"


@fault(case=_ERROR, side="keras")
def metric_forgets_what_came_before(keras: Any, patch: Any) -> None:
    """The third update begins anew."""
    stock = keras.metrics.MeanSquaredError.update_state

    def update(self: Any, *given: Any, **options: Any) -> Any:
        self.fwparity_updates = getattr(self, "fwparity_updates", 0) + 1
        if self.fwparity_updates == 3:
            self.reset_state()
        return stock(self, *given, **options)

    patch(keras.metrics.MeanSquaredError, "update_state", update)


@fault(case=_ERROR, side="keras", variant="weighted=True")
def metric_divides_by_samples(keras: Any, patch: Any) -> None:
    """The weighed sum is divided by the number of samples, not by the sum of their weights."""
    stock = keras.metrics.Mean.update_state

    def update(self: Any, values: Any, sample_weight: Any = None) -> Any:
        made = stock(self, values, sample_weight)
        if sample_weight is not None:
            self.count.assign_add(int(values.shape[0]) - keras.ops.sum(sample_weight))
        return made

    patch(keras.metrics.Mean, "update_state", update)


@fault(case=_ERROR, side="torch")
def squares_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every square is 1e-7 too large."""
    rescaled(patch, torch.Tensor, "square")


@fault(case=_ACCURACY, side="keras", variant="weighted=True")
def accuracy_ignores_weights(keras: Any, patch: Any) -> None:
    """Sample weights are not used."""
    stock = keras.metrics.SparseCategoricalAccuracy.update_state
    patch(
        keras.metrics.SparseCategoricalAccuracy,
        "update_state",
        lambda self, y_true, y_pred, sample_weight=None: stock(self, y_true, y_pred),
    )


@fault(case=_ERROR, side="keras", tier="float16")
def metric_wrong_in_float16_alone(keras: Any, patch: Any) -> None:
    """In float16 alone the result is 10 % too large."""
    rescaled(patch, keras.metrics.MeanSquaredError, "result", 0.1, dtype="float16")


@fault(case=_ERROR, side="keras", variant="weighted=True")
def metric_forgets_weights_after_the_first_update(keras: Any, patch: Any) -> None:
    """From the second update on sample weights are ignored."""
    stock = keras.metrics.MeanSquaredError.update_state

    def update(self: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        self.fwparity_updates = getattr(self, "fwparity_updates", 0) + 1
        return stock(self, y_true, y_pred, sample_weight if self.fwparity_updates == 1 else None)

    patch(keras.metrics.MeanSquaredError, "update_state", update)


@fault(case=_ACCURACY, side="torch")
def accuracy_takes_the_smallest(torch: Any, patch: Any) -> None:
    """argmax gives the place of the smallest."""
    patch(torch.Tensor, "argmax", torch.Tensor.argmin)
