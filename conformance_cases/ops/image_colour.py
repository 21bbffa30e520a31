"""Colours of images, and how like two images are."""

import math
from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._images import Images
from pytest_fwparity import FunctionCase, named

FORMATS = named(default={}, channels_first={"data_format": "channels_first"})


class RgbToGrayscale(Images):
    """0.2989 red + 0.587 green + 0.114 blue; of one channel itself."""

    channels: int = 3
    variants = FORMATS | named(gray={"channels": 1})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": super().inputs(rng)["x"][..., : self.channels] if self.channels == 1 else super().inputs(rng)["x"]}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.rgb_to_grayscale(x, data_format=self.data_format)

    def on_images(self, torch: Any, x: Any) -> Any:
        red, green, blue = x.split(1, 1) if self.channels == 3 else (x, x, x)
        return 0.2989 * red + 0.587 * green + 0.114 * blue if self.channels == 3 else x

    def of_images(self, x: Any) -> Any:
        return x if self.channels == 1 else (x @ np.array([0.2989, 0.587, 0.114]))[..., None]


class RgbToHsv(Images):
    """Hue in turns, saturation, value; no two colours of a place are near, since there are kinks."""

    variants = FORMATS

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.permuted(np.tile([0.2, 0.5, 0.8], (2, 5, 6, 1)), axis=-1)
        return {"x": self.laid(x + rng.uniform(-0.1, 0.1, size=x.shape))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.rgb_to_hsv(x, data_format=self.data_format)

    def on_images(self, torch: Any, x: Any) -> Any:
        red, green, blue = x.unbind(1)
        largest, smallest = x.amax(1), x.amin(1)
        d = largest - smallest
        turned = torch.where(
            largest == red,
            (green - blue) / d + torch.where(green < blue, 6, 0),
            torch.where(largest == green, (blue - red) / d + 2, (red - green) / d + 4),
        )
        return torch.stack([turned / 6, d / largest, largest], 1)

    def of_images(self, x: Any) -> Any:
        red, green, blue = np.moveaxis(x, -1, 0)
        largest, d = x.max(-1), np.ptp(x, -1)
        turned = np.select(
            [largest == red, largest == green], [(green - blue) / d, (blue - red) / d + 2], (red - green) / d + 4
        )
        return np.stack([turned / 6 % 1, d / largest, largest], -1)


class HsvToRgb(Images):
    """The way back; no hue is near to a sixth of a turn, where there are kinks."""

    variants = FORMATS
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:*": "no gradient on TensorFlow (docs/findings/keras_tensorflow_hsv_to_rgb_gradient.py)"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(0.1, 0.9, size=self.shape)
        x[..., 0] = (x[..., 0] + rng.integers(0, 6, size=self.shape[:-1])) / 6
        return {"x": self.laid(x)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.hsv_to_rgb(x, data_format=self.data_format)

    def on_images(self, torch: Any, x: Any) -> Any:
        hue, saturation, value = x.unbind(1)
        far = [(6 * hue - 3).abs() - 1, 2 - (6 * hue - 2).abs(), 2 - (6 * hue - 4).abs()]
        return torch.stack([value * (1 + saturation * (part.clamp(0, 1) - 1)) for part in far], 1)

    def of_images(self, x: Any) -> Any:
        hue, saturation, value = np.moveaxis(x, -1, 0)
        far = [np.abs(6 * hue - 3) - 1, 2 - np.abs(6 * hue - 2), 2 - np.abs(6 * hue - 4)]
        return np.stack([value * (1 + saturation * (np.clip(part, 0, 1) - 1)) for part in far], -1)


class HsvToRgbValues(HsvToRgb):
    """Its values alone: TensorFlow has no gradient."""

    checks = ("agree", "repeat")
    without: ClassVar[dict[str, str]] = {}
    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return super().keras(keras, keras.ops.stop_gradient(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return super().torch(torch, x.detach())


class Two(FunctionCase, abstract=True):
    """Pairs of images of much contrast, from like to unlike."""

    level = "standard"
    speed = None
    data_format: str = "channels_last"
    size = (7, 6)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a, other = rng.choice([0.1, 0.9], size=(2, 3, *self.size, 3)) + rng.uniform(
            -0.1, 0.1, size=(2, 3, *self.size, 3)
        )
        share = np.array([0.8, 0.6, 0.3])[:, None, None, None]
        b = share * a + (1 - share) * other
        if self.data_format == "channels_first":
            a, b = np.moveaxis(a, -1, 1), np.moveaxis(b, -1, 1)
        return {"a": a, "b": b}


class Psnr(Two):
    """10 log10(max² / mean((a - b)²)), of all images together."""

    largest: float = 1.0
    variants = named(default={}, bytes={"largest": 255.0})

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.psnr(a, b, self.largest)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return 20 * math.log10(self.largest) - 10 * torch.log10(torch.nn.functional.mse_loss(a, b))

    def reference(self, a: Any, b: Any) -> Any:
        return 10 * np.log10(self.largest**2 / np.square(a - b).mean())


class Ssim(Two):
    """(2 m n + c1) (2 cov + c2) / ((m² + n² + c1) (var + var + c2)), of moments under a Gaussian window, its mean."""

    largest: float = 1.0
    window: int = 11
    sigma: float = 1.5
    variants = named(
        default={},
        small={"window": 6, "sigma": 2.0, "largest": 2.0},
        channels_first={"data_format": "channels_first", "window": 7},
    )
    size = (16, 15)
    without: ClassVar[dict[str, str]] = {
        "*-bfloat16": "a variance is the difference of two means, of which bfloat16 leaves too few digits"
    }

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        options = {"filter_size": self.window, "filter_sigma": self.sigma, "data_format": self.data_format}
        return keras.ops.image.ssim(a, b, max_val=self.largest, **options)

    def kernel(self) -> np.ndarray:
        raised = np.exp(-np.square(np.arange(self.window) - (self.window - 1) / 2) / (2 * self.sigma**2))
        normed: np.ndarray = raised / raised.sum()
        return normed

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        if self.data_format == "channels_last":
            a, b = a.movedim(-1, 1), b.movedim(-1, 1)
        kernel = torch.tensor(self.kernel()).to(a).expand(3, 1, 1, self.window)

        def mean(x: Any) -> Any:
            rows = torch.nn.functional.conv2d(x, kernel.mT, groups=3)
            return torch.nn.functional.conv2d(rows, kernel, groups=3)

        return self._index(a, b, mean).mean((1, 2, 3))

    def reference(self, a: Any, b: Any) -> Any:
        if self.data_format == "channels_first":
            a, b = np.moveaxis(a, 1, -1), np.moveaxis(b, 1, -1)

        def mean(x: Any) -> Any:
            windows = np.lib.stride_tricks.sliding_window_view(x, (self.window, self.window), (1, 2))
            return windows @ self.kernel() @ self.kernel()

        return self._index(a, b, mean).mean((1, 2, 3))

    def _index(self, a: Any, b: Any, mean: Any) -> Any:
        c1, c2 = (0.01 * self.largest) ** 2, (0.03 * self.largest) ** 2
        m, n = mean(a), mean(b)
        covariance, spread = mean(a * b) - m * n, mean(a * a) - m * m + mean(b * b) - n * n
        return (2 * m * n + c1) * (2 * covariance + c2) / ((m * m + n * n + c1) * (spread + c2))
