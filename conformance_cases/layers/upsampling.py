"""More places than there were, by repetition or interpolation."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import named


class Repeated(SpatialCase, abstract=True):
    """Each place becomes ``size`` places. torch spells it as a module, a function or a repetition."""

    space: ClassVar[tuple[int, ...]]
    size: tuple[int, ...] = ()
    spelling: str = "Upsample"
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, *self.space, 3))}

    def keras(self, keras: Any) -> Any:
        size = self.size[0] if len(self.size) == 1 else self.size
        options = {} if len(self.size) == 1 else {"data_format": self.data_format}
        return getattr(keras.layers, type(self).__name__)(size, **options)

    def torch(self, torch: Any) -> Any:
        factors = tuple(float(factor) for factor in self.size)
        functional = torch.nn.functional
        if self.spelling == "interpolate":
            return lambda x: functional.interpolate(x, scale_factor=factors, mode="nearest-exact")
        if self.spelling == "upsample":
            return lambda x: functional.upsample(x, scale_factor=factors)
        if self.spelling == "upsample_nearest":
            return lambda x: functional.upsample_nearest(x, scale_factor=self.size[0])
        if self.spelling == "repeat":

            def repeat(x: Any) -> Any:
                for axis, factor in enumerate(self.size, 2):
                    x = x.repeat_interleave(factor, axis)
                return x

            return repeat
        return getattr(torch.nn, self.spelling)(scale_factor=factors)

    def reference(self, x: Any) -> Any:
        for axis, factor in enumerate(self.size, 1):
            x = np.repeat(x, factor, axis)
        return x


class UpSampling1D(Repeated):
    """Over time."""

    space = (5,)
    size = (2,)
    variants = named(plain={}, three={"size": [3]}, repeat={"spelling": "repeat"}, exact={"spelling": "interpolate"})


class UpSampling2D(Repeated):
    """Over an image."""

    space = (3, 4)
    size = (2, 2)
    variants = named(
        plain={},
        uneven={"size": [1, 3]},
        channels_first={"data_format": "channels_first", "size": [2, 3]},
        exact={"spelling": "interpolate"},
        module_2d={"spelling": "UpsamplingNearest2d"},
        function={"spelling": "upsample"},
        function_nearest={"spelling": "upsample_nearest"},
    )
    level = "quick"
    quick = ("plain",)


class UpSampling3D(Repeated):
    """Over a volume."""

    space = (2, 3, 2)
    size = (2, 2, 2)
    variants = named(
        plain={}, uneven={"size": [2, 1, 3]}, channels_first={"data_format": "channels_first", "size": [1, 2, 2]}
    )
