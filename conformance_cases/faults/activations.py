"""Faults of activations and masked scores."""

from typing import Any

from conformance_cases.faults._gradients import keras_first_element, torch_first_element
from pytest_fwparity import fault

_SCORES = "core:activations/MaskedScores"


@fault(case="core:activations/Gelu", side="torch")
def gelu_by_tanh(torch: Any, patch: Any) -> None:
    """The tanh approximation takes the place of erf."""
    stock = torch.nn.functional.gelu
    patch(torch.nn.functional, "gelu", lambda x, approximate="none": stock(x, approximate="tanh"))


@fault(case="core:activations/Gelu", side="keras")
def gelu_one_element(keras: Any, patch: Any) -> None:
    """One element is 2e-5 too large."""
    stock = keras.activations.gelu
    patch(
        keras.activations, "gelu", lambda x, approximate=False: keras_first_element(keras, stock(x, approximate), 2e-5)
    )


@fault(case="core:activations/Gelu", side="keras", variant="approximate=True")
def gelu_approximate_alone(keras: Any, patch: Any) -> None:
    """With approximate=True alone every value is 1e-7 too large."""
    stock = keras.activations.gelu
    patch(
        keras.activations,
        "gelu",
        lambda x, approximate=False: stock(x, approximate) * (1 + 1e-7 if approximate else 1.0),
    )


def _beside_the_fill(torch: Any, patch: Any) -> None:
    stock = torch.where

    def where(condition: Any, x: Any, y: Any) -> Any:
        return torch_first_element(torch, stock(condition, x, y), 0.01)

    patch(torch, "where", where)


@fault(case=_SCORES, side="torch")
def one_percent_beside_a_billion(torch: Any, patch: Any) -> None:
    """1 % of one element beside a mask of -1e9, in float64."""
    _beside_the_fill(torch, patch)


@fault(case=_SCORES, side="torch", variant="fill=-inf")
def one_percent_beside_infinity(torch: Any, patch: Any) -> None:
    """1 % of one element beside a mask of -inf, in float64."""
    _beside_the_fill(torch, patch)


def _only_in(torch: Any, patch: Any, dtype: Any, by: float) -> None:
    stock = torch.where

    def where(condition: Any, x: Any, y: Any) -> Any:
        made = stock(condition, x, y)
        return torch_first_element(torch, made, by) if made.dtype == dtype else made

    patch(torch, "where", where)


@fault(case=_SCORES, side="torch", tier="float32")
def one_percent_beside_a_billion_in_float32(torch: Any, patch: Any) -> None:
    """1 % of one element beside a mask of -1e9, in float32 alone."""
    _only_in(torch, patch, torch.float32, 0.01)


@fault(case=_SCORES, side="torch", tier="float32", variant="fill=-inf")
def one_percent_beside_infinity_in_float32(torch: Any, patch: Any) -> None:
    """1 % of one element beside a mask of -inf, in float32 alone."""
    _only_in(torch, patch, torch.float32, 0.01)
