"""Faults of regularizers."""

from typing import Any

from conformance_cases.faults._gradients import keras_first_element
from conformance_cases.faults._stand_ins import Instead, after_init, changed_result
from pytest_fwparity import fault

_AT = "core:regularizers/"


@fault(case=f"{_AT}L2", side="keras", variant="l2=0.3")
def l2_halved(keras: Any, patch: Any) -> None:
    """A half stands before the sum of squares."""
    changed_result(patch, keras.regularizers.L2, "__call__", lambda y: y / 2)


@fault(case=f"{_AT}L1", side="keras")
def l1_first_weight_counts_more(keras: Any, patch: Any) -> None:
    """The first weight counts 1e-6 more."""
    stock = keras.regularizers.L1.__call__
    patch(keras.regularizers.L1, "__call__", lambda self, x: stock(self, keras_first_element(keras, x, 1e-6)))


@fault(case=f"{_AT}L1L2", side="torch")
def penalty_of_squares_1e_7(torch: Any, patch: Any) -> None:
    """Squares are 1e-7 too large."""
    changed_result(patch, torch.Tensor, "square", lambda y: y * (1 + 1e-7))


@fault(case=f"{_AT}OrthogonalRegularizer", side="keras")
def pairs_counted_with_themselves(keras: Any, patch: Any) -> None:
    """The angle of a row with itself counts."""
    from keras.src.regularizers import regularizers

    patch(regularizers, "ops", Instead(keras.ops, eye=lambda size, dtype: keras.ops.zeros((size, size), dtype)))


@fault(case=f"{_AT}OrthogonalRegularizer", side="keras", variant="mode=columns")
def columns_taken_for_rows(keras: Any, patch: Any) -> None:
    """mode='columns' does nothing."""
    after_init(patch, keras.regularizers.OrthogonalRegularizer, lambda self: setattr(self, "mode", "rows"))


@fault(case=f"{_AT}L1", side="torch", tier="bfloat16")
def penalty_wrong_in_bfloat16_alone(torch: Any, patch: Any) -> None:
    """In bfloat16 alone the sum is half as large again."""
    changed_result(patch, torch.Tensor, "sum", lambda y: y * 1.5 if y.dtype == torch.bfloat16 else y)
