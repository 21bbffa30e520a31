"""Pooling to a given size."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import distinct, named


class AdaptivePooling(SpatialCase, abstract=True):
    """Place i of m pools the places from floor(i n / m) to ceil((i + 1) n / m) of n, along each axis."""

    space: ClassVar[tuple[int, ...]]
    output_size: int = 3
    spelling: str = "module"
    variants = named(
        plain={},
        dividing={"output_size": 2},
        one={"output_size": 1},
        larger={"output_size": 8},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "output_size": 4},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, *self.space, 2))}

    def keras(self, keras: Any) -> Any:
        return getattr(keras.layers, type(self).__name__)(self.output_size, data_format=self.data_format)

    def torch(self, torch: Any) -> Any:
        rank, largest = len(self.space), "Max" in type(self).__name__
        if self.spelling == "module":
            return getattr(torch.nn, f"Adaptive{'Max' if largest else 'Avg'}Pool{rank}d")(self.output_size)
        pool = getattr(torch.nn.functional, f"adaptive_{'max' if largest else 'avg'}_pool{rank}d")
        return lambda x: pool(x, self.output_size)

    def reference(self, x: Any) -> Any:
        y = x.astype(float)
        pool = np.max if "Max" in type(self).__name__ else np.mean
        for axis, n in enumerate(self.space, 1):
            m = self.output_size
            parts = [np.take(y, range(i * n // m, -(-(i + 1) * n // m)), axis) for i in range(m)]
            y = np.concatenate([pool(part, axis, keepdims=True) for part in parts], axis)
        return y


class AdaptiveAveragePooling1D(AdaptivePooling):
    """Over time."""

    space = (6,)


class AdaptiveAveragePooling2D(AdaptivePooling):
    """Over an image."""

    space = (6, 5)


class AdaptiveAveragePooling3D(AdaptivePooling):
    """Over a volume."""

    space = (3, 4, 2)
    variants = named(
        plain={"output_size": 2},
        larger={},
        channels_first={"data_format": "channels_first", "output_size": 2},
        functional={"spelling": "functional", "output_size": 1},
    )


class AdaptiveMaxPooling(AdaptivePooling, abstract=True):
    """The largest of each.

    To one place the gradient by Keras on TensorFlow is unset memory (docs/findings/adaptive_max_pooling_gradient.py), and
    on some processors the process dies (docs/findings/adaptive_max_pooling_crash.py), which no code can reproduce: there
    Keras pools integers, which have no gradient and another kernel.
    """

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        return {"x": (8 * x).astype(int) if self.output_size == 1 else x}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return keras.ops.cast(super().keras_call(keras, layer, x), layer.compute_dtype)

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return super().torch_inputs(torch, x if x.is_floating_point() else x.to(torch.get_default_dtype()))


class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    """Over time."""

    space = (6,)


class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    """Over an image."""

    space = (6, 5)


class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    """Over a volume; never to one place, since TensorFlow pools no volumes of integers."""

    space = (3, 4, 2)
    variants = named(
        plain={"output_size": 2},
        larger={},
        channels_first={"data_format": "channels_first", "output_size": 2},
        functional={"spelling": "functional", "output_size": 2},
    )
