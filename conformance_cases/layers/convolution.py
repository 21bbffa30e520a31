"""Convolutions."""

from typing import Any

import numpy as np

from conformance_cases.layers._convolution import Convolution
from pytest_fwparity import LayerCase, named


class Conv1D(Convolution):
    """y[t] = sum over i of x[t s + i d] @ kernel[i] + bias."""

    space = (9,)
    kernel_size = (3,)
    strides = (1,)
    dilation = (1,)
    variants = named(
        plain={},
        causal={"padding": "causal", "dilation": [2]},
        causal_strided={"padding": "causal", "strides": [2]},
        even={"kernel_size": [4]},
        skipping={"kernel_size": [2], "strides": [3], "padding": "valid"},
        grouped={"groups": 2, "dilation": [3]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "strides": [2]},
        lazy={"spelling": "lazy", "padding": "valid"},
    )
    quick = ("plain", "causal", "even")


class Conv2D(Convolution):
    """y[h, w] = sum over i, j of x[h + i, w + j] @ kernel[i, j] + bias."""

    space = (7, 8)
    kernel_size = (3, 3)
    strides = (1, 1)
    dilation = (1, 1)
    variants = named(
        plain={},
        valid={"padding": "valid"},
        even={"kernel_size": [2, 4]},
        strided={"strides": [2, 2]},
        dilated={"dilation": [2, 2]},
        grouped={"groups": 2},
        uneven={"kernel_size": [3, 2], "strides": [3, 1], "padding": "valid"},
        own_padding={"spelling": "own padding", "kernel_size": [4, 2], "dilation": [1, 3]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "groups": 2, "strides": [2, 2]},
        lazy={"spelling": "lazy"},
    )
    quick = ("plain", "even", "strided", "grouped")
    speed = "quick"


class Conv3D(Convolution):
    """y[d, h, w] = sum over i, j, k of x[d + i, h + j, w + k] @ kernel[i, j, k] + bias."""

    space = (4, 3, 5)
    channels = (2, 4)
    kernel_size = (2, 3, 2)
    strides = (1, 1, 1)
    dilation = (1, 1, 1)
    variants = named(
        plain={},
        strided={"strides": [2, 2, 2]},
        grouped={"groups": 2, "padding": "valid"},
        dilated={"dilation": [1, 1, 2]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "padding": "valid"},
        lazy={"spelling": "lazy"},
    )
    quick = ("plain",)


class ConvTbc(LayerCase):
    """conv_tbc is a Conv1D over (time, batch, channels) that pads both ends alike."""

    pad: int = 1
    variants = named(plain={}, wide={"pad": 3})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(6, 2, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(3, 3, 4)), "bias": rng.normal(size=4)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Conv1D(4, 3)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        x = keras.ops.pad(keras.ops.swapaxes(x, 0, 1), [[0, 0], [self.pad, self.pad], [0, 0]])
        return keras.ops.swapaxes(layer(x), 0, 1)

    def torch(self, torch: Any) -> Any:
        return lambda x, kernel, bias: torch.nn.functional.conv_tbc(x, kernel, bias, self.pad)

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        x = np.pad(x, [(self.pad, self.pad), (0, 0), (0, 0)])
        return sum(x[i : len(x) - 2 + i] @ kernel[i] for i in range(3)) + bias
