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


@fault(case=_SUM, side="torch", variant="count=1000000")
def sum_drops_one_of_a_million(torch: Any, patch: Any) -> None:
    """One of a million values is left out of the sum."""
    stock = torch.Tensor.sum
    patch(
        torch.Tensor,
        "sum",
        lambda self, *args, **options: stock(self[1:] if self.dim() == 1 else self, *args, **options),
    )


@fault(case=_SUM, side="torch", variant="count=1000000", tier="float32")
def sum_in_sequence(torch: Any, patch: Any) -> None:
    """In float32 alone the values are added one after the other."""
    stock = torch.Tensor.sum

    def added(self: Any, *args: Any, **options: Any) -> Any:
        if self.dtype != torch.float32 or self.dim() != 1:
            return stock(self, *args, **options)
        import numpy as np

        total = torch.as_tensor(np.add.accumulate(self.detach().numpy())[-1])
        exact = stock(self)
        return exact + (total - exact).detach()

    patch(torch.Tensor, "sum", added)
