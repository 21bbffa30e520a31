"""Transposed convolutions."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase, materialized, padded
from pytest_fwparity import named


class Transposed(SpatialCase, abstract=True):
    """Every input adds its multiple of the kernel at its place times the strides.

    Keras then cuts the result to the length L that ``padding`` and ``output_padding`` ask for: the near end loses
    ``p // 2`` of the ``p = (n - 1) s + k - L`` that are too many, nothing where padding is 'valid'. The same rule is
    written with torch's ``output_padding`` where it applies, else as a crop.
    """

    space: ClassVar[tuple[int, ...]]
    channels: ClassVar[tuple[int, int]] = (3, 4)
    kernel_size: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    dilation: int = 1
    padding: str = "valid"
    output_padding: int | None = None
    spelling: str = "module"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, *self.space, self.channels[0]))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        taken, given = self.channels
        return {"kernel": rng.normal(size=(*self.kernel_size, given, taken)), "bias": rng.normal(size=given)}

    def keras(self, keras: Any) -> Any:
        options = {"dilation_rate": self.dilation, "data_format": self.data_format}
        kind = getattr(keras.layers, f"Conv{len(self.space)}DTranspose")
        return kind(
            self.channels[1],
            self.kernel_size,
            self.strides,
            self.padding,
            output_padding=self.output_padding,
            **options,
        )

    def pads(self) -> list[int]:
        """What brings the full result to Keras' length, in the order of torch's ``pad``."""
        found: list[int] = []
        for n, taps, s in zip(self.space, self.kernel_size, self.strides, strict=True):
            k = (taps - 1) * self.dilation + 1
            full = (n - 1) * s + k
            if self.output_padding is not None:
                length = full + self.output_padding - (2 * (k // 2) if self.padding == "same" else 0)
            else:
                length = n * s if self.padding == "same" else full + max(s - k, 0)
            low = max(full - length, 0) // 2 if self.padding == "same" else 0
            found = [-low, length - full + low, *found]
        return found

    def torch(self, torch: Any) -> Any:
        rank, lazy = len(self.space), self.spelling == "lazy"
        pads = self.pads()
        own = pads[1] if min(pads) == 0 and len({*pads[1::2]}) == 1 and pads[1] < min(self.strides) else 0
        pads = [0] * 2 * rank if own else pads
        if self.spelling == "functional":
            convolve = getattr(torch.nn.functional, f"conv_transpose{rank}d")
            given = (self.strides, 0, own, 1, self.dilation)
            return lambda x, **weights: torch.nn.functional.pad(convolve(x, *weights.values(), *given), pads)
        kind = getattr(torch.nn, f"LazyConvTranspose{rank}d" if lazy else f"ConvTranspose{rank}d")
        options = {"output_padding": own, "dilation": self.dilation}
        module = torch.nn.Sequential(kind(*self.channels[lazy:], self.kernel_size, self.strides, **options))
        module.append(getattr(torch.nn, f"ConstantPad{rank}d")(pads, 0.0))
        return materialized(torch, module, (1, self.channels[0], *self.space)) if lazy else module

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        rank = len(self.space)
        return {"0.weight": kernel.permute(rank + 1, rank, *range(rank)), "0.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        spans = [(k - 1) * self.dilation + 1 for k in self.kernel_size]
        full = [(n - 1) * s + k for n, s, k in zip(self.space, self.strides, spans, strict=True)]
        y = np.zeros((len(x), *full, self.channels[1]))
        for at in np.ndindex(*self.kernel_size):
            places = [
                slice(i * self.dilation, i * self.dilation + (n - 1) * s + 1, s)
                for i, n, s in zip(at, self.space, self.strides, strict=True)
            ]
            y[(slice(None), *places)] += x @ kernel[at].T
        return padded(y, self.pads()) + bias


class Conv1DTranspose(Transposed):
    """Over time."""

    space = (5,)
    kernel_size = (3,)
    strides = (2,)
    variants = named(
        plain={},
        same={"padding": "same"},
        same_even={"padding": "same", "kernel_size": [4]},
        gaps={"padding": "same", "kernel_size": [2], "strides": [3]},
        valid_gaps={"kernel_size": [2], "strides": [3]},
        output_padding={"output_padding": 1},
        dilated={"strides": [1], "dilation": 2},
        channels_first={"data_format": "channels_first", "padding": "same"},
        functional={"spelling": "functional"},
        lazy={"spelling": "lazy", "padding": "same"},
    )
    level = "standard"
    speed = None


class Conv2DTranspose(Transposed):
    """Over an image."""

    space = (3, 4)
    kernel_size = (3, 3)
    strides = (2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        dense={"padding": "same", "strides": [1, 1], "kernel_size": [3, 2]},
        uneven={"padding": "same", "kernel_size": [3, 4], "strides": [3, 1]},
        output_padding={"output_padding": 1},
        same_output_padding={"output_padding": 1, "padding": "same"},
        dilated={"strides": [1, 1], "dilation": 2},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "output_padding": 1},
        lazy={"spelling": "lazy"},
    )
    quick = ("plain", "same")


class Conv3DTranspose(Transposed):
    """Over a volume."""

    space = (2, 3, 2)
    channels = (2, 3)
    kernel_size = (3, 2, 3)
    strides = (2, 2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        output_padding={"output_padding": 1, "strides": [2, 2, 3]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional"},
        lazy={"spelling": "lazy"},
    )
    level = "standard"
    speed = None
