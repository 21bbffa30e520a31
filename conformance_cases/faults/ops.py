"""Faults of reductions."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_first_element
from conformance_cases.faults._stand_ins import changed_result, every_other_call
from pytest_fwparity import fault

_SUM = "core:ops/Sum"


@fault(case=_SUM, side="keras")
def mean_divides_by_one_less(keras: Any, patch: Any) -> None:
    """A mean of n values is divided by n - 1."""
    stock = keras.ops.mean
    patch(keras.ops, "mean", lambda x, *args, **options: stock(x, *args, **options) * (x.shape[0] / (x.shape[0] - 1)))


@fault(case=_SUM, side="keras", tier="float32", variant="count=1000000")
def squares_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone squares are rounded to bfloat16."""
    changed_result(patch, keras.ops, "square", lambda y: keras_rounded(keras, y))


@fault(case=_SUM, side="torch", tier="repeat")
def sum_changes_by_one_ulp(torch: Any, patch: Any) -> None:
    """Every other call the sum is one unit in the last place larger."""
    changed_result(
        patch, torch.Tensor, "sum", lambda y: torch_first_element(torch, y, 2.0**-23) if every_other_call(torch) else y
    )
