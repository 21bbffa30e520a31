"""Draws of ``keras.random`` against torch's: a two-sample Kolmogorov-Smirnov test, and the support of each value.

For discrete values the test is the same, its probability of a false alarm smaller still.
"""

import math
from typing import Any

import numpy as np

from conformance_cases.initializers.normal import torch_best_of_four
from pytest_fwparity import InitializerCase, difference, grid


class Draws(InitializerCase, abstract=True):
    """``keras`` gives ``f(shape, dtype)``."""

    level = "standard"


class Uniform(Draws):
    """In an interval, the upper end left out."""

    level = "quick"
    support = (-1.0, 3.0)

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.random.uniform(shape, -1.0, 3.0, dtype=dtype, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.rand(tensor.shape) * 4 - 1)

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.uniform(-1, 3, size=self.shape)


class Normal(Draws):
    """Of a mean and a deviation."""

    level = "quick"

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.random.normal(shape, 2.0, 0.5, dtype=dtype, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.normal(2.0, 0.5, tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.normal(2.0, 0.5, size=self.shape)


class TruncatedNormal(Draws):
    """Within two deviations of the mean; many draws, since what lies outside is rare."""

    shape = (1500, 2000)
    support = (-2.0, 2.0)

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.random.truncated_normal(shape, dtype=dtype, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        torch.nn.init.trunc_normal_(tensor, 0.0, 1.0, -2.0, 2.0)

    def reference(self, rng: np.random.Generator) -> Any:
        drawn = rng.normal(size=6_600_000)
        return drawn[np.abs(drawn) < 2][: math.prod(self.shape)]

    @difference(
        replaces="torch",
        why="Keras on torch keeps the first of four draws where all are beyond two deviations, four in a million",
        source="keras/src/backend/torch/random.py, truncated_normal",
        sides=("keras-torch",),
    )
    def best_of_four(self, torch: Any, tensor: Any) -> None:
        torch_best_of_four(torch, tensor, 0.0, 1.0)


class RandInt(Draws):
    """Whole numbers, the upper end left out."""

    support = (-3.0, 7.0)

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.ops.cast(keras.random.randint(shape, -3, 8, seed=1), dtype)

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.randint(-3, 8, tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.integers(-3, 8, size=self.shape)


class Categorical(Draws):
    """Classes by unnormalized log-probabilities, row by row."""

    support = (0.0, 3.0)
    _logits = ((0.0, 1.0, -1.0, 0.5), (2.0, 0.0, -30.0, 1.0))

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            logits = keras.ops.convert_to_tensor(self._logits, dtype=dtype)
            drawn = keras.random.categorical(logits, math.prod(shape) // 2, seed=1)
            return keras.ops.reshape(keras.ops.cast(drawn, dtype), shape)

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        shares = torch.softmax(torch.tensor(self._logits), -1)
        tensor.copy_(torch.multinomial(shares, tensor.numel() // 2, replacement=True).reshape(tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        shares = np.exp(self._logits) / np.sum(np.exp(self._logits), -1, keepdims=True)
        rows = [rng.choice(4, size=math.prod(self.shape) // 2, p=row) for row in shares]
        return np.stack(rows)


class Binomial(Draws):
    """Successes among n, of a probability for each column."""

    support = (0.0, 20.0)

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            p = np.linspace(0.1, 0.9, shape[-1]).astype(dtype)
            return keras.random.binomial(shape, np.asarray(20.0, dtype), p, dtype=dtype, seed=1)

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        p = torch.linspace(0.1, 0.9, tensor.shape[0])[:, None].expand(tensor.shape)
        tensor.copy_(torch.distributions.Binomial(20, p).sample())

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.binomial(20, np.linspace(0.1, 0.9, self.shape[-1]), size=self.shape)


class Beta(Draws):
    """Between 0 and 1, on both sides of 1 in its parameters."""

    alpha: float = 2.0
    beta: float = 5.0
    variants = grid(alpha=[2.0, 0.5], beta=[5.0])
    support = (0.0, 1.0)

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.random.beta(shape, self.alpha, self.beta, dtype=dtype, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.distributions.Beta(self.alpha, self.beta).sample(tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.beta(self.alpha, self.beta, size=self.shape)


class Gamma(Draws):
    """Above 0, on both sides of 1 in its parameter."""

    alpha: float = 2.5
    variants = grid(alpha=[2.5, 0.5])
    support = (0.0, 1e3)

    def keras(self, keras: Any) -> Any:
        return lambda shape, dtype: keras.random.gamma(shape, self.alpha, dtype=dtype, seed=1)

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.distributions.Gamma(self.alpha, 1.0).sample(tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.gamma(self.alpha, size=self.shape)


class RandomDropout(Draws):
    """A share is 0, the rest divided by what is kept."""

    rate: float = 0.25
    variants = grid(rate=[0.25, 0.9])
    support = (0.0, 20.0)

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            x = keras.ops.broadcast_to(keras.ops.linspace(1.0, 2.0, shape[-1], dtype=dtype), shape)
            return keras.random.dropout(x, self.rate, seed=1)

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        x = torch.linspace(1.0, 2.0, tensor.shape[0])[:, None].expand(tensor.shape)
        tensor.copy_(torch.nn.functional.dropout(x, self.rate))

    def reference(self, rng: np.random.Generator) -> Any:
        kept = rng.uniform(size=self.shape) >= self.rate
        return kept / (1 - self.rate) * np.linspace(1, 2, self.shape[1])


class RandomDropoutOfRows(Draws):
    """With ``noise_shape`` a row is kept or left out as one: were its two elements apart, it would be beyond the support."""

    support = (0.0, 2.0)

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            rows = math.prod(shape)
            y = keras.random.dropout(keras.ops.ones((rows, 2), dtype=dtype), 0.5, (rows, 1), seed=1)
            return keras.ops.reshape(y[:, 0] + 1e3 * (y[:, 1] - y[:, 0]), shape)

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        tensor.copy_(torch.nn.functional.dropout1d(torch.ones(tensor.numel(), 2), 0.5)[:, 0].reshape(tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        return 2.0 * (rng.uniform(size=self.shape) >= 0.5)


class Shuffle(Draws):
    """A permutation: how far each element has moved; the other axis moves along."""

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            place = keras.ops.arange(math.prod(shape), dtype=dtype)
            x = keras.ops.stack([place, 2 * place], axis=1)
            moved = keras.random.shuffle(x, seed=1) - x
            return keras.ops.reshape(moved[:, 0] + 1e3 * (moved[:, 1] - 2 * moved[:, 0]), shape)

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        place = torch.arange(tensor.numel())
        tensor.copy_((torch.randperm(tensor.numel()) - place).reshape(tensor.shape))

    def reference(self, rng: np.random.Generator) -> Any:
        place = np.arange(math.prod(self.shape))
        return np.argsort(rng.uniform(size=place.size)) - place

    @difference(
        replaces="torch",
        why="Keras on JAX permutes each column by itself; TensorFlow and torch move whole rows",
        source="keras/src/backend/jax/random.py, shuffle: jax.random.shuffle",
        sides=("keras-jax",),
    )
    def columns_apart(self, torch: Any, tensor: Any) -> None:
        first, second = (torch.randperm(tensor.numel()) for _ in range(2))
        moved = first - torch.arange(tensor.numel()) + 2000 * (second - first)
        tensor.copy_(moved.reshape(tensor.shape))


class SeedGenerator(Draws):
    """Two draws from one generator are independent, so that their difference is sqrt(2) as wide."""

    def keras(self, keras: Any) -> Any:
        def made(shape: Any, dtype: Any) -> Any:
            seed = keras.random.SeedGenerator(1)
            first, second = (keras.random.normal(shape, dtype=dtype, seed=seed) for _ in range(2))
            return first - second

        return made

    def torch(self, torch: Any, tensor: Any) -> None:
        generator = torch.Generator().manual_seed(1)
        first, second = (torch.randn(tensor.shape, generator=generator) for _ in range(2))
        tensor.copy_(first - second)

    def reference(self, rng: np.random.Generator) -> Any:
        return rng.normal(0, math.sqrt(2), size=self.shape)
