"""Faults of saving and loading: the layer computes rightly until it is read back."""

from typing import Any

import numpy as np

from pytest_fwparity import fault


@fault(case="core:layers/GRUResetBefore", side="keras", variant="backwards", tier="reload")
def option_left_out_of_the_configuration(keras: Any, patch: Any) -> None:
    """go_backwards is not written down."""
    stock = keras.layers.GRU.get_config

    def get_config(self: Any) -> Any:
        return {name: value for name, value in stock(self).items() if name != "go_backwards"}

    patch(keras.layers.GRU, "get_config", get_config)


@fault(case="core:layers/Embedding", side="keras", tier="reload")
def weights_saved_in_float16(keras: Any, patch: Any) -> None:
    """What is saved has been through float16."""
    stock = keras.layers.Embedding.load_own_variables

    def load_own_variables(self: Any, store: Any) -> None:
        stock(self, {name: np.asarray(store[name]).astype("float16").astype("float32") for name in list(store.keys())})

    patch(keras.layers.Embedding, "load_own_variables", load_own_variables)


@fault(case="core:layers/Gate", side="keras", tier="reload")
def one_weight_not_loaded(keras: Any, patch: Any) -> None:
    """The last of a layer's weights keeps its start value."""

    def load_own_variables(self: Any, store: Any) -> None:
        for at, variable in enumerate([*self._trainable_variables, *self._non_trainable_variables][:-1]):
            variable.assign(store[f"{at}"])

    patch(keras.layers.Layer, "load_own_variables", load_own_variables)


@fault(case="core:layers/BatchNormalization", side="keras", variant="inference", tier="reload")
def moving_statistics_not_loaded(keras: Any, patch: Any) -> None:
    """Statistics that move keep their start values."""

    def load_own_variables(self: Any, store: Any) -> None:
        for at, variable in enumerate(self._trainable_variables):
            variable.assign(store[f"{at}"])

    patch(keras.layers.BatchNormalization, "load_own_variables", load_own_variables)


@fault(case="core:layers/Dense", side="torch", tier="reload")
def bias_not_loaded(torch: Any, patch: Any) -> None:
    """load_state_dict leaves every bias as it was."""
    stock = torch.nn.Module.load_state_dict

    def load_state_dict(self: Any, state: Any, *args: Any, **options: Any) -> Any:
        own = {name: value for name, value in self.state_dict().items() if name.endswith("bias")}
        return stock(self, {**state, **own}, *args, **options)

    patch(torch.nn.Module, "load_state_dict", load_state_dict)


@fault(case="core:layers/SimpleRNN", side="torch", variant="sequences", tier="reload")
def safetensors_round_to_bfloat16(torch: Any, patch: Any) -> None:
    """What is written as safetensors has been through bfloat16."""
    import safetensors.torch

    stock = safetensors.torch.save_model

    def save_model(model: Any, file: str, *args: Any, **options: Any) -> None:
        kept = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict({name: value.bfloat16().float() for name, value in kept.items()})
        stock(model, file, *args, **options)
        model.load_state_dict(kept)

    patch(safetensors.torch, "save_model", save_model)


@fault(case="core:layers/ConfiguredLayer", side="keras", variant="tanh", tier="reload")
def inner_activation_forgotten(keras: Any, patch: Any) -> None:
    """The activation of a Dense is not written down."""
    stock = keras.layers.Dense.get_config
    patch(keras.layers.Dense, "get_config", lambda self: {**stock(self), "activation": "linear"})
