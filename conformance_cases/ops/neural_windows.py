"""Convolutions and pools with windows of their own, and windows laid out as columns."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import distinct, grid, named, same_pads


class AdaptiveAveragePool(Array):
    """Means of as many windows as are asked for, which overlap where they do not divide the length."""

    space: tuple[int, ...] = (5, 7)
    size: tuple[int, ...] = (2, 3)
    channels_last: bool = True
    variants = named(
        default={},
        channels_first={"channels_last": False},
        whole={"size": (5, 7)},
        larger={"size": (6, 7)},
        row={"space": (7,), "size": (3,)},
    )
    names = ("adaptive_average_pool", "adaptive_avg_pool")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, *self.space, 3) if self.channels_last else (2, 3, *self.space))}

    def keras(self, keras: Any, x: Any) -> Any:
        layout = "channels_last" if self.channels_last else "channels_first"
        return getattr(keras.ops, self.names[0])(x, self.size if len(self.size) > 1 else self.size[0], layout)

    def torch(self, torch: Any, x: Any) -> Any:
        pool = getattr(torch.nn.functional, f"{self.names[1]}{len(self.space)}d")
        return pool(x.movedim(-1, 1), self.size).movedim(1, -1) if self.channels_last else pool(x, self.size)

    def reference(self, x: Any) -> Any:
        for axis, (length, count) in enumerate(zip(self.space, self.size, strict=True)):
            at = axis + (1 if self.channels_last else 2)
            cuts = [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]
            x = np.stack([self.of_window(np.take(x, range(a, b), at), at) for a, b in cuts], at)
        return x

    def of_window(self, x: Any, axis: int) -> Any:
        return x.mean(axis)


class AdaptiveMaxPool(AdaptiveAveragePool):
    """The largest of each."""

    names = ("adaptive_max_pool", "adaptive_max_pool")

    def of_window(self, x: Any, axis: int) -> Any:
        return x.max(axis)


class ConvTranspose(Array):
    """Every place spread out by a kernel."""

    strides: int = 1
    padding: str = "valid"
    kernel_size: tuple[int, int] = (3, 2)
    variants = grid(strides=[1, 2], padding=["valid", "same"]) | grid(kernel_size=[(4, 3)], strides=[2])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 4, 5, 2)), "kernel": rng.normal(size=(*self.kernel_size, 3, 2))}

    def keras(self, keras: Any, x: Any, kernel: Any) -> Any:
        return keras.ops.conv_transpose(x, kernel, self.strides, self.padding)

    def torch(self, torch: Any, x: Any, kernel: Any) -> Any:
        full = torch.nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=self.strides
        )
        full = full.permute(0, 2, 3, 1)
        if self.padding == "valid":
            return full
        for axis, size in enumerate(self.kernel_size, 1):
            first = max(size - self.strides, 0) // 2
            full = full.narrow(axis, first, x.shape[axis] * self.strides)
        return full

    def reference(self, x: Any, kernel: Any) -> Any:
        step, (rows, columns) = self.strides, self.kernel_size
        reach = [(length - 1) * step + 1 for length in x.shape[1:3]]
        full = np.zeros((2, reach[0] + rows - 1, reach[1] + columns - 1, 3))
        for i, j in np.ndindex(rows, columns):
            full[:, i : i + reach[0] : step, j : j + reach[1] : step] += x @ kernel[i, j].T
        if self.padding == "valid":
            return full
        i, j = (max(size - step, 0) // 2 for size in self.kernel_size)
        return full[:, i : i + x.shape[1] * step, j : j + x.shape[2] * step]


class Depthwise(Array, abstract=True):
    """A picture, and kernels of its own for each channel."""

    strides: int = 1
    padding: str = "valid"
    dilation: int = 1
    multiplier: int = 2
    variants = grid(strides=[1, 2], padding=["valid", "same"]) | grid(dilation=[2], multiplier=[1, 2])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 6, 7, 3)), "kernel": rng.normal(size=(3, 2, 3, self.multiplier))}

    def by_channel(self, torch: Any, x: Any, kernel: Any) -> Any:
        if self.padding == "same":
            x = torch.nn.functional.pad(x, same_pads(x.shape[2:], (3, 2), (self.strides,) * 2, (self.dilation,) * 2))
        kernel = kernel.permute(2, 3, 0, 1).flatten(0, 1)[:, None]
        return torch.nn.functional.conv2d(x, kernel, None, self.strides, 0, self.dilation, 3)


class DepthwiseConv(Depthwise):
    """Each channel convolved by kernels of its own."""

    def keras(self, keras: Any, x: Any, kernel: Any) -> Any:
        return keras.ops.depthwise_conv(x, kernel, self.strides, self.padding, dilation_rate=self.dilation)

    def torch(self, torch: Any, x: Any, kernel: Any) -> Any:
        return self.by_channel(torch, x.permute(0, 3, 1, 2), kernel).permute(0, 2, 3, 1)


class SeparableConv(Depthwise):
    """The same, and the channels of each place mixed after it."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {**super().inputs(rng), "mix": rng.normal(size=(1, 1, 3 * self.multiplier, 4))}

    def keras(self, keras: Any, x: Any, kernel: Any, mix: Any) -> Any:
        return keras.ops.separable_conv(x, kernel, mix, self.strides, self.padding, dilation_rate=self.dilation)

    def torch(self, torch: Any, x: Any, kernel: Any, mix: Any) -> Any:
        y = self.by_channel(torch, x.permute(0, 3, 1, 2), kernel)
        return torch.nn.functional.conv2d(y, mix.permute(3, 2, 0, 1)).permute(0, 2, 3, 1)
