"""Initializers scaled by the number of inputs and outputs."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import InitializerCase, grid

_TRUNCATED = 0.87962566103423978  # deviation of a normal distribution that is cut at two deviations


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


class LecunUniform(InitializerCase):
    """Uniform below sqrt(3 / inputs)."""

    level = "standard"
    support = (-math.sqrt(3 / 400), math.sqrt(3 / 400))

    def keras(self, keras: Any) -> Any:
        return keras.initializers.LecunUniform(seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.kaiming_uniform_(tensor, nonlinearity="linear")

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.uniform(*self.support, size=self.shape)


class TruncatedScaling(InitializerCase, abstract=True):
    """Keras cuts its normal distributions at two deviations, and widens them; torch's own are not cut."""

    level = "standard"
    variance = 1.0

    def torch(self, torch: Any, tensor: Any) -> None:
        deviation = math.sqrt(self.variance) / _TRUNCATED
        torch.nn.init.trunc_normal_(tensor, 0.0, deviation, -2 * deviation, 2 * deviation)

    def reference(self, rng: np.random.Generator) -> Any:
        drawn = rng.normal(size=2 * math.prod(self.shape))
        return math.sqrt(self.variance) / _TRUNCATED * drawn[np.abs(drawn) < 2][: math.prod(self.shape)]


class GlorotNormal(TruncatedScaling):
    """Variance 2 / (inputs + outputs)."""

    variance = 2 / (400 + 500)

    def keras(self, keras: Any) -> Any:
        return keras.initializers.GlorotNormal(seed=1)


class HeNormal(TruncatedScaling):
    """Variance 2 / inputs."""

    level = "quick"
    variance = 2 / 400

    def keras(self, keras: Any) -> Any:
        return keras.initializers.HeNormal(seed=1)


class LecunNormal(TruncatedScaling):
    """Variance 1 / inputs."""

    variance = 1 / 400

    def keras(self, keras: Any) -> Any:
        return keras.initializers.LecunNormal(seed=1)


class VarianceScaling(InitializerCase):
    """Not cut, it is torch's: of the mean of both counts Xavier's, of one of them Kaiming's, with the square of a gain."""

    level = "standard"
    mode: str = "fan_avg"
    distribution: str = "untruncated_normal"
    gain: float = 1.0
    shape = (3, 3, 100, 200)
    variants = (
        grid(mode=["fan_avg"], gain=[1.0, 5 / 3])
        | grid(mode=["fan_in", "fan_out"], gain=[math.sqrt(2)])
        | grid(mode=["fan_out"], distribution=["uniform"], gain=[math.sqrt(2)])
    )

    def keras(self, keras: Any) -> Any:
        return keras.initializers.VarianceScaling(self.gain**2, self.mode, self.distribution, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        if self.mode == "fan_avg":
            torch.nn.init.xavier_normal_(tensor, self.gain)
        elif self.distribution == "uniform":
            torch.nn.init.kaiming_uniform_(tensor, mode=self.mode, nonlinearity="relu")
        else:
            torch.nn.init.kaiming_normal_(tensor, mode=self.mode, nonlinearity="relu")

    def reference(self, rng: np.random.Generator) -> Any:
        count = 9 * {"fan_in": 100, "fan_out": 200, "fan_avg": 150}[self.mode]
        deviation = self.gain / math.sqrt(count)
        if self.distribution == "uniform":
            return rng.uniform(-math.sqrt(3) * deviation, math.sqrt(3) * deviation, size=self.shape)
        return rng.normal(0, deviation, size=self.shape)
