"""Layers that drop whole channels, drop to a value, or add and multiply noise."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, distinct, grid, named


class Noise(LayerCase, abstract=True):
    """In training; what is drawn is each side's own, how it is used is not."""

    checks = ("holds",)
    level = "standard"
    speed = None

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=True)


class SpatialDropout(Noise, abstract=True):
    """Whole channels are dropped; the others are divided by 1 - rate."""

    rate: float = 0.5
    form: str = "module"
    channels_first: bool = False
    shape: list[int] = [32, 2, 16]
    variants = grid(rate=[0.5, 0.75]) | grid(form=["function"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any) -> Any:
        rank = len(self.shape) - 2
        layout = {"data_format": "channels_first" if self.channels_first else "channels_last"} if rank > 1 else {}
        return getattr(keras.layers, f"SpatialDropout{rank}D")(self.rate, seed=1, **layout)

    def torch(self, torch: Any) -> Any:
        rank = len(self.shape) - 2
        if self.form == "function":
            function = getattr(torch.nn.functional, f"dropout{rank}d")
            return lambda x: function(x, self.rate, training=True)
        return getattr(torch.nn, f"Dropout{rank}d")(self.rate)

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x if self.channels_first else x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y if self.channels_first else y.movedim(1, -1)}

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        kept, share = y != 0, 1 - self.rate
        space = tuple(range(2, x.ndim) if self.channels_first else range(1, x.ndim - 1))
        whole = kept.any(space)
        off = abs(whole.sum() - whole.size * share)
        return {
            "a channel is kept or dropped as a whole": np.array_equal(whole, kept.all(space)),
            "what is kept is divided by 1 - rate": np.array_equal(y, kept * x / share),
            "the share kept is 1 - rate": bool(off < 5 * np.sqrt(whole.size * share * self.rate)),
            "a gradient comes back where a value is kept, and only there": np.array_equal(grad_x != 0, kept),
        }


class SpatialDropout1D(SpatialDropout):
    """Of steps."""


class SpatialDropout2D(SpatialDropout):
    """Of images."""

    shape: list[int] = [32, 2, 2, 16]
    variants = (
        grid(rate=[0.5, 0.75])
        | grid(form=["function"])
        | named(first={"channels_first": True, "shape": [32, 16, 2, 3]})
    )


class SpatialDropout3D(SpatialDropout):
    """Of volumes."""

    shape: list[int] = [32, 2, 1, 2, 16]
    variants = grid(form=["module", "function"]) | named(first={"channels_first": True, "shape": [32, 16, 2, 1, 2]})


class AlphaDropout(Noise):
    """What is dropped becomes the value SELU saturates at, and all is scaled and shifted to mean 0 and variance 1."""

    rate: float = 0.5
    form: str = "module"
    features: bool = False
    variants = grid(rate=[0.5, 0.1]) | grid(form=["function"]) | grid(features=[True], form=["module", "function"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (64, 16, 4))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.AlphaDropout(self.rate, noise_shape=(None, None, 1) if self.features else None, seed=1)

    def torch(self, torch: Any) -> Any:
        if self.form == "module":
            return (torch.nn.FeatureAlphaDropout if self.features else torch.nn.AlphaDropout)(self.rate)
        functional = torch.nn.functional
        function = functional.feature_alpha_dropout if self.features else functional.alpha_dropout
        return lambda x: function(x, self.rate, training=True)

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        lowest = -1.6732632423543772 * 1.0507009873554805
        scale = 1 / math.sqrt((1 - self.rate) * (1 + self.rate * lowest**2))
        shift = -scale * lowest * self.rate
        kept = np.abs(y - (scale * x + shift)) < np.abs(y - (scale * lowest + shift))
        drawn = kept[..., 0] if self.features else kept
        off, share = abs(drawn.sum() - drawn.size * (1 - self.rate)), 1 - self.rate
        expected = scale * np.where(kept, x, lowest) + shift
        return {
            "what is dropped becomes the lowest value of SELU, and all is scaled and shifted": bool(
                np.abs(y - expected).max() < 1e-4
            ),
            "the share kept is 1 - rate": bool(off < 5 * np.sqrt(drawn.size * share * self.rate)),
            "a gradient comes back where a value is kept, and only there": np.array_equal(grad_x != 0, kept),
            "channels are dropped as a whole where that is asked for": not self.features
            or np.array_equal(kept.all(-1), kept.any(-1)),
        }


class GaussianNoise(Noise):
    """A normal number is added to each value."""

    stddev: float = 0.3
    variants = grid(stddev=[0.3, 1.0])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(64, 64))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.GaussianNoise(self.stddev, seed=1)

    def torch(self, torch: Any) -> Any:
        return lambda x: x + self.stddev * torch.randn_like(x)

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        return _is_normal((y - x) / self.stddev) | {"every value gets a gradient": bool((grad_x != 0).all())}


class GaussianDropout(Noise):
    """Each value is multiplied by a normal number of mean 1 and variance rate / (1 - rate)."""

    rate: float = 0.5
    variants = grid(rate=[0.5, 0.1])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.choice([-1.0, 1.0], size=(64, 64)) * rng.uniform(0.5, 2.0, size=(64, 64))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.GaussianDropout(self.rate, seed=1)

    def torch(self, torch: Any) -> Any:
        return lambda x: x * (1 + math.sqrt(self.rate / (1 - self.rate)) * torch.randn_like(x))

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        drawn = (y / x - 1) / math.sqrt(self.rate / (1 - self.rate))
        return _is_normal(drawn) | {"every value gets a gradient": bool((grad_x != 0).all())}


def _is_normal(drawn: Any) -> dict[str, bool]:
    """Claims about numbers that should be standard normal, each within five standard errors."""
    error = 1 / math.sqrt(drawn.size)
    return {
        "the mean is right": bool(abs(drawn.mean()) < 5 * error),
        "the variance is right": bool(abs((drawn**2).mean() - 1) < 5 * math.sqrt(2) * error),
        "68 % lie within one standard deviation": bool(abs((np.abs(drawn) < 1).mean() - 0.6827) < 5 * 0.466 * error),
    }


class NoiseInference(LayerCase):
    """In inference nothing happens."""

    layer: str = "GaussianNoise"
    variants = grid(
        layer=[
            "GaussianNoise",
            "GaussianDropout",
            "AlphaDropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
        ]
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        rank = int(self.layer[-2]) if self.layer[-1] == "D" else 1
        return {"x": rng.normal(size=[*[2, 3, 2, 2][: 1 + rank], 4])}

    def keras(self, keras: Any) -> Any:
        return getattr(keras.layers, self.layer)(0.5)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=False)

    def torch(self, torch: Any) -> Any:
        name = self.layer.replace("Spatial", "").replace("D", "d").replace("dropout", "Dropout")
        return getattr(torch.nn, name, torch.nn.Identity)(*[0.5] * hasattr(torch.nn, name)).eval()

    def reference(self, x: Any) -> Any:
        return x


class GumbelSoftmax(Noise):
    """A softmax of logits with Gumbel noise: its largest entry is distributed as their softmax says."""

    tau: float = 1.0
    hard: bool = False
    variants = grid(tau=[1.0, 0.3], hard=[False, True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": np.tile(rng.normal(size=4), (4000, 1))}

    def keras(self, keras: Any) -> Any:
        tau, hard = self.tau, self.hard

        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.seed_generator = keras.random.SeedGenerator(1)

            def call(self, x: Any, training: bool = True) -> Any:
                drawn = keras.random.uniform(keras.ops.shape(x), 1e-7, 1.0, seed=self.seed_generator)
                soft = keras.ops.softmax((x - keras.ops.log(-keras.ops.log(drawn))) / tau)
                if not hard:
                    return soft
                largest = keras.ops.one_hot(keras.ops.argmax(soft, -1), 4, dtype=soft.dtype)
                return largest - keras.ops.stop_gradient(soft) + soft

        return Layer()

    def torch(self, torch: Any) -> Any:
        return lambda x: torch.nn.functional.gumbel_softmax(x, tau=self.tau, hard=self.hard)

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        expected = np.exp(x[0]) / np.exp(x[0]).sum()
        count = np.bincount(y.argmax(-1), minlength=4)
        off = np.abs(count - len(y) * expected)
        return {
            "every row adds up to one": bool(np.abs(y.sum(-1) - 1).max() < 1e-5),
            "the largest entry is distributed as the softmax of the logits": bool(
                (off < 5 * np.sqrt(len(y) * expected * (1 - expected))).all()
            ),
            "hard rows are zeros and a one, and only they": bool(((np.abs(y) < 1e-6) | (y > 1 - 1e-6)).all())
            == self.hard,
            "a gradient comes back": bool((grad_x != 0).any(-1).mean() > 0.5),
        }
