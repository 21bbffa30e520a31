"""Initializers scaled by the number of inputs and outputs."""

from typing import Any

from pytest_fwparity import InitializerCase


class GlorotUniform(InitializerCase):
    """Uniform below sqrt(6 / (inputs + outputs)); Keras counts inputs before outputs, torch after them."""

    def keras(self, keras: Any) -> Any:
        return keras.initializers.GlorotUniform(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.xavier_uniform_(tensor)


class GlorotUniformOfConvolution(GlorotUniform):
    """A convolution's kernel: each count is times the size of the window."""

    shape = (3, 3, 100, 200)


class HeUniform(InitializerCase):
    """Uniform below sqrt(6 / inputs)."""

    def keras(self, keras: Any) -> Any:
        return keras.initializers.HeUniform(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.kaiming_uniform_(tensor, mode="fan_in", nonlinearity="relu")
