"""Faults of random numbers."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault

_AT = "core:random/"


@fault(case=f"{_AT}Uniform", side="keras", tier="float32")
def uniform_below_the_lower_end(keras: Any, patch: Any) -> None:
    """Values of the first column that are near the lower end fall below it."""

    def beyond(values: Any) -> Any:
        first = keras.ops.one_hot(0, values.shape[-1], dtype=values.dtype)
        return values - first * keras.ops.cast(values < -0.9, values.dtype)

    changed_result(patch, keras.random, "uniform", beyond)


@fault(case=f"{_AT}Normal", side="keras", tier="float32")
def normal_six_percent_wide(keras: Any, patch: Any) -> None:
    """Values are 6 % too far from their mean."""
    changed_result(patch, keras.random, "normal", lambda values: 2.0 + (values - 2.0) * 1.06)


@fault(case=f"{_AT}RandInt", side="keras", tier="float32")
def upper_end_included(keras: Any, patch: Any) -> None:
    """The upper end is drawn too."""
    stock = keras.random.randint
    patch(keras.random, "randint", lambda shape, low, high, **options: stock(shape, low, high + 1, **options))


@fault(case=f"{_AT}SeedGenerator", side="keras", tier="float32")
def generator_stands_still(keras: Any, patch: Any) -> None:
    """Every draw of a generator is the same."""
    patch(keras.random.SeedGenerator, "next", lambda self, ordered=True: self.state.value * 1)


@fault(case=f"{_AT}Gamma", side="torch", tier="float32", variant="alpha=0.5")
def gamma_parameter_five_percent_more(torch: Any, patch: Any) -> None:
    """The parameter is 5 % too large."""
    stock = torch.distributions.Gamma
    patch(torch.distributions, "Gamma", lambda alpha, rate: stock(alpha * 1.05, rate))


@fault(case=f"{_AT}Beta", side="keras", tier="float32")
def beta_parameters_swapped(keras: Any, patch: Any) -> None:
    """alpha and beta are exchanged."""
    stock = keras.random.beta
    patch(keras.random, "beta", lambda shape, alpha, beta, **options: stock(shape, beta, alpha, **options))


@fault(case=f"{_AT}Categorical", side="torch", tier="float32")
def categorical_of_logits(torch: Any, patch: Any) -> None:
    """Logits count half."""
    stock = torch.softmax
    patch(torch, "softmax", lambda logits, dim: stock(logits / 2, dim))


@fault(case=f"{_AT}RandomDropout", side="torch", tier="float32")
def dropout_does_not_scale(torch: Any, patch: Any) -> None:
    """What is kept is not divided by the share kept."""
    changed_result(patch, torch.nn.functional, "dropout", lambda y: y * 0.75)


@fault(case=f"{_AT}Shuffle", side="keras", tier="float32")
def shuffle_moves_halves(keras: Any, patch: Any) -> None:
    """Only the first half is shuffled."""
    stock = keras.random.shuffle

    def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
        half = x.shape[0] // 2
        return keras.ops.concatenate([stock(x[:half], axis, seed), x[half:]])

    patch(keras.random, "shuffle", shuffle)
