"""Faults of initializers."""

from typing import Any

from conformance_cases.faults._stand_ins import after_init, changed_result
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


@fault(case="core:initializers/HeNormal", side="keras", tier="float32")
def truncation_not_undone(keras: Any, patch: Any) -> None:
    """The deviation of the distribution that is cut is not widened."""
    changed_result(patch, keras.initializers.HeNormal, "__call__", lambda values: values * 0.87962566103423978)


@fault(case="core:initializers/RandomUniform", side="torch", tier="float32")
def one_value_beyond_the_interval(torch: Any, patch: Any) -> None:
    """One of 200 000 values is larger than the upper end."""
    stock = torch.nn.init.uniform_

    def uniform(tensor: Any, a: float = 0.0, b: float = 1.0) -> Any:
        stock(tensor, a, b)
        tensor.view(-1)[7] = b + 1e-3
        return tensor

    patch(torch.nn.init, "uniform_", uniform)


@fault(case="core:initializers/TruncatedNormal", side="keras", tier="float32")
def normal_is_not_cut(keras: Any, patch: Any) -> None:
    """What is beyond two deviations stays, in one row of 1500."""

    def uncut(values: Any) -> Any:
        row = keras.random.normal(values[:1].shape, 0.1, 0.05, seed=3)
        return keras.ops.concatenate([row, values[1:]])

    changed_result(patch, keras.initializers.TruncatedNormal, "__call__", uncut)


@fault(case="core:initializers/Orthogonal", side="keras", variant="wide")
def orthogonal_gain_ignored(keras: Any, patch: Any) -> None:
    """The gain is 1."""
    changed_result(patch, keras.initializers.Orthogonal, "__call__", lambda w: w / 2.0)


@fault(case="core:initializers/Orthogonal", side="torch", variant="tall")
def orthogonal_up_to_1e_7(torch: Any, patch: Any) -> None:
    """One element is 1e-6 too large."""

    def nudged(w: Any) -> Any:
        w.view(-1)[3] += 1e-6
        return w

    changed_result(patch, torch.nn.init, "orthogonal_", nudged)


@fault(case="core:initializers/OrthogonalDistribution", side="keras", tier="float32")
def orthogonal_signs_of_the_decomposition(keras: Any, patch: Any) -> None:
    """Values are 2 % of the largest off their centre."""
    changed_result(
        patch, keras.initializers.Orthogonal, "__call__", lambda values: values + 0.02 * keras.ops.max(values)
    )


@fault(case="core:initializers/Constant", side="keras")
def constant_in_float32(keras: Any, patch: Any) -> None:
    """The value is rounded to float32."""
    import numpy as np

    after_init(patch, keras.initializers.Constant, lambda self: setattr(self, "value", float(np.float32(self.value))))


@fault(case="core:initializers/Dirac", side="torch", variant="plane")
def dirac_off_the_middle(torch: Any, patch: Any) -> None:
    """The one stands beside the middle of the window."""
    changed_result(patch, torch.nn.init, "dirac_", lambda w: w.copy_(w.roll(1, -1)))


@fault(case="core:initializers/CalculateGain", side="torch", variant="of=leaky_relu")
def slope_not_squared(torch: Any, patch: Any) -> None:
    """The slope of leaky_relu is always 0.01."""
    stock = torch.nn.init.calculate_gain
    patch(torch.nn.init, "calculate_gain", lambda name, slope=None: stock(name, 0.01))


@fault(case="core:initializers/STFT", side="keras", variant="scaling=spectrum")
def stft_scaled_by_the_square(keras: Any, patch: Any) -> None:
    """scaling='spectrum' is taken for 'density'."""
    after_init(patch, keras.initializers.STFT, lambda self: setattr(self, "scaling", "density"))


@fault(case="core:initializers/SparseNormal", side="torch", tier="float32")
def fewer_zeros_in_a_column(torch: Any, patch: Any) -> None:
    """Of every column 27 % are zeros, not 30 %."""
    stock = torch.nn.init.sparse_
    patch(torch.nn.init, "sparse_", lambda tensor, share, std: stock(tensor, share - 0.03, std))
