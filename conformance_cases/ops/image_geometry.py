"""Images of another size, moved, turned or seen from the side."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._resizing import weights
from conformance_cases.ops._images import Images
from pytest_fwparity import FunctionCase, named


class Resize(Images):
    """To a height and width, of the whole image, of its middle, or with zeros round it."""

    size: tuple[int, int] = (7, 9)
    interpolation: str = "bilinear"
    antialias: bool = False
    aspect: str = ""
    variants = named(
        default={},
        smaller={"size": [3, 4]},
        nearest={"size": [3, 8], "interpolation": "nearest"},
        antialias={"size": [2, 3], "antialias": True},
        bicubic_antialias={"size": [3, 8], "interpolation": "bicubic", "antialias": True},
        crop={"size": [4, 8], "aspect": "crop"},
        pad={"size": [8, 4], "aspect": "pad"},
        channels_first={"data_format": "channels_first"},
    )
    shape = (2, 5, 6, 2)
    without: ClassVar[dict[str, str]] = {
        "*antialias-*16": "torch has no kernel, and the gradient of TensorFlow fails (docs/findings/bicubic_half_gradient.py)",
    }

    def keras(self, keras: Any, x: Any) -> Any:
        options: dict[str, Any] = {f"{self.aspect}_to_aspect_ratio": True, "fill_value": 0.5} if self.aspect else {}
        options |= {"interpolation": self.interpolation, "antialias": self.antialias, "data_format": self.data_format}
        return keras.ops.image.resize(x, tuple(self.size), **options)

    def pads(self) -> tuple[int, int, int, int]:
        """Of the width, then of the height: of 5 by 6, cropped to 3 by 6 for 4 by 8, padded to 12 by 6 for 8 by 4."""
        return {"": (0, 0, 0, 0), "crop": (0, 0, -1, -1), "pad": (0, 0, 3, 3)}[self.aspect]

    def on_images(self, torch: Any, x: Any) -> Any:
        x = torch.nn.functional.pad(x, self.pads(), value=0.5)
        mode = "nearest-exact" if self.interpolation == "nearest" else self.interpolation
        options = {} if self.interpolation == "nearest" else {"align_corners": False, "antialias": self.antialias}
        return torch.nn.functional.interpolate(x, self.size, mode=mode, **options)

    def of_images(self, x: Any) -> Any:
        low, high = self.pads()[2:]
        x = x[:, -low or None : high or None] if low < 0 else x
        x = np.pad(x, [(0, 0), (max(low, 0), max(high, 0)), (0, 0), (0, 0)], constant_values=0.5)
        rows, columns = (
            weights(n, m, self.interpolation, self.antialias) for n, m in zip(x.shape[1:3], self.size, strict=True)
        )
        return np.einsum("ih,nhwc,jw->nijc", rows, x, columns)


class ScaleAndTranslate(FunctionCase):
    """Places of the new image lie at (place + 0.5 - translation) / scale - 0.5 of the old; weights of a row sum to 1."""

    method: str = "linear"
    antialias: bool = True
    larger: bool = True
    variants = named(
        default={},
        smaller={"larger": False},
        sharp={"larger": False, "antialias": False},
        cubic={"method": "cubic"},
        cubic_smaller={"method": "cubic", "larger": False},
        lanczos3={"method": "lanczos3"},
        lanczos5={"method": "lanczos5", "larger": False},
    )
    level = "standard"
    speed = None
    without: ClassVar[dict[str, str]] = {
        "*16": "half precision knows a place to a twentieth of a pixel, or worse",
        "lanczos5-float32": "the slopes by places, of sin(pi x) of five half turns, lose more than one rounding of x explains: "
        "8.23 of 8 on torch on one of 6 seeds; ScaleAndTranslateOfValues asks the rest",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        scale = np.array([1.7, 1.3] if self.larger else [0.7, 0.45]) + rng.uniform(-0.02, 0.02, size=2)
        return {
            "x": rng.normal(size=(6, 7, 2)),
            "scale": scale,
            "translation": np.array([0.9, -0.6]) + rng.uniform(-0.02, 0.02, size=2),
        }

    def keras(self, keras: Any, x: Any, scale: Any, translation: Any) -> Any:
        return keras.ops.image.scale_and_translate(
            x, (8, 5, 2), scale, translation, (0, 1), self.method, antialias=self.antialias
        )

    def torch(self, torch: Any, x: Any, scale: Any, translation: Any) -> Any:
        return self._product(torch, x, scale, translation, torch.where, torch.sinc)

    def reference(self, x: Any, scale: Any, translation: Any) -> Any:
        return self._product(np, x, scale, translation, np.where, np.sinc)

    def _product(self, library: Any, x: Any, scale: Any, translation: Any, where: Any, sinc: Any) -> Any:
        parts = []
        for axis, (n, m) in enumerate(((6, 8), (7, 5))):
            centres = (library.arange(m) + 0.5 - translation[axis]) / scale[axis] - 0.5
            d = library.abs(centres[:, None] - library.arange(n))
            if self.antialias and not self.larger:
                d = d * scale[axis]
            if self.method == "linear":
                found = where(d < 1, 1 - d, 0 * d)
            elif self.method == "cubic":
                near, far = (1.5 * d - 2.5) * d * d + 1, ((2.5 - 0.5 * d) * d - 4) * d + 2
                found = where(d < 1, near, where(d < 2, far, 0 * d))
            else:
                radius = int(self.method[-1])
                found = where(d < radius, sinc(d) * sinc(d / radius), 0 * d)
            total = found.sum(1)[:, None]
            found = where(total == 0, 0 * d, found / where(total == 0, 1 + 0 * total, total))
            parts.append(where(((centres >= -0.5) & (centres <= n - 0.5))[:, None], found, 0 * d))
        return library.einsum("ih,hwc,jw->ijc", parts[0], x, parts[1])


class ScaleAndTranslateOfValues(ScaleAndTranslate):
    """The same with slopes by the image alone."""

    variants = named(lanczos5={"method": "lanczos5", "larger": False})
    without: ClassVar[dict[str, str]] = {
        "*16": ScaleAndTranslate.without["*16"],
        "keras-jax:*-float32": "sin(pi x) of five half turns loses more digits than one rounding of x explains",
    }
    fixed: ClassVar[tuple[str, ...]] = ("scale", "translation")
    vanishing: ClassVar[tuple[str, ...]] = ("grad scale", "grad translation")

    def keras(self, keras: Any, x: Any, scale: Any, translation: Any) -> Any:
        return super().keras(keras, x, *map(keras.ops.stop_gradient, (scale, translation)))

    def torch(self, torch: Any, x: Any, scale: Any, translation: Any) -> Any:
        return super().torch(torch, x, scale.detach(), translation.detach())
