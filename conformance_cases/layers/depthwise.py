"""Depthwise and separable convolutions."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase, padded, windows
from pytest_fwparity import named, same_pads


class Channelwise(SpatialCase, abstract=True):
    """Each channel by itself; output channel c * multiplier + m holds filter m of channel c on both sides."""

    space: ClassVar[tuple[int, ...]]
    kernel_size: int = 3
    multiplier: int = 1
    strides: int = 1
    dilation: int = 1
    padding: str = "same"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, *self.space, 4))}

    def pads(self) -> list[int]:
        rank = len(self.space)
        if self.padding == "valid":
            return [0] * 2 * rank
        return same_pads(self.space, [self.kernel_size] * rank, [self.strides] * rank, [self.dilation] * rank)

    def depthwise(self, x: Any, kernel: Any) -> Any:
        rank = len(self.space)
        found = windows(padded(x, self.pads()), kernel.shape[:rank], [self.strides] * rank, [self.dilation] * rank)
        found = found.reshape(*found.shape[: rank + 2], -1)
        y = np.einsum("...ck,kcm->...cm", found, kernel.reshape(-1, 4, self.multiplier))
        return y.reshape(*y.shape[:-2], -1)


class Depthwise(Channelwise, abstract=True):
    """A convolution of each channel, and a bias."""

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        m, sizes = self.multiplier, [self.kernel_size] * len(self.space)
        return {"kernel": rng.normal(size=(*sizes, 4, m)), "bias": rng.normal(size=4 * m)}

    def keras(self, keras: Any) -> Any:
        kind = getattr(keras.layers, f"DepthwiseConv{len(self.space)}D")
        options = {"dilation_rate": self.dilation, "data_format": self.data_format}
        return kind(self.kernel_size, self.strides, self.padding, self.multiplier, **options)

    def torch(self, torch: Any) -> Any:
        rank = len(self.space)
        convolution = getattr(torch.nn, f"Conv{rank}d")(
            4, 4 * self.multiplier, self.kernel_size, self.strides, dilation=self.dilation, groups=4
        )
        return torch.nn.Sequential(getattr(torch.nn, f"ConstantPad{rank}d")(self.pads(), 0.0), convolution)

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        rank = len(self.space)
        weight = kernel.permute(rank, rank + 1, *range(rank)).reshape(-1, 1, *kernel.shape[:rank])
        return {"1.weight": weight, "1.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return self.depthwise(x, kernel) + bias


class DepthwiseConv1D(Depthwise):
    """Over time."""

    space = (7,)
    variants = named(
        plain={},
        multiplied={"multiplier": 3},
        strided={"strides": 2, "multiplier": 2},
        even={"kernel_size": 4},
        dilated={"dilation": 2},
        channels_first={"data_format": "channels_first"},
    )
    level = "standard"
    speed = None


class DepthwiseConv2D(Depthwise):
    """Over an image."""

    space = (6, 7)
    variants = named(
        plain={},
        multiplied={"multiplier": 3},
        strided={"strides": 2, "multiplier": 2},
        valid={"padding": "valid"},
        even={"kernel_size": 2, "multiplier": 2},
        dilated={"dilation": 2, "multiplier": 2},
        dilated_strided={"dilation": 2, "strides": 2},
        channels_first={"data_format": "channels_first"},
    )
    quick = ("plain", "multiplied", "strided", "valid")


class Separable(Channelwise, abstract=True):
    """Depthwise, then 1 x 1 over the channels; one bias, at the end."""

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        m, rank = self.multiplier, len(self.space)
        return {
            "depthwise_kernel": rng.normal(size=(*[self.kernel_size] * rank, 4, m)),
            "pointwise_kernel": rng.normal(size=(*[1] * rank, 4 * m, 5)),
            "bias": rng.normal(size=5),
        }

    def keras(self, keras: Any) -> Any:
        kind = getattr(keras.layers, f"SeparableConv{len(self.space)}D")
        options = {"depth_multiplier": self.multiplier, "dilation_rate": self.dilation, "data_format": self.data_format}
        return kind(5, self.kernel_size, self.strides, self.padding, **options)

    def torch(self, torch: Any) -> Any:
        rank, m = len(self.space), self.multiplier
        convolution = getattr(torch.nn, f"Conv{rank}d")
        depthwise = convolution(4, 4 * m, self.kernel_size, self.strides, dilation=self.dilation, groups=4, bias=False)
        pad = getattr(torch.nn, f"ConstantPad{rank}d")(self.pads(), 0.0)
        return torch.nn.Sequential(pad, depthwise, convolution(4 * m, 5, 1))

    def torch_weights(self, torch: Any, depthwise_kernel: Any, pointwise_kernel: Any, bias: Any) -> dict[str, Any]:
        rank = len(self.space)
        depthwise = depthwise_kernel.permute(rank, rank + 1, *range(rank))
        return {
            "1.weight": depthwise.reshape(-1, 1, *depthwise_kernel.shape[:rank]),
            "2.weight": pointwise_kernel.permute(rank + 1, rank, *range(rank)),
            "2.bias": bias,
        }

    def reference(self, x: Any, depthwise_kernel: Any, pointwise_kernel: Any, bias: Any) -> Any:
        return self.depthwise(x, depthwise_kernel) @ pointwise_kernel.reshape(-1, 5) + bias


class SeparableConv1D(Separable):
    """Over time."""

    space = (7,)
    variants = named(
        plain={},
        multiplied={"multiplier": 2, "strides": 2},
        dilated={"dilation": 2, "padding": "valid"},
        channels_first={"data_format": "channels_first"},
    )
    level = "standard"
    speed = None


class SeparableConv2D(Separable):
    """Over an image."""

    space = (5, 6)
    variants = named(
        plain={},
        multiplied={"multiplier": 2, "strides": 2},
        even={"kernel_size": 2, "padding": "valid"},
        dilated={"dilation": 2},
        channels_first={"data_format": "channels_first"},
    )
    quick = ("plain", "multiplied")
