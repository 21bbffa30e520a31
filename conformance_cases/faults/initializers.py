"""Faults of initializers."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:initializers/GlorotUniformOfConvolution", side="keras", tier="float32")
def window_left_out_of_the_fans(keras: Any, patch: Any) -> None:
    """The size of a kernel's window does not count."""
    from keras.src.initializers import random_initializers as module

    patch(module, "compute_fans", lambda shape, **options: tuple(shape[-2:]))


@fault(case="core:initializers/HeUniform", side="torch", tier="float32")
def gain_of_another_activation(torch: Any, patch: Any) -> None:
    """The gain of relu is taken to be 1."""
    changed_result(patch, torch.nn.init, "calculate_gain", lambda gain: 1.0)


@fault(case="core:initializers/GlorotUniform", side="keras", tier="float32")
def initializer_off_centre(keras: Any, patch: Any) -> None:
    """The mean is 3 % of the largest value."""
    changed_result(
        patch, keras.initializers.GlorotUniform, "__call__", lambda values: values + 0.03 * keras.ops.max(values)
    )


@fault(case="core:initializers/GlorotUniform", side="torch", tier="float32")
def initializer_three_percent_wide(torch: Any, patch: Any) -> None:
    """Values are 3 % too large."""
    stock = torch.nn.init.xavier_uniform_
    patch(torch.nn.init, "xavier_uniform_", lambda tensor, *args, **options: stock(tensor, 1.03))


@fault(case="core:initializers/HeUniform", side="keras", tier="float32")
def initializer_counts_outputs(keras: Any, patch: Any) -> None:
    """Outputs are counted in the place of inputs."""
    made = keras.initializers.HeUniform.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.mode = "fan_out"

    patch(keras.initializers.HeUniform, "__init__", init)
