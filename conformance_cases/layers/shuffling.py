"""Channels to places and back, channels in another order, windows to columns and back."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, named


class PixelShuffle(FunctionCase):
    """torch reads the channels as (channel, row, column), Keras' depth_to_space as (row, column, channel)."""

    factor: int = 2
    spelling: str = "module"
    variants = named(plain={}, three={"factor": 3}, functional={"spelling": "functional"})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 2 * self.factor**2, 2, 3))}

    def keras(self, keras: Any, x: Any) -> Any:
        n, _, h, w = x.shape
        x = keras.ops.reshape(x, (n, 2, self.factor**2, h, w))
        x = keras.ops.reshape(keras.ops.swapaxes(x, 1, 2), (n, -1, h, w))
        return keras.ops.moveaxis(keras.ops.nn.depth_to_space(keras.ops.moveaxis(x, 1, -1), self.factor), -1, 1)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.pixel_shuffle(x, self.factor)
        return torch.nn.PixelShuffle(self.factor)(x)

    def reference(self, x: Any) -> Any:
        n, _, h, w = x.shape
        r = self.factor
        return x.reshape(n, 2, r, r, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, 2, h * r, w * r)


class PixelUnshuffle(FunctionCase):
    """The way back: space_to_depth with the channels in torch's order."""

    factor: int = 2
    spelling: str = "module"
    variants = named(plain={}, three={"factor": 3}, functional={"spelling": "functional"})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 2, 2 * self.factor, self.factor))}

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.ops.nn.space_to_depth(keras.ops.moveaxis(x, 1, -1), self.factor)
        n, h, w, _ = made.shape
        made = keras.ops.swapaxes(keras.ops.reshape(made, (n, h, w, self.factor**2, 2)), -1, -2)
        return keras.ops.moveaxis(keras.ops.reshape(made, (n, h, w, -1)), -1, 1)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.pixel_unshuffle(x, self.factor)
        return torch.nn.PixelUnshuffle(self.factor)(x)

    def reference(self, x: Any) -> Any:
        n, c, h, w = x.shape
        r = self.factor
        return x.reshape(n, c, h // r, r, w // r, r).transpose(0, 1, 3, 5, 2, 4).reshape(n, -1, h // r, w // r)


class ChannelShuffle(FunctionCase):
    """Channels by group become channels by place in the group.

    native_channel_shuffle has no derivative in torch ("derivative for aten::native_channel_shuffle is not implemented"):
    it is given integers.
    """

    groups: int = 2
    spelling: str = "ChannelShuffle"
    shape: tuple[int, ...] = (2, 6, 2, 3)
    variants = named(
        plain={},
        three={"groups": 3},
        sequence={"shape": [2, 6, 4], "spelling": "channel_shuffle"},
        native={"spelling": "native_channel_shuffle", "groups": 3},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.spelling == "native_channel_shuffle":
            return {"x": rng.permutation(int(np.prod(self.shape))).reshape(self.shape)}
        return {"x": rng.normal(size=self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        n, _, *space = x.shape
        parts = keras.ops.reshape(x, (n, self.groups, -1, *space))
        return keras.ops.reshape(keras.ops.swapaxes(parts, 1, 2), x.shape)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "ChannelShuffle":
            return torch.nn.ChannelShuffle(self.groups)(x)
        return getattr(torch.nn.functional, self.spelling)(x, self.groups)

    def reference(self, x: Any) -> Any:
        n, _, *space = x.shape
        return x.reshape(n, self.groups, -1, *space).swapaxes(1, 2).reshape(x.shape)


class Windowed(FunctionCase, abstract=True):
    """Windows of a 5 x 6 image as columns."""

    kernel_size: tuple[int, int] = (2, 3)
    dilation: int = 1
    padding: int = 0
    stride: int = 1
    spelling: str = "module"
    variants = named(
        plain={},
        padded={"padding": 1, "stride": 2},
        dilated={"dilation": 2},
        functional={"spelling": "functional", "padding": 2, "stride": 3},
    )
    level = "standard"
    speed = None

    def places(self) -> list[int]:
        return [
            (n + 2 * self.padding - self.dilation * (k - 1) - 1) // self.stride + 1
            for n, k in zip((5, 6), self.kernel_size, strict=True)
        ]

    def columns(self, x: Any) -> Any:
        """Unfold in NumPy."""
        x = np.pad(x, [(0, 0), (0, 0), *[(self.padding, self.padding)] * 2])
        rows, columns = self.places()
        s, d = self.stride, self.dilation
        parts = [
            x[:, :, i * d : i * d + s * (rows - 1) + 1 : s, j * d : j * d + s * (columns - 1) + 1 : s]
            for i, j in np.ndindex(*self.kernel_size)
        ]
        return np.stack(parts, 2).reshape(len(x), -1, rows * columns)

    def given(self) -> tuple[Any, ...]:
        return (self.kernel_size, self.dilation, self.padding, self.stride)


class Unfold(Windowed):
    """Each window becomes a column, channel by channel."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 2, 5, 6))}

    def keras(self, keras: Any, x: Any) -> Any:
        return (keras.ops if self.spelling == "functional" else keras.ops.nn).unfold(x, *self.given())

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.unfold(x, *self.given())
        return torch.nn.Unfold(*self.given())(x)

    def reference(self, x: Any) -> Any:
        return self.columns(x)


class Fold(Windowed):
    """The transpose of Unfold: columns are added at their windows.

    Windows of four elements, since Keras on TensorFlow makes a loop anew for every element at every call, a tenth of a
    second each.
    """

    kernel_size: tuple[int, int] = (2, 2)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 2 * int(np.prod(self.kernel_size)), int(np.prod(self.places()))))}

    def keras(self, keras: Any, x: Any) -> Any:
        return (keras.ops if self.spelling == "functional" else keras.ops.nn).fold(x, (5, 6), *self.given())

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.fold(x, (5, 6), *self.given())
        return torch.nn.Fold((5, 6), *self.given())(x)

    def reference(self, x: Any) -> Any:
        matrix = self.columns(np.eye(60).reshape(60, 2, 5, 6)).reshape(60, -1)
        return (x.reshape(len(x), -1) @ matrix.T).reshape(-1, 2, 5, 6)
