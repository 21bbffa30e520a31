"""Arrays joined and parted."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Pair
from pytest_fwparity import difference, distinct, grid, named


class Concatenate(Pair):
    """One behind the other along an axis; ``uneven``: three, one of them without an element."""

    level = "quick"
    axis: int = -1
    uneven: bool = False
    variants = grid(axis=[-1, 0]) | grid(uneven=[True], axis=[-1, 0])
    quick = ("default",)

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.concatenate(self.parts(a, b), axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.cat(self.parts(a, b), self.axis)

    def reference(self, a: Any, b: Any) -> Any:
        return np.concatenate(self.parts(a, b), self.axis)

    def parts(self, a: Any, b: Any) -> list[Any]:
        """What is joined."""
        if not self.uneven:
            return [a, b]
        return [a, b[:, :0], b[:, 1:]] if self.axis else [a, b[:0], b[1:]]


class ConcatenateMixed(Array):
    """Whole numbers and others together are others."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"whole": rng.permutation(6).astype(np.int32).reshape(2, 3), "x": distinct(rng, (2, 3))}

    def keras(self, keras: Any, whole: Any, x: Any) -> Any:
        return keras.ops.concatenate([whole, x], axis=1)

    def torch(self, torch: Any, whole: Any, x: Any) -> Any:
        return torch.cat([whole, x], 1)

    def reference(self, whole: Any, x: Any) -> Any:
        return np.concatenate([whole, x], 1)


class Append(Pair):
    """One behind the other; without an axis, all elements."""

    axis: int | None = 0
    variants = grid(axis=[0, -1, None])

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.append(a, b, axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.cat([a.ravel(), b.ravel()]) if self.axis is None else torch.cat([a, b], self.axis)

    def reference(self, a: Any, b: Any) -> Any:
        return np.append(a, b, self.axis)


class Stack(Pair):
    """Along a new axis; ``turned``: what is stacked lies transposed in memory."""

    axis: int = 1
    turned: bool = False
    variants = grid(axis=[1, 0, -1, -3]) | named(turned={"turned": True})

    def torch_inputs(self, torch: Any, a: Any, b: Any) -> dict[str, Any]:
        return {"a": a.mT.contiguous().mT, "b": b.mT.contiguous().mT} if self.turned else {"a": a, "b": b}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.stack([a, b], axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.stack([a, b], self.axis)

    def reference(self, a: Any, b: Any) -> Any:
        return np.stack([a, b], self.axis)


class Ranked(Pair, abstract=True):
    """Rows, matrices and what is larger are joined each in its way."""

    name = ""
    rank: int = 2
    variants = grid(rank=[2, 1, 3])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = {1: (12,), 2: (3, 4), 3: (2, 2, 3)}[self.rank]
        return {name: value.reshape(shape) for name, value in super().inputs(rng).items()}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return getattr(keras.ops, self.name)([a, b])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return getattr(torch, self.name)([a, b])

    def reference(self, a: Any, b: Any) -> Any:
        return getattr(np, self.name)([a, b])


class Hstack(Ranked):
    """Along the second axis."""

    name = "hstack"


class Vstack(Ranked):
    """Along the first axis."""

    name = "vstack"
    without: ClassVar[dict[str, str]] = {
        f"keras-tensorflow:rank=1-{kind}": "Keras' result has another shape, which its float64 shows"
        for kind in ("float32", "tf32", "bfloat16", "float16")
    }

    @difference(
        replaces="torch",
        why="Keras joins rows to one row",
        source="keras/src/backend/tensorflow/numpy.py, vstack; docs/findings/keras_tensorflow_vstack_rows.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.rank == 1,
    )
    def joined(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.cat([a, b])


class Dstack(Ranked):
    """Along the third axis."""

    name = "dstack"


class Split(Array):
    """In parts of one length, or that end at given places, where two that are one leave a part without an element."""

    parts: int | tuple[int, ...] = (1, 3)
    axis: int = -1
    variants = named(
        default={},
        even={"parts": 3, "axis": 1},
        empty={"parts": (0, 1, 1), "axis": 0},
        negative={"parts": (1, 2), "axis": -2},
    )
    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return _numbered(keras.ops.split(x, _listed(self.parts), axis=self.axis))

    def torch(self, torch: Any, x: Any) -> Any:
        return _numbered(torch.tensor_split(x, self.parts, self.axis))

    def reference(self, x: Any) -> Any:
        return _numbered(np.split(x, self.parts, self.axis))


class ArraySplit(Array):
    """In parts as even as they can be; ``more``: than there are entries."""

    parts: int = 3
    axis: int = -1
    variants = named(default={}, first={"parts": 2, "axis": 0}, more={"parts": 5}, middle={"parts": 2, "axis": 1})
    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return _numbered(keras.ops.array_split(x, self.parts, axis=self.axis))

    def torch(self, torch: Any, x: Any) -> Any:
        return _numbered(torch.tensor_split(x, self.parts, self.axis))

    def reference(self, x: Any) -> Any:
        return _numbered(np.array_split(x, self.parts, self.axis))


class Hsplit(Array):
    """In parts along the second axis."""

    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.hsplit(x, 3)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.hsplit(x, 3)

    def reference(self, x: Any) -> Any:
        return np.hsplit(x, 3)


class Vsplit(Array):
    """In parts along the first axis."""

    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.vsplit(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.vsplit(x, 2)

    def reference(self, x: Any) -> Any:
        return np.vsplit(x, 2)


class Dsplit(Array):
    """In parts along the third axis."""

    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.dsplit(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.dsplit(x, 2)

    def reference(self, x: Any) -> Any:
        return np.dsplit(x, 2)


class Unstack(Array):
    """One array for each entry of an axis."""

    axis: int = 0
    variants = grid(axis=[0, 1, -1])
    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return _numbered(keras.ops.unstack(x, axis=self.axis))

    def torch(self, torch: Any, x: Any) -> Any:
        return _numbered(torch.unbind(x, self.axis))

    def reference(self, x: Any) -> Any:
        return _numbered(np.moveaxis(x, self.axis, 0))


def _numbered(parts: Any) -> dict[str, Any]:
    return dict(zip(("first", "second", "third", "fourth", "fifth"), parts, strict=False))


def _listed(parts: Any) -> Any:
    return list(parts) if isinstance(parts, tuple) else parts
