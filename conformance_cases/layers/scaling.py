"""Normalization by a size, by given statistics and by neighbouring channels."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase, difference, named


class RootMeanSquare(LayerCase, abstract=True):
    """x / sqrt(mean x^2 + epsilon) * scale; epsilon is 1e-6 in Keras, in torch that of the dtype unless given."""

    axis: int = -1
    size: float = 1.0
    spelling: str = "module"
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(scale=self.size, size=(3, 5, 5))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"scale": rng.normal(size=5)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.RMSNormalization(axis=self.axis)

    def torch(self, torch: Any) -> Any:
        if self.spelling == "functional":
            return lambda x, weight: torch.nn.functional.rms_norm(x, (5,), weight, 1e-6)
        return torch.nn.RMSNorm(5, eps=1e-6)

    def torch_weights(self, torch: Any, scale: Any) -> dict[str, Any]:
        return {"weight": scale}

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(self.axis, -1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(-1, self.axis)}


class RMSNormalization(RootMeanSquare):
    """Over the last axis."""

    variants = named(plain={}, small={"size": 1e-3}, functional={"spelling": "functional"})

    def reference(self, x: Any, scale: Any) -> Any:
        return x / np.sqrt(np.square(x).mean(-1, keepdims=True) + 1e-6) * scale


class RMSNormalizationAcross(RootMeanSquare):
    """Over an axis that is not the last: Keras is wrong there, and silently where both axes are of one size."""

    axis = 1
    variants = named(middle={})
    speed = None

    @difference(
        replaces="torch_call",
        why="Keras lays the scale of any axis along the last one, which fails unless both are of one size",
        source="keras/src/ops/nn.py, _rms_normalization; docs/findings/rms_normalization_axis.py",
        sides=("keras-tensorflow", "keras-jax"),
    )
    def scale_along_the_last_axis(self, torch: Any, module: Any, x: Any) -> Any:
        unscaled = torch.nn.functional.rms_norm(x, (5,), None, module.eps)
        return (unscaled.movedim(-1, 1) * module.weight).movedim(1, -1)

    @difference(
        replaces="torch_call",
        why="Keras on torch normalizes the last axis in the place of the one it is given, where both are of one size",
        source="keras/src/ops/nn.py, _rms_normalization; docs/findings/rms_normalization_axis.py",
        sides=("keras-torch",),
    )
    def along_the_last_axis(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x.movedim(-1, 1)).movedim(1, -1)


class UnitNormalization(LayerCase):
    """x / max(|x|, 1e-12) along axes."""

    axis: int = -1
    variants = named(plain={}, middle={"axis": 1}, first={"axis": 0})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4, 5))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.UnitNormalization(self.axis)

    def torch(self, torch: Any) -> Any:
        return lambda x: torch.nn.functional.normalize(x, dim=self.axis)

    def reference(self, x: Any) -> Any:
        return x / np.sqrt(np.square(x).sum(self.axis, keepdims=True))


class UnitNormalizationOfAxes(LayerCase):
    """By the norm over two axes at once."""

    axis: tuple[int, ...] = (1, 2)
    variants = named(last={}, outer={"axis": [0, -1]})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4, 5))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.UnitNormalization(list(self.axis))

    def torch(self, torch: Any) -> Any:
        return lambda x: torch.nn.functional.normalize(x, dim=self.axis)

    def reference(self, x: Any) -> Any:
        return x / np.sqrt(np.square(x).sum(tuple(self.axis), keepdims=True))


class Normalization(LayerCase):
    """(x - mean) / max(sqrt(variance), 1e-7) by given statistics, or back."""

    invert: bool = False
    learned: bool = False
    variants = named(plain={}, inverted={"invert": True}, learned={"learned": True})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(1.0, 2.0, size=(4, 3))}

    def statistics(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([0.5, -1.25, 3.0]), np.array([2.0, 0.25, 1.5])

    def keras(self, keras: Any) -> Any:
        mean, variance = self.statistics()
        if not self.learned:
            return keras.layers.Normalization(mean=mean, variance=variance, invert=self.invert)
        learned = keras.layers.Normalization()
        deviation = np.sqrt(variance)
        learned.adapt(np.stack([mean - deviation, mean + deviation]).astype(keras.config.floatx()))
        mean, variance = (keras.ops.convert_to_numpy(part).ravel() for part in (learned.mean, learned.variance))
        return keras.layers.Normalization(mean=mean, variance=variance)

    def torch(self, torch: Any) -> Any:
        mean, variance = (torch.tensor(part) for part in self.statistics())

        def normalize(x: Any) -> Any:
            deviation = variance.to(x).sqrt().clamp(min=1e-7)
            return mean.to(x) + x * deviation if self.invert else (x - mean.to(x)) / deviation

        return normalize

    def reference(self, x: Any) -> Any:
        mean, variance = self.statistics()
        return mean + x * np.sqrt(variance) if self.invert else (x - mean) / np.sqrt(variance)


class LocalResponseNorm(FunctionCase):
    """x / (k + alpha / n sum of x^2 over n channels) ^ beta; where n is even the window reaches one further down.

    The spellings are torch's module, its function and the older CrossMapLRN2d.
    """

    size: int = 3
    spelling: str = "LocalResponseNorm"
    variants = named(
        plain={},
        even={"size": 4},
        functional={"spelling": "function", "size": 5},
        cross_map={"spelling": "CrossMapLRN2d"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(scale=2.0, size=(2, 6, 2, 3))}

    def keras(self, keras: Any, x: Any) -> Any:
        n = self.size
        pads = [[0, 0], [n // 2, (n - 1) // 2], [0, 0], [0, 0]]
        squares = keras.ops.pad(keras.ops.square(x), pads)
        mean = sum(squares[:, i : i + x.shape[1]] for i in range(n)) / n
        return x / keras.ops.power(2.0 + 0.1 * mean, 0.75)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "function":
            return torch.nn.functional.local_response_norm(x, self.size, 0.1, 0.75, 2.0)
        return getattr(torch.nn, self.spelling)(self.size, 0.1, 0.75, 2.0)(x)

    def reference(self, x: Any) -> Any:
        n = self.size
        squares = np.pad(np.square(x), [(0, 0), (n // 2, (n - 1) // 2), (0, 0), (0, 0)])
        mean = sum(squares[:, i : i + x.shape[1]] for i in range(n)) / n
        return x / (2.0 + 0.1 * mean) ** 0.75

    @difference(
        replaces="torch",
        why="torch's CrossMapLRN2d never takes channel 0 out of its moving window",
        source="torch/nn/modules/_functions.py, CrossMapLRN2d.forward; docs/findings/cross_map_lrn_window.py",
        when=lambda case: case.spelling == "CrossMapLRN2d",
    )
    def whole_window(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.local_response_norm(x, self.size, 0.1, 0.75, 2.0)
