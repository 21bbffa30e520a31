"""Arrays laid out anew: same values, other places."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, distinct, grid, named


class Reshape(Array):
    """Other lengths of the axes, one of them worked out; ``turned``: of an array that lies transposed in memory."""

    level = "quick"
    shape: tuple[int, ...] = (3, -1)
    turned: bool = False
    variants = named(
        default={},
        row={"shape": (-1,)},
        ones={"shape": (1, 4, -1, 1, 3)},
        turned={"turned": True},
        turned_row={"shape": (24,), "turned": True},
    )
    quick = ("default",)

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.mT.contiguous().mT if self.turned else x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.reshape(x, self.shape)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.reshape(x, self.shape)

    def reference(self, x: Any) -> Any:
        return x.reshape(self.shape)


class Transpose(Array):
    """Axes in another order; by default in the reverse one."""

    level = "quick"
    shape: tuple[int, ...] = (2, 3, 4)
    axes: tuple[int, ...] | None = (2, 0, 1)
    variants = named(
        default={},
        reverse={"axes": None},
        row={"shape": (5,), "axes": None},
        same={"axes": (0, 1, 2)},
        deep={"shape": (2, 1, 3, 2, 2), "axes": (3, 1, 4, 0, 2)},
    )
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.transpose(x, self.axes)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.permute(x, self.axes or tuple(range(x.dim()))[::-1])

    def reference(self, x: Any) -> Any:
        return x.transpose(self.axes)


class Swapaxes(Array):
    """Two axes swapped."""

    axes: tuple[int, int] = (0, -1)
    variants = grid(axes=[(0, -1), (-1, 1), (1, 1), (-3, -2)])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.swapaxes(x, *self.axes)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.swapaxes(x, *self.axes)

    def reference(self, x: Any) -> Any:
        return x.swapaxes(*self.axes)


class Moveaxis(Array):
    """One axis moved, or several."""

    source: int | tuple[int, ...] = 0
    destination: int | tuple[int, ...] = -1
    variants = named(
        default={},
        back={"source": -1, "destination": 0},
        middle={"source": 1, "destination": -3},
        two={"source": (0, -1), "destination": (-1, 1)},
        all={"source": (2, 0, 1), "destination": (0, 1, 2)},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.moveaxis(x, self.source, self.destination)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.moveaxis(x, self.source, self.destination)

    def reference(self, x: Any) -> Any:
        return np.moveaxis(x, self.source, self.destination)


class ExpandDims(Array):
    """New axes of length 1, counted in the result."""

    axis: int | tuple[int, ...] = -2
    variants = grid(axis=[-2, 0, -1, 3, (0, 2), (-1, 1)])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.expand_dims(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        for axis in sorted(a % (3 + len(axes)) for a in axes):
            x = torch.unsqueeze(x, axis)
        return x

    def reference(self, x: Any) -> Any:
        return np.expand_dims(x, self.axis)


class Squeeze(Array):
    """Axes of length 1 taken away: one, several or all."""

    axis: int | tuple[int, ...] | None = 1
    variants = grid(axis=[1, -1, (1, 3), (-1, 1), None])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4)).reshape(2, 1, 12, 1)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.squeeze(x, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.squeeze(x) if self.axis is None else torch.squeeze(x, self.axis)

    def reference(self, x: Any) -> Any:
        return np.squeeze(x, self.axis)


class Ravel(Array):
    """One axis of all; ``turned``: of an array that lies transposed in memory."""

    turned: bool = False
    variants = grid(turned=[False, True])

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.mT.contiguous().mT if self.turned else x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.ravel(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.ravel(x)

    def reference(self, x: Any) -> Any:
        return x.ravel()


class Flip(Array):
    """The other way round along one axis, several or all."""

    axis: int | tuple[int, ...] | None = 1
    variants = grid(axis=[1, -1, (0, 2), (-1, 1), None])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.flip(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        axes = self.axis if isinstance(self.axis, tuple) else (0, 1, 2) if self.axis is None else (self.axis,)
        return torch.flip(x, axes)

    def reference(self, x: Any) -> Any:
        return np.flip(x, self.axis)


class Fliplr(Array):
    """The second axis the other way round."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.fliplr(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.fliplr(x)

    def reference(self, x: Any) -> Any:
        return np.fliplr(x)


class Flipud(Array):
    """The first axis the other way round."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.flipud(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.flipud(x)

    def reference(self, x: Any) -> Any:
        return np.flipud(x)


class Rot90(Array):
    """Turned by 90 degrees, `turns` times."""

    turns: int = 1
    variants = grid(turns=[1, 2, 3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.rot90(x, self.turns, axes=(0, 1))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.rot90(x, self.turns, (0, 1))

    def reference(self, x: Any) -> Any:
        return np.rot90(x, self.turns, (0, 1))

    @difference(
        replaces="torch",
        why="between two turns Keras reshapes to the shape of the result, not to that of the array turned once",
        source="keras/src/backend/tensorflow/numpy.py, rot90; docs/findings/keras_tensorflow_rot90_twice.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.turns == 2,
    )
    def reshaped_between_turns(self, torch: Any, x: Any) -> Any:
        y = x.permute(2, 0, 1)
        for _ in range(self.turns):
            y = y.flip(2).transpose(1, 2).reshape(y.shape)
        return y.permute(1, 2, 0)


class Roll(Array):
    """Shifted round the end of an axis, of several, or of all elements in a row."""

    shift: int | tuple[int, ...] = 1
    axis: int | tuple[int, ...] | None = -1
    variants = grid(shift=[1, -3, 9]) | named(
        flat={"shift": 5, "axis": None},
        first={"shift": -1, "axis": 0},
        several={"shift": (1, -2), "axis": (0, 2)},
        twice={"shift": (1, 1), "axis": (1, 1)},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.roll(x, self.shift, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.roll(x, self.shift, self.axis)

    def reference(self, x: Any) -> Any:
        return np.roll(x, self.shift, self.axis)


class Tile(Array):
    """Repeated as a whole, also along fewer or more axes than there are."""

    repeats: int | tuple[int, ...] = (2, 1, 3)
    variants = grid(repeats=[(2, 1, 3), 2, (3, 1), (2, 1, 1, 2)])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.tile(x, self.repeats)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tile(x, self.repeats if isinstance(self.repeats, tuple) else (self.repeats,))

    def reference(self, x: Any) -> Any:
        return np.tile(x, self.repeats)


class Repeat(Array):
    """Each entry repeated, all as often or each in its own way; without an axis, of all elements."""

    repeats: int | tuple[int, ...] = 2
    axis: int | None = 1
    variants = grid(repeats=[2, 1], axis=[1, -1, None]) | named(each={"repeats": (2, 0, 3)})

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.repeat(x, self.repeats, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        repeats = torch.tensor(self.repeats) if isinstance(self.repeats, tuple) else self.repeats
        return torch.repeat_interleave(x, repeats, self.axis)

    def reference(self, x: Any) -> Any:
        return x.repeat(self.repeats, self.axis)


class BroadcastTo(Array):
    """Stretched over a new axis, and where an axis has length 1."""

    start: tuple[int, ...] = (2, 3, 4)
    shape: tuple[int, ...] = (5, 2, 3, 4)
    variants = named(
        default={},
        ones={"start": (2, 1, 4), "shape": (2, 3, 4)},
        both={"start": (3, 1), "shape": (2, 3, 4)},
        same={"shape": (2, 3, 4)},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.start)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.broadcast_to(x, self.shape)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.broadcast_to(x, self.shape)

    def reference(self, x: Any) -> Any:
        return np.broadcast_to(x, self.shape)


class Pad(Array):
    """Laid into a larger array: beside a number, or what is next to the edge, with or without the edge, mirrored."""

    widths: int | tuple[Any, ...] = ((0, 1), (2, 0), (1, 1))
    mode: Any = "constant"
    value: float | None = None
    variants = named(
        default={},
        value={"value": -7.5},
        even={"widths": 1},
        pair={"widths": ((1, 2),), "value": 3.0},
        none={"widths": 0},
        reflect={"mode": "reflect"},
        reflect_far={"mode": "reflect", "widths": ((1, 1), (0, 2), (3, 3))},
        symmetric={"mode": "symmetric"},
        symmetric_far={"mode": "symmetric", "widths": ((2, 1), (3, 3), (0, 4))},
    )
    without: ClassVar[dict[str, str]] = {
        f"keras-tensorflow:{name}-*": "widths given once for all axes raise; docs/findings/keras_tensorflow_pad_widths.py"
        for name in ("even", "pair", "none")
    }

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.pad(x, self.widths, self.mode, self.value)

    def torch(self, torch: Any, x: Any) -> Any:
        widths = np.broadcast_to(self.widths, (3, 2)).tolist()
        if self.mode == "constant":
            return torch.nn.functional.pad(x, [n for pair in reversed(widths) for n in pair], value=self.value)
        for axis, pair in enumerate(widths):
            x = x.index_select(axis, torch.tensor(np.pad(np.arange(x.shape[axis]), pair, self.mode)))
        return x

    def reference(self, x: Any) -> Any:
        filled: Any = {} if self.value is None else {"constant_values": self.value}
        return np.pad(x, self.widths, self.mode, **filled)


class Diagonal(Array):
    """The diagonal of two axes, or one beside it."""

    offset: int = 0
    axes: tuple[int, int] = (0, 1)
    variants = grid(offset=[0, 1, -1], axes=[(0, 1), (1, 2)]) | grid(axes=[(-1, 0), (2, 1)], offset=[0, -2])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diagonal(x, self.offset, *self.axes)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagonal(x, self.offset, *self.axes)

    def reference(self, x: Any) -> Any:
        return np.diagonal(x, self.offset, *self.axes)


class Trace(Diagonal):
    """The sum of the diagonal of two axes, or of one beside it."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "x": distinct(rng, (2, 3, 4))
            if (self.offset, self.axes) == (0, (0, 1))
            else np.abs(distinct(rng, (2, 3, 4)))
        }

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.trace(x, self.offset, *self.axes)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagonal(x, self.offset, *self.axes).sum(-1)

    def reference(self, x: Any) -> Any:
        return np.trace(x, self.offset, *self.axes)


class Tril(Array):
    """What lies on and below a diagonal."""

    k: int = 0
    variants = grid(k=[0, -1, 1, 2, -2]) | named(tall={"shape": (4, 2), "k": -1})
    shape: tuple[int, ...] = (2, 3, 4)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.tril(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tril(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.tril(x, self.k)


class Triu(Array):
    """What lies on and above a diagonal."""

    k: int = 0
    variants = grid(k=[0, -1, 1, 2, -2]) | named(tall={"shape": (4, 2), "k": -1})
    shape: tuple[int, ...] = (2, 3, 4)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.triu(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.triu(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.triu(x, self.k)


class Diag(Array):
    """A matrix with this diagonal; of a matrix, a diagonal."""

    k: int = 0
    shape: tuple[int, ...] = (4,)
    variants = grid(k=[0, 1, -2]) | grid(k=[0, 1, -2], shape=[(3, 4)]) | named(one={"shape": (1,), "k": -1})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diag(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diag(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.diag(x, self.k)


class Diagflat(Array):
    """A matrix with all elements on its diagonal, or on one beside it."""

    k: int = 0
    variants = grid(k=[0, 2, -1])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4) if self.k == 0 else (2, 1, 2))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diagflat(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagflat(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.diagflat(x, self.k)
