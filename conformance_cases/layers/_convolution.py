"""What convolutions of every rank have in common."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase, materialized, padded, windows
from pytest_fwparity import same_pads


class Convolution(SpatialCase, abstract=True):
    """'same' pads the far end by one more where the padding is odd, 'causal' the near end alone; torch pads by hand.

    ``spelling`` is that of torch: a module, its lazy form, the function, or a module with padding="same" of its own.
    """

    #: spatial sizes of the input
    space: ClassVar[tuple[int, ...]]
    channels: ClassVar[tuple[int, int]] = (4, 6)
    kernel_size: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    dilation: tuple[int, ...] = ()
    groups: int = 1
    padding: str = "same"
    spelling: str = "module"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, *self.space, self.channels[0]))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        taken, given = self.channels
        kernel = rng.normal(size=(*self.kernel_size, taken // self.groups, given))
        return {"kernel": kernel, "bias": rng.normal(size=given)}

    def keras(self, keras: Any) -> Any:
        options = {"dilation_rate": self.dilation, "groups": self.groups, "data_format": self.data_format}
        kind = getattr(keras.layers, f"Conv{len(self.space)}D")
        return kind(self.channels[1], self.kernel_size, self.strides, self.padding, **options)

    def pads(self) -> list[int]:
        if self.padding == "same":
            return same_pads(self.space, self.kernel_size, self.strides, self.dilation)
        near = (self.kernel_size[-1] - 1) * self.dilation[-1] if self.padding == "causal" else 0
        return [near, *[0] * (2 * len(self.space) - 1)]

    def torch(self, torch: Any) -> Any:
        rank, lazy = len(self.space), self.spelling == "lazy"
        if self.spelling == "functional":
            convolve, given = (
                getattr(torch.nn.functional, f"conv{rank}d"),
                (self.strides, 0, self.dilation, self.groups),
            )
            return lambda x, **weights: convolve(torch.nn.functional.pad(x, self.pads()), *weights.values(), *given)
        kind = getattr(torch.nn, f"LazyConv{rank}d" if lazy else f"Conv{rank}d")
        channels = self.channels[lazy:]
        options: dict[str, Any] = {"dilation": self.dilation, "groups": self.groups}
        options["padding"] = "same" if self.spelling == "own padding" else 0
        convolution = kind(*channels, self.kernel_size, self.strides, **options)
        pads = [0] * 2 * rank if self.spelling == "own padding" else self.pads()
        module = torch.nn.Sequential(getattr(torch.nn, f"ConstantPad{rank}d")(pads, 0.0), convolution)
        return materialized(torch, module, (1, self.channels[0], *self.space)) if lazy else module

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        rank = len(self.space)
        return {"1.weight": kernel.permute(rank + 1, rank, *range(rank)), "1.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        rank = len(self.space)
        found = windows(padded(x, self.pads()), self.kernel_size, self.strides, self.dilation)
        parts = [
            np.tensordot(part, filters, ([-rank - 1, *range(-rank, 0)], [rank, *range(rank)]))
            for part, filters in zip(
                np.split(found, self.groups, rank + 1), np.split(kernel, self.groups, rank + 1), strict=True
            )
        ]
        return np.concatenate(parts, -1) + bias
