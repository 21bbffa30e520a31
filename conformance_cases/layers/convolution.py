"""Convolutions."""

from typing import Any

import numpy as np

from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import named, same_pads


class Conv2D(SpatialCase):
    """'same' pads the far end by one more where the padding is odd; torch pads both ends alike."""

    kernel_size: tuple[int, int] = (3, 3)
    strides: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    padding: str = "same"
    variants = named(
        plain={},
        valid={"padding": "valid"},
        even={"kernel_size": [2, 4]},
        strided={"strides": [2, 2]},
        dilated={"dilation": [2, 2]},
        grouped={"groups": 2},
    )
    quick = ("plain", "even", "strided", "grouped")
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 7, 8, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (*self.kernel_size, 4 // self.groups, 6)
        return {"kernel": rng.normal(size=shape), "bias": rng.normal(size=6)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Conv2D(
            6, self.kernel_size, self.strides, self.padding, dilation_rate=self.dilation, groups=self.groups
        )

    def torch(self, torch: Any) -> Any:
        size, strides, dilation = self.kernel_size, self.strides, self.dilation
        pads = same_pads((7, 8), size, strides, dilation) if self.padding == "same" else [0] * 4
        convolution = torch.nn.Conv2d(4, 6, size, strides, dilation=dilation, groups=self.groups)
        return torch.nn.Sequential(torch.nn.ZeroPad2d(pads), convolution)

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"1.weight": kernel.permute(3, 2, 0, 1), "1.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        left, right, top, bottom = (
            same_pads((7, 8), self.kernel_size, self.strides, self.dilation) if self.padding == "same" else [0] * 4
        )
        x = np.pad(x, [(0, 0), (top, bottom), (left, right), (0, 0)])
        span = [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        windows = np.lib.stride_tricks.sliding_window_view(x, span, (1, 2))
        windows = windows[:, :: self.strides[0], :: self.strides[1], :, :: self.dilation[0], :: self.dilation[1]]
        parts = [
            np.einsum("nhwcij,ijco->nhwo", part, filters)
            for part, filters in zip(np.split(windows, self.groups, 3), np.split(kernel, self.groups, 3), strict=True)
        ]
        return np.concatenate(parts, -1) + bias


class DepthwiseConv2D(SpatialCase):
    """Each channel by itself; output channel c * multiplier + m holds filter m of channel c on both sides."""

    multiplier: int = 1
    strides: int = 1
    padding: str = "same"
    variants = named(
        plain={},
        multiplied={"multiplier": 3},
        strided={"strides": 2, "multiplier": 2},
        valid={"padding": "valid"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 6, 7, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        m = self.multiplier
        return {"kernel": rng.normal(size=(3, 3, 4, m)), "bias": rng.normal(size=4 * m)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.DepthwiseConv2D(3, self.strides, self.padding, self.multiplier)

    def torch(self, torch: Any) -> Any:
        pads = same_pads((6, 7), (3, 3), (self.strides, self.strides)) if self.padding == "same" else [0] * 4
        convolution = torch.nn.Conv2d(4, 4 * self.multiplier, 3, self.strides, groups=4)
        return torch.nn.Sequential(torch.nn.ZeroPad2d(pads), convolution)

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"1.weight": kernel.permute(2, 3, 0, 1).reshape(-1, 1, 3, 3), "1.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        pads = same_pads((6, 7), (3, 3), (self.strides, self.strides)) if self.padding == "same" else [0] * 4
        x = np.pad(x, [(0, 0), tuple(pads[2:]), tuple(pads[:2]), (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))[:, :: self.strides, :: self.strides]
        y = np.einsum("nhwcij,ijcm->nhwcm", windows, kernel)
        return y.reshape(*y.shape[:3], -1) + bias
