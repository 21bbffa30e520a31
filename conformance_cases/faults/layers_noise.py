"""Faults of layers that drop and disturb."""

from typing import Any

from conformance_cases.faults._stand_ins import after_init
from pytest_fwparity import fault


@fault(case="core:layers/SpatialDropout2D", side="keras", tier="holds")
def spatial_dropout_by_element(keras: Any, patch: Any) -> None:
    """Elements are dropped, not channels."""
    patch(keras.layers.SpatialDropout2D, "_get_noise_shape", lambda self, inputs: keras.ops.shape(inputs))


@fault(case="core:layers/SpatialDropout1D", side="torch", tier="holds", variant="form=function")
def spatial_dropout_forgets_to_scale(torch: Any, patch: Any) -> None:
    """What is kept is not divided by 1 - rate."""
    stock = torch.nn.functional.dropout1d
    patch(
        torch.nn.functional,
        "dropout1d",
        lambda x, p=0.5, training=True, inplace=False: stock(x, p, training, inplace) * (1 - p),
    )


@fault(case="core:layers/SpatialDropout3D", side="keras", tier="holds", variant="first")
def spatial_dropout_of_places(keras: Any, patch: Any) -> None:
    """The last axis is taken for the channels, though they are first."""
    after_init(patch, keras.layers.SpatialDropout3D, lambda layer: setattr(layer, "data_format", "channels_last"))


@fault(case="core:layers/Dropout", side="torch", tier="holds", variant="form=function")
def dropout_rate_halved(torch: Any, patch: Any) -> None:
    """Half of what should be dropped is kept."""
    stock = torch.nn.functional.dropout
    patch(
        torch.nn.functional,
        "dropout",
        lambda x, p=0.5, training=True, inplace=False: stock(x, p / 2, training, inplace) * ((1 - p / 2) / (1 - p)),
    )


@fault(case="core:layers/AlphaDropout", side="torch", tier="holds", variant="form=function")
def alpha_dropout_to_zero(torch: Any, patch: Any) -> None:
    """What is dropped becomes zero, and nothing is shifted."""
    patch(torch.nn.functional, "alpha_dropout", torch.nn.functional.dropout)


@fault(case="core:layers/AlphaDropout", side="keras", tier="holds", variant="features=True")
def alpha_dropout_ignores_noise_shape(keras: Any, patch: Any) -> None:
    """Channels are dropped one by one."""
    after_init(patch, keras.layers.AlphaDropout, lambda layer: setattr(layer, "noise_shape", None))


@fault(case="core:layers/GaussianNoise", side="keras", tier="holds")
def noise_too_loud(keras: Any, patch: Any) -> None:
    """The standard deviation is 20 % too large."""
    after_init(patch, keras.layers.GaussianNoise, lambda layer: setattr(layer, "stddev", layer.stddev * 1.2))


@fault(case="core:layers/GaussianDropout", side="keras", tier="holds", variant="rate=0.1")
def gaussian_dropout_by_rate(keras: Any, patch: Any) -> None:
    """The standard deviation is the rate, not the root of rate / (1 - rate)."""
    after_init(
        patch, keras.layers.GaussianDropout, lambda layer: setattr(layer, "rate", layer.rate**2 / (1 + layer.rate**2))
    )


@fault(case="core:layers/NoiseInference", side="keras")
def noise_in_inference(keras: Any, patch: Any) -> None:
    """training=False is not heard."""
    stock = keras.layers.GaussianNoise.call
    patch(keras.layers.GaussianNoise, "call", lambda self, inputs, training=False: stock(self, inputs, training=True))


@fault(case="core:layers/GumbelSoftmax", side="torch", tier="holds", variant="hard=True")
def gumbel_softmax_without_noise(torch: Any, patch: Any) -> None:
    """No noise is added, so that the largest logit always wins."""
    stock = torch.nn.functional.softmax

    def gumbel_softmax(x: Any, tau: float = 1.0, hard: bool = False) -> Any:
        soft = stock(x / tau, -1)
        return torch.nn.functional.one_hot(soft.argmax(-1), x.shape[-1]) - soft.detach() + soft

    patch(torch.nn.functional, "gumbel_softmax", gumbel_softmax)
