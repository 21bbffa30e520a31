"""Faults of constraints."""

from typing import Any

from conformance_cases.faults._stand_ins import Instead, after_init
from pytest_fwparity import fault

_AT = "core:constraints/"


@fault(case=f"{_AT}MaxNorm", side="keras")
def max_norm_without_epsilon(keras: Any, patch: Any) -> None:
    """Norms are divided by without the 1e-7."""
    from keras.src.constraints import constraints

    patch(constraints, "backend", Instead(constraints.backend, epsilon=lambda: 0.0))


@fault(case=f"{_AT}MaxNorm", side="keras", variant="kernel")
def max_norm_over_one_axis(keras: Any, patch: Any) -> None:
    """Of several axes the first alone counts."""
    after_init(patch, keras.constraints.MaxNorm, lambda self: setattr(self, "axis", self.axis[0]))


@fault(case=f"{_AT}MinMaxNorm", side="keras", variant="rate=0.3")
def rate_ignored(keras: Any, patch: Any) -> None:
    """The rate is 1."""
    after_init(patch, keras.constraints.MinMaxNorm, lambda self: setattr(self, "rate", 1.0))


@fault(case=f"{_AT}UnitNorm", side="torch", variant="last")
def norm_1e_7(torch: Any, patch: Any) -> None:
    """Roots are 1e-7 too large."""
    stock = torch.Tensor.sqrt
    patch(torch.Tensor, "sqrt", lambda self: stock(self) * (1 + 1e-7))


@fault(case=f"{_AT}NonNeg", side="keras")
def small_negative_values_stay(keras: Any, patch: Any) -> None:
    """Values above -1e-3 stay, and smaller ones become it."""
    from keras.src.constraints import constraints

    patch(constraints, "ops", Instead(keras.ops, maximum=lambda w, least: keras.ops.maximum(w, least - 1e-3)))
