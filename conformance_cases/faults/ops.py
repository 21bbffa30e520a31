"""Faults of reductions, those that leave NaN aside among them."""

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


@fault(case="core:ops/Logsumexp", side="torch", variant="large", tier="float32")
def exponentials_overflow(torch: Any, patch: Any) -> None:
    """The largest is not taken away before the exponential, which float32 does not hold."""
    patch(torch, "logsumexp", lambda x, axis, keepdim: x.exp().sum(axis, keepdim=keepdim).log())


@fault(case="core:ops/Cumprod", side="torch", tier="gradient")
def cumprod_gradient_of_the_last_alone(torch: Any, patch: Any) -> None:
    """The first factor gets no gradient from the last product."""
    stock = torch.cumprod

    def cumprod(x: Any, axis: int) -> Any:
        first = torch.cat([x[:, :1].detach(), x[:, 1:]], 1)
        return torch.cat([stock(x, axis)[:, :-1], stock(first, axis)[:, -1:]], 1)

    patch(torch, "cumprod", cumprod)


@fault(case="core:ops/Nanstd", side="keras")
def deviation_kept_from_zero(keras: Any, patch: Any) -> None:
    """1e-7 is added under the root."""
    patch(keras.ops, "nanstd", lambda x, **how: keras.ops.sqrt(keras.ops.nanvar(x, **how) + 1e-7))


@fault(case="core:ops/NanToNum", side="torch", tier="bfloat16")
def nan_becomes_zero_in_bfloat16(torch: Any, patch: Any) -> None:
    """In bfloat16 alone `nan` is ignored."""
    stock = torch.nan_to_num
    patch(torch, "nan_to_num", lambda x, nan, *ends: stock(x, 0.0 if x.dtype == torch.bfloat16 else nan, *ends))


@fault(case="core:ops/Nancumsum", side="keras")
def sum_begins_anew_after_nan(keras: Any, patch: Any) -> None:
    """What follows the only NaN of a row is summed from there."""
    stock = keras.ops.nancumsum

    def nancumsum(x: Any, axis: int) -> Any:
        hole = keras.ops.isnan(x)
        before = keras.ops.where(keras.ops.cumsum(keras.ops.cast(hole, "int32"), axis=axis) == 0, x, 0.0)
        lost = keras.ops.sum(before, axis=axis, keepdims=True)
        after = keras.ops.cumsum(keras.ops.cast(hole, "int32"), axis=axis) > 0
        return stock(x, axis=axis) - keras.ops.where(after, lost, 0.0)

    patch(keras.ops, "nancumsum", nancumsum)
