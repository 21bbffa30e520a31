"""Elements chosen by place or by condition."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Pair, Places, Rows
from pytest_fwparity import difference, distinct, grid, named


class Where(Pair):
    """One of two, by a condition."""

    level = "quick"
    form: str = "plain"
    variants = named(default={}, broadcast={"form": "broadcast"}, scalar={"form": "scalar"})
    quick = ("default",)

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.where(*self.asked(a, b))

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.where(*self.asked(a, b))

    def reference(self, a: Any, b: Any) -> Any:
        return np.where(*self.asked(a, b))

    def asked(self, a: Any, b: Any) -> Any:
        """``broadcast``: a column of conditions, a row and an array; ``scalar``: a number of Python's."""
        if self.form == "broadcast":
            return a[:, :1] > 0, a[0], b
        return (a > b, a * b, 0.5) if self.form == "scalar" else (a > b, a, b * 2)


class Take(Places):
    """Entries of an axis by their places, also counted from the end."""

    level = "quick"
    axis: int | None = 1
    form: str = "plain"
    variants = grid(axis=[1, 0, -1, None]) | named(
        negative={"form": "negative"}, scalar={"form": "scalar"}, row={"form": "row", "axis": -1}
    )
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        index = np.array([[2, 0], [1, 2]], np.int32) if self.axis != 0 else np.array([[1, 0], [1, 1]], np.int32)
        forms = {"plain": index, "negative": index - 3, "scalar": index[0, 0], "row": index[1]}
        return {"x": distinct(rng, (2, 3, 4)), "index": forms[self.form]}

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.take(x, index, axis=self.axis)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        x, axis = (x.reshape(-1), 0) if self.axis is None else (x, self.axis % 3)
        taken = torch.index_select(x, axis, index.long().reshape(-1) % x.shape[axis])
        return taken.reshape(*x.shape[:axis], *index.shape, *x.shape[axis + 1 :])

    def reference(self, x: Any, index: Any) -> Any:
        return np.take(x, index, self.axis)


class TakeAlongAxis(Rows):
    """For every row its own places, also counted from the end; ``column``: one place for every row."""

    axis: int | None = -1
    form: str = "plain"
    variants = named(
        default={},
        first_axis={"axis": 0},
        flat={"axis": None},
        negative={"form": "negative"},
        column={"form": "column"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        index = made["index"]
        if self.axis == 0:
            index = rng.permuted(np.tile(np.arange(3), (4, 1)), axis=1).T[:2]
        if self.axis is None:
            index = np.array([11, 0, 5, 5])
        forms = {"plain": index, "negative": index - 4, "column": index[:1]}
        return {**made, "index": forms[self.form]}

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.take_along_axis(x, index, axis=self.axis)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return torch.take_along_dim(
            x, index.long() % x.shape[-1] if self.form == "negative" else index.long(), self.axis
        )

    def reference(self, x: Any, index: Any) -> Any:
        return np.take_along_axis(x, np.broadcast_to(index, (3, 2)) if self.form == "column" else index, self.axis)


class Slice(Array):
    """A block from a start and a shape."""

    shape: tuple[int, ...] = (2, 3, 4)
    start: tuple[int, ...] = (0, 1, 2)
    size: tuple[int, ...] = (2, 2, 1)
    variants = named(
        default={},
        row={"shape": (7,), "start": (3,), "size": (4,)},
        deep={"shape": (1, 2, 3, 2, 2), "start": (0, 1, 0, 1, 0), "size": (1, 1, 3, 1, 2)},
        whole={"start": (0, 0, 0), "size": (2, 3, 4)},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.slice(x, self.start, self.size)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.reference(x)

    def reference(self, x: Any) -> Any:
        return x[tuple(slice(at, at + n) for at, n in zip(self.start, self.size, strict=True))]


class SliceUpdate(Array):
    """A block put into an array of whole numbers: on TensorFlow Keras' has no gradient for floats."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(24).reshape(2, 3, 4), "block": rng.permutation(4).reshape(2, 2, 1)}

    def keras(self, keras: Any, x: Any, block: Any) -> Any:
        return keras.ops.slice_update(x, (0, 1, 2), block)

    def torch(self, torch: Any, x: Any, block: Any) -> Any:
        y = x.clone()
        y[0:2, 1:3, 2:3] = block
        return y

    def reference(self, x: Any, block: Any) -> Any:
        y = x.copy()
        y[0:2, 1:3, 2:3] = block
        return y


class Ordered(Array, abstract=True):
    """``numbers``: all different, some of them infinite, or whole ones, of which some are equal and others the extremes."""

    axis: int | None = 1
    numbers: str = "distinct"
    variants = grid(axis=[1, 0, -1, None]) | named(
        infinite={"numbers": "infinite"}, whole={"numbers": "whole", "axis": -1}
    )
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (2, 3, 4))
        if self.numbers == "infinite":
            x[0, 0, 1], x[0, 2, 3], x[1, 2, 0] = np.inf, -np.inf, -np.inf
        if self.numbers == "whole":
            ends = np.iinfo(np.int32)
            x = rng.permuted(np.tile([3, -1, ends.max, -1, 3, 0, ends.min, -1], (2, 3, 1)), axis=-1).astype(np.int32)
        return {"x": x}


class Sort(Ordered):
    """In rising order."""

    level = "quick"

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sort(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.sort(x.reshape(-1) if self.axis is None else x, self.axis or 0).values

    def reference(self, x: Any) -> Any:
        return np.sort(x, self.axis)


class Argsort(Ordered):
    """The places of the rising order, of equal ones the first first."""

    variants = grid(axis=[1, 0, -1, None]) | named(infinite={"numbers": "infinite"})
    vanishing: ClassVar[tuple[str, ...]] = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.argsort(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        x = x.reshape(-1) if self.axis is None else x
        return torch.sort(x, dim=self.axis or 0, stable=True).indices.to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.argsort(x, self.axis, stable=True)


class ArgsortOfWhole(Argsort):
    """The same of whole numbers, where some are equal."""

    numbers = "whole"
    axis = -1
    variants = grid(axis=[-1, 1, None])
    vanishing = ()


class TopK(Array):
    """The largest and where they stand; of equal whole numbers the first first."""

    level = "quick"
    outputs = ("values", "places")
    k: int = 2
    ties: bool = False
    variants = grid(k=[2, 1, 4]) | grid(k=[2, 4], ties=[True])
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.permuted(np.tile([2, 5, 5, 2, -1, 5], (6, 1)) + np.arange(6)[:, None], axis=-1).astype(np.int32)
        return {"x": x if self.ties else distinct(rng, (2, 3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.top_k(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        if not self.ties:
            return torch.topk(x, self.k)
        ordered = torch.sort(x, dim=-1, descending=True, stable=True)
        return ordered.values[..., : self.k], ordered.indices[..., : self.k]


class Clip(Array):
    """Kept between two bounds; ``arrays``: these have shapes of their own, and some of the lower ones are the higher."""

    form: str = "plain"
    variants = named(default={}, arrays={"form": "arrays"}, whole={"form": "whole"}, infinite={"form": "infinite"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.form == "whole":
            return {"x": rng.integers(-9, 10, size=(2, 3, 4)).astype(np.int32)}
        x = distinct(rng, (2, 3, 4))
        if self.form == "infinite":
            x[0, 0], x[1, 2, 1] = (np.inf, -np.inf, np.nan, -0.125), -np.inf
        return {"x": x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.clip(x, *self.bounds(keras.ops.array, x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.clip(x, *self.bounds(torch.tensor, x.dtype))

    def reference(self, x: Any) -> Any:
        return np.clip(x, *self.bounds(np.array, x.dtype))

    @difference(
        replaces="torch",
        why="where the lower bound is the higher, TensorFlow gives that, NumPy and torch the upper bound",
        source="tensorflow/python/ops/clip_ops.py, clip_by_value",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "arrays",
    )
    def lower_bound_last(self, torch: Any, x: Any) -> Any:
        low, high = self.bounds(torch.tensor, x.dtype)
        return torch.maximum(torch.minimum(x, high), low)

    def bounds(self, array: Any, dtype: Any) -> tuple[Any, Any]:
        """The lower and the upper one."""
        if self.form == "arrays":
            return array([[-1.25], [-0.5], [0.75]], dtype=dtype), array([0.25, 0.5, 1.0, 1.125], dtype=dtype)
        return (-4, 5) if self.form == "whole" else (-1.05, 1.05)


class Diff(Array):
    """Differences of neighbours, ``n`` times."""

    n: int = 1
    axis: int = -1
    variants = grid(n=[1, 2], axis=[-1, 0, 1]) | named(thrice={"n": 3})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (3, 4, 5)) if self.n > 1 else distinct(rng, (2, 3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diff(x, self.n, self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diff(x, self.n, self.axis)

    def reference(self, x: Any) -> Any:
        return np.diff(x, self.n, self.axis)
