"""Layers that add a border: zeros, one value, the mirrored, repeated or wrapped contents."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase, grid, named


class ZeroPadding(LayerCase, abstract=True):
    """Zeros at both ends of each axis of space; torch counts its pairs from the last axis, channels first."""

    padding: int | list[Any] = 1
    channels_first: bool = False
    shape: list[int] = [2, 3, 4]
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=self.shape)}

    def pairs(self) -> list[tuple[int, int]]:
        """Before and after, of each axis of space."""
        axes = len(self.shape) - 2
        of_axes: list[Any] = [self.padding] * axes if isinstance(self.padding, int) else list(self.padding)
        if axes == 1 and not isinstance(self.padding, int):
            of_axes = [self.padding]
        return [(entry, entry) if isinstance(entry, int) else (int(entry[0]), int(entry[1])) for entry in of_axes]

    def keras(self, keras: Any) -> Any:
        padding: Any = self.padding
        if not isinstance(padding, int):
            padding = tuple(entry if isinstance(entry, int) else tuple(entry) for entry in padding)
        layer = getattr(keras.layers, f"ZeroPadding{len(self.shape) - 2}D")
        return layer(padding, data_format="channels_first" if self.channels_first else "channels_last")

    def torch(self, torch: Any) -> Any:
        pads = [size for pair in reversed(self.pairs()) for size in pair]
        return getattr(torch.nn, f"ZeroPad{len(self.shape) - 2}d")(tuple(pads))

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x if self.channels_first else x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y if self.channels_first else y.movedim(1, -1)}

    def reference(self, x: Any) -> Any:
        pairs = [(0, 0), *self.pairs()]
        return np.pad(x, [(0, 0), *pairs] if self.channels_first else [*pairs, (0, 0)])


class ZeroPadding1D(ZeroPadding):
    """Of steps."""

    variants = grid(padding=[1, [0, 2], [3, 1]]) | grid(channels_first=[True], padding=[[2, 0]])


class ZeroPadding2D(ZeroPadding):
    """Of rows and columns."""

    shape: list[int] = [2, 2, 3, 2]
    variants = grid(padding=[1, [2, 1], [[0, 2], [1, 3]]]) | grid(channels_first=[True], padding=[[[2, 0], [0, 1]]])
    level = "quick"
    quick = ("padding=0x2x1x3",)


class ZeroPadding3D(ZeroPadding):
    """Of three axes of space."""

    shape: list[int] = [2, 1, 2, 3, 2]
    variants = grid(padding=[1, [[0, 2], [1, 0], [2, 1]]]) | grid(channels_first=[True], padding=[[0, 1, 2]])


class Pad(FunctionCase, abstract=True):
    """A border that differs at each end, by the module (with a batch or without) or by the function of torch.

    ``names`` holds torch's module without its rank, and the mode of ``torch.nn.functional.pad``.
    """

    rank: int = 1
    form: str = "module"
    batch: bool = True
    names = ("", "")
    variants = grid(form=["module", "function"], rank=[1, 2, 3]) | grid(batch=[False], rank=[2])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=[2, 2, 4, 3, 5][: 1 + self.batch] + [4, 3, 5][: self.rank])}

    def pairs(self) -> list[list[int]]:
        """Before and after of every axis, batch and channels first."""
        return [[0, 0]] * (1 + self.batch) + [[1, 2], [2, 0], [0, 1]][: self.rank]

    def torch(self, torch: Any, x: Any) -> Any:
        name, mode = self.names
        pads = [size for pair in reversed(self.pairs()[-self.rank :]) for size in pair]
        if self.form == "function":
            return torch.nn.functional.pad(x, pads, mode=mode)
        return getattr(torch.nn, f"{name}{self.rank}d")(tuple(pads))(x)


class ConstantPad(Pad):
    """One value; a negative width cuts off, which Keras does by slicing."""

    value: float = 0.1
    variants = (
        grid(form=["module", "function"], rank=[1, 2, 3]) | grid(batch=[False], rank=[2]) | grid(value=[-7.0], rank=[2])
    )

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.pad(x, self.pairs(), constant_values=self.value)

    def torch(self, torch: Any, x: Any) -> Any:
        pads = [size for pair in reversed(self.pairs()[-self.rank :]) for size in pair]
        if self.form == "function":
            return torch.nn.functional.pad(x, pads, value=self.value)
        return getattr(torch.nn, f"ConstantPad{self.rank}d")(tuple(pads), self.value)(x)

    def reference(self, x: Any) -> Any:
        return np.pad(x, self.pairs(), constant_values=self.value)


class ReflectionPad(Pad):
    """Mirrored at the first and the last element, which are not repeated."""

    names = ("ReflectionPad", "reflect")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.pad(x, self.pairs(), mode="reflect")

    def reference(self, x: Any) -> Any:
        return np.pad(x, self.pairs(), mode="reflect")


class ReplicationPad(Pad):
    """The first and the last element over and over."""

    names = ("ReplicationPad", "replicate")

    def keras(self, keras: Any, x: Any) -> Any:
        for axis, (low, high) in enumerate(self.pairs()):
            places = np.clip(np.arange(-low, x.shape[axis] + high), 0, x.shape[axis] - 1)
            x = keras.ops.take(x, keras.ops.convert_to_tensor(places, "int32"), axis=axis)
        return x

    def reference(self, x: Any) -> Any:
        return np.pad(x, self.pairs(), mode="edge")


class CircularPad(Pad):
    """From the other end."""

    names = ("CircularPad", "circular")

    def keras(self, keras: Any, x: Any) -> Any:
        for axis, (low, high) in enumerate(self.pairs()):
            n = x.shape[axis]
            x = keras.ops.concatenate(
                [x[(slice(None),) * axis + (slice(n - low, None),)], x, x[(slice(None),) * axis + (slice(high),)]],
                axis=axis,
            )
        return x

    def reference(self, x: Any) -> Any:
        return np.pad(x, self.pairs(), mode="wrap")


class PadByNegativeWidths(FunctionCase):
    """A negative width cuts off, beside one that adds, and axes before the last two are reached by longer lists."""

    mode: str = "constant"
    pads: list[int] = [-1, 2]
    variants = named(
        last={},
        two={"pads": [1, -2, -1, 3]},
        all={"pads": [0, 1, -1, 0, 2, -1]},
        reflect={"mode": "reflect", "pads": [-1, 2]},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 4, 5))}

    def keras(self, keras: Any, x: Any) -> Any:
        pairs = [(0, 0)] * (3 - len(self.pads) // 2) + list(zip(self.pads[::2], self.pads[1::2], strict=True))[::-1]
        kept = tuple(slice(max(-low, 0), n - max(-high, 0)) for (low, high), n in zip(pairs, x.shape, strict=True))
        return keras.ops.pad(x[kept], [[max(low, 0), max(high, 0)] for low, high in pairs], mode=self.mode)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.pad(x, list(self.pads), mode=self.mode)
