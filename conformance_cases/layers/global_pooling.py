"""Pooling of all places."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import LayerCase, distinct, named


class GlobalPooling(SpatialCase, abstract=True):
    """The largest or the mean of each channel."""

    space: ClassVar[tuple[int, ...]]
    keepdims: bool = False
    variants = named(plain={}, kept={"keepdims": True}, channels_first={"data_format": "channels_first"})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, *self.space, 3))}

    def keras(self, keras: Any) -> Any:
        return getattr(keras.layers, type(self).__name__)(data_format=self.data_format, keepdims=self.keepdims)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        if self.data_format == "channels_last":
            return layer(x)
        return layer(keras.ops.moveaxis(x, -1, 1))

    def torch(self, torch: Any) -> Any:
        axes = tuple(range(2, 2 + len(self.space)))
        largest = "Max" in type(self).__name__
        return lambda x: x.amax(axes, self.keepdims) if largest else x.mean(axes, self.keepdims)

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1) if self.data_format == "channels_last" else y}

    def reference(self, x: Any) -> Any:
        axes = tuple(range(1, 1 + len(self.space)))
        pool = np.max if "Max" in type(self).__name__ else np.mean
        y = pool(x, axes, keepdims=self.keepdims)
        return np.moveaxis(y, -1, 1) if self.data_format == "channels_first" else y


class GlobalMaxPooling1D(GlobalPooling):
    """Over time."""

    space = (5,)


class GlobalMaxPooling2D(GlobalPooling):
    """Over an image."""

    space = (3, 4)


class GlobalMaxPooling3D(GlobalPooling):
    """Over a volume."""

    space = (2, 3, 2)


class GlobalAveragePooling2D(GlobalPooling):
    """Over an image."""

    space = (3, 4)
    level = "quick"
    quick = ("plain",)


class GlobalAveragePooling3D(GlobalPooling):
    """Over a volume."""

    space = (2, 3, 2)


class GlobalAveragePooling1D(LayerCase):
    """Over time; steps that are masked do not count."""

    masked: bool = False
    keepdims: bool = False
    variants = named(
        plain={}, kept={"keepdims": True}, masked={"masked": True}, masked_kept={"masked": True, "keepdims": True}
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        mask = np.ones((4, 5), bool)
        mask[0, 3:] = mask[1, :2] = mask[2, [0, 2, 4]] = False
        return {"x": rng.normal(size=(4, 5, 3)), "mask": mask}

    def keras(self, keras: Any) -> Any:
        return keras.layers.GlobalAveragePooling1D(keepdims=self.keepdims)

    def keras_call(self, keras: Any, layer: Any, x: Any, mask: Any) -> Any:
        return layer(x, mask=mask) if self.masked else layer(x)

    def torch(self, torch: Any) -> Any:
        def pool(x: Any, mask: Any) -> Any:
            if not self.masked:
                return x.mean(1, self.keepdims)
            kept = mask[..., None].to(x.dtype)
            return (x * kept).sum(1, self.keepdims) / kept.sum(1, self.keepdims)

        return pool

    def reference(self, x: Any, mask: Any) -> Any:
        kept = mask[..., None] if self.masked else np.ones((4, 5, 1))
        return (x * kept).sum(1, keepdims=self.keepdims) / kept.sum(1, keepdims=self.keepdims)
