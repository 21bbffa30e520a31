"""Initializers scaled by the number of inputs and outputs."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import InitializerCase


class GlorotUniform(InitializerCase):
    """Uniform below sqrt(6 / (inputs + outputs)); Keras counts inputs before outputs, torch after them."""

    def keras(self, keras: Any) -> Any:
        return keras.initializers.GlorotUniform(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.xavier_uniform_(tensor)

    def reference(self, rng: np.random.Generator) -> Any:
        *window, inputs, outputs = self.shape
        limit = math.sqrt(6 / (inputs + outputs) / math.prod(window))
        return rng.uniform(-limit, limit, size=self.shape)


class GlorotUniformOfConvolution(GlorotUniform):
    """A convolution's kernel: each count is times the size of the window."""

    shape = (3, 3, 100, 200)


class HeUniform(InitializerCase):
    """Uniform below sqrt(6 / inputs)."""

    def keras(self, keras: Any) -> Any:
        return keras.initializers.HeUniform(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.kaiming_uniform_(tensor, mode="fan_in", nonlinearity="relu")

    def reference(self, rng: np.random.Generator) -> Any:
        limit = math.sqrt(6 / self.shape[0])
        return rng.uniform(-limit, limit, size=self.shape)
