"""Faults of layers around layers, and of what holds them."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, rescaled, with_options
from pytest_fwparity import fault

_SPECTRAL = "core:layers/SpectralNormalization"


@fault(case="core:layers/TimeDistributed", side="keras", variant="dense")
def last_step_repeats_the_one_before(keras: Any, patch: Any) -> None:
    """What comes out at the last step is that of the step before."""
    changed_result(
        patch,
        keras.layers.TimeDistributed,
        "call",
        lambda y: keras.ops.concatenate([y[:, :-1], y[:, -2:-1]], axis=1),
    )


@fault(case="core:layers/TimeDistributed", side="keras", variant="conv", tier="float32")
def time_distributed_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the output is rounded to bfloat16."""
    changed_result(patch, keras.layers.TimeDistributed, "call", lambda y: keras_rounded(keras, y))


@fault(case="core:layers/BidirectionalMerge", side="keras", variant="ave")
def average_of_directions_is_a_sum(keras: Any, patch: Any) -> None:
    """merge_mode="ave" does not halve."""
    with_options(patch, keras.layers.Bidirectional, merge_mode="sum")


@fault(case=_SPECTRAL, side="keras", variant="thrice")
def one_power_iteration_too_few(keras: Any, patch: Any) -> None:
    """Two power iterations are made in place of three."""
    with_options(patch, keras.layers.SpectralNormalization, power_iterations=2)


@fault(case=_SPECTRAL, side="keras", variant="once")
def spectral_vector_not_kept(keras: Any, patch: Any) -> None:
    """The output is right, but the vector stays as it was."""
    stock = keras.layers.SpectralNormalization.normalized_weights
    patch(keras.layers.SpectralNormalization, "normalized_weights", lambda self: (self.vector_u.value, stock(self)[1]))


@fault(case="core:layers/ActivityRegularization", side="keras", variant="both")
def activity_loss_one_ten_millionth(keras: Any, patch: Any) -> None:
    """The loss alone is 1e-7 too large."""
    rescaled(patch, keras.regularizers.L1L2, "__call__")


@fault(case="core:layers/Sequential", side="torch", variant="nested")
def row_leaves_out_its_activation(torch: Any, patch: Any) -> None:
    """A Tanh in a row is not called."""

    def forward(self: Any, x: Any) -> Any:
        for module in self:
            x = x if isinstance(module, torch.nn.Tanh) else module(x)
        return x

    patch(torch.nn.Sequential, "forward", forward)


@fault(case="core:layers/ModuleList", side="torch")
def list_of_modules_turned_round(torch: Any, patch: Any) -> None:
    """A list of modules gives them from the last to the first."""
    patch(torch.nn.ModuleList, "__iter__", lambda self: iter(list(self._modules.values())[::-1]))


@fault(case="core:layers/ParameterList", side="torch", variant="dict")
def dict_of_parameters_turned_round(torch: Any, patch: Any) -> None:
    """A dict of parameters gives them from the last to the first."""
    patch(torch.nn.ParameterDict, "values", lambda self: [self[key] for key in self._keys][::-1])


@fault(case="core:layers/Wrapper", side="torch", tier="gradient")
def inner_layer_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient through the inner layer is 1e-3 too large; its slope is not."""
    stock, scaled = torch.nn.Linear.forward, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch.nn.Linear, "forward", lambda self, x: scaled(stock(self, x)))
