"""Faults of activations and masked scores."""

from typing import Any

from conformance_cases.faults._gradients import keras_first_element, keras_rounded, torch_first_element
from conformance_cases.faults._stand_ins import Instead, changed_result, dtype_of, rescaled
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


def _in_bfloat16(keras: Any, patch: Any) -> None:
    def change(y: Any) -> Any:
        return keras_first_element(keras, y, 0.5) if dtype_of(y) == "bfloat16" else y

    changed_result(patch, keras.ops, "where", change)


@fault(case=_SCORES, side="keras", tier="bfloat16")
def half_beside_a_billion_in_bfloat16(keras: Any, patch: Any) -> None:
    """Half of one element beside a mask of -1e9, in bfloat16 alone, whose 64 units are a quarter."""
    _in_bfloat16(keras, patch)


@fault(case=_SCORES, side="keras", tier="bfloat16", variant="fill=-inf")
def half_beside_infinity_in_bfloat16(keras: Any, patch: Any) -> None:
    """Half of one element beside a mask of -inf, in bfloat16 alone, whose 64 units are a quarter."""
    _in_bfloat16(keras, patch)


@fault(case=_SCORES, side="keras", variant="fill=-inf")
def one_percent_of_one_weight(keras: Any, patch: Any) -> None:
    """1 % of one element beside zeros, after the softmax."""
    changed_result(patch, keras.ops, "softmax", lambda y: keras_first_element(keras, y, 0.01))


@fault(case=_SCORES, side="keras", tier="float32")
def softmax_shifted_by_the_mean(keras: Any, patch: Any) -> None:
    """In float32 alone the mean is subtracted before the exponential, not the largest, so that it overflows."""
    stock = keras.ops.softmax

    def softmax(x: Any, axis: int = -1) -> Any:
        if dtype_of(x) != "float32":
            return stock(x, axis)
        raised = keras.ops.exp(x - keras.ops.mean(x, axis, keepdims=True))
        return raised / keras.ops.sum(raised, axis, keepdims=True)

    patch(keras.ops, "softmax", softmax)


@fault(case="core:activations/GeluTail", side="keras", variant="nearest=-5.0")
def gelu_tail_one_ten_millionth(keras: Any, patch: Any) -> None:
    """Below -5, where the function is tiny, it is 1e-7 too large."""
    rescaled(patch, keras.activations, "gelu")


@fault(case="core:layers/Activation", side="keras", variant="function=hard_sigmoid")
def hard_sigmoid_of_keras_2(keras: Any, patch: Any) -> None:
    """The slope is 0.2, as it was in Keras 2, not 1/6."""
    from keras.src.activations import activations as module

    patch(module, "ops", Instead(module.ops, hard_sigmoid=lambda x: keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)))


@fault(case="core:layers/Activation", side="torch", variant="function=silu", tier="float16")
def silu_wrong_in_float16_alone(torch: Any, patch: Any) -> None:
    """In float16 alone every value is 5 % too large."""
    rescaled(patch, torch.nn.functional, "silu", 0.05, dtype="float16")


@fault(case="core:layers/Activation", side="keras", variant="function=softmax", tier="float32")
def softmax_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone probabilities are rounded to bfloat16."""
    from keras.src.activations import activations as module

    stock = module.backend.nn.softmax
    patch(module.backend.nn, "softmax", lambda x, axis=-1: keras_rounded(keras, stock(x, axis=axis)))
