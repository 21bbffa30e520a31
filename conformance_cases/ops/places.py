"""Places of elements: partitions, distinct values, places along every axis. All exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, distinct, grid, named


class Argpartition(Array):
    """Places of the kth + 1 smallest, and of the others; the order within either is free."""

    numbers: str = "counts"
    kth: int = 2
    axis: int = -1
    variants = named(
        default={},
        first={"kth": 0},
        last={"kth": 5},
        negative={"numbers": "negative"},
        rows={"numbers": "rows"},
        columns={"numbers": "rows", "kth": 1, "axis": 0},
    )
    outputs = ("small", "large")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (3, 6)) if self.numbers == "rows" else distinct(rng, (6,))
        whole = np.floor(x * 8).astype(np.int32)
        return {"x": {"counts": whole + 20, "negative": whole - 20, "fractions": x, "rows": whole + 20}[self.numbers]}

    def keras(self, keras: Any, x: Any) -> Any:
        places = keras.ops.moveaxis(keras.ops.argpartition(x, self.kth, self.axis), self.axis, -1)
        return tuple(keras.ops.sort(p) for p in (places[..., : self.kth + 1], places[..., self.kth + 1 :]))

    def torch(self, torch: Any, x: Any) -> Any:
        places = torch.argsort(x, self.axis).to(torch.int32).moveaxis(self.axis, -1)
        return self.halves(places)

    def reference(self, x: Any) -> Any:
        places = np.moveaxis(np.argpartition(x, self.kth, self.axis), self.axis, -1)
        return tuple(np.sort(p) for p in (places[..., : self.kth + 1], places[..., self.kth + 1 :]))

    def halves(self, places: Any) -> Any:
        return tuple(p.sort(-1).values for p in (places[..., : self.kth + 1], places[..., self.kth + 1 :]))

    @difference(
        replaces="torch",
        why="Keras casts to int32, puts 0 for what it has taken, in the wrong rows, and takes the largest of all for the rest",
        source="keras/src/backend/tensorflow/numpy.py, argpartition; docs/findings/keras_tensorflow_argpartition.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.numbers != "counts",
    )
    def zeros_for_the_taken(self, torch: Any, x: Any) -> Any:
        rows = x.to(torch.int32).moveaxis(self.axis, -1)
        small = torch.sort(rows, dim=-1, stable=True).indices[..., : self.kth + 1]
        taken = torch.nn.functional.one_hot(small, rows.shape[-1]).sum(0)
        if rows.dim() == 1:
            left = torch.where(taken > 0, 0, rows)
        else:
            left = rows.clone()
            left[: len(taken)] = torch.where(taken > 0, 0, rows[: len(taken)])
        large = torch.sort(left, dim=-1, descending=True, stable=True).indices[..., : rows.shape[-1] - self.kth - 1]
        return self.halves(torch.cat([small, large], -1).to(torch.int32))


class ArgpartitionOfFractions(Argpartition):
    """The same of numbers that a cast to whole ones makes equal."""

    numbers = "fractions"
    variants = named(default={}, first={"kth": 0})
    vanishing = ("grad x",)


class UnravelIndex(Array):
    """Places in a flat array as places along every axis, the last the fastest."""

    rank: int = 1
    shape: tuple[int, ...] = (2, 3, 4)
    variants = grid(rank=[1, 2, 0], shape=[(2, 3, 4), (24,), (4, 1, 6)])
    outputs = ("places",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        flat = rng.permutation(24).astype(np.int32)
        return {"flat": {0: np.int32(19), 1: flat[:8], 2: flat[:6].reshape(2, 3)}[self.rank]}

    def keras(self, keras: Any, flat: Any) -> Any:
        return keras.ops.stack(keras.ops.unravel_index(flat, self.shape))

    def torch(self, torch: Any, flat: Any) -> Any:
        return torch.stack(torch.unravel_index(flat, self.shape)).to(torch.int32)

    def reference(self, flat: Any) -> Any:
        return np.stack(np.unravel_index(flat, self.shape))

    @difference(
        replaces="torch",
        why="unless the places have rank 1, Keras divides by the first axis first",
        source="keras/src/backend/tensorflow/numpy.py, unravel_index; "
        "docs/findings/keras_tensorflow_unravel_index_rank.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.rank != 1 and len(case.shape) > 1,
    )
    def first_axis_first(self, torch: Any, flat: Any) -> Any:
        places: list[Any] = []
        for length in self.shape:
            places.insert(0, flat % length)
            flat = flat // length
        return torch.stack(places).to(torch.int32)


class Unique(Array):
    """What occurs, in rising order; where first, which of them each element is, and how often."""

    axis: int | None = None
    variants = grid(axis=[None, 0, 1])
    outputs = ("values", "first", "which", "often")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        rows = rng.permutation(np.array([[2, 1, 2], [1, -5, 1], [1, 4, 1], [-2, 1, -2]], np.int32))
        return {"x": rows[[0, 1, 0, 2, 3, 1]]}

    def keras(self, keras: Any, x: Any) -> Any:
        values, first, which, often = keras.ops.unique(
            x, return_index=True, return_inverse=True, return_counts=True, axis=self.axis
        )
        return values, first, keras.ops.reshape(which, (-1,)), often

    def torch(self, torch: Any, x: Any) -> Any:
        values, which, often = torch.unique(x, return_inverse=True, return_counts=True, dim=self.axis)
        which = which.reshape(-1)
        first = torch.stack([(which == i).nonzero()[0, 0] for i in range(len(often))])
        return values, *(result.to(torch.int32) for result in (first, which, often))

    def reference(self, x: Any) -> Any:
        values, first, which, often = np.unique(x, True, True, True, self.axis)
        return values, first, which.reshape(-1), often


class UniqueOfSize(Array):
    """As many distinct values as are asked for: cut off, or filled up with a value."""

    size: int = 6
    variants = grid(size=[6, 4, 2])
    outputs = ("values", "often")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(np.array([3, 1, 3, -2, 1, 1, 7], np.int32))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.unique(x, return_counts=True, size=self.size, fill_value=9)

    def torch(self, torch: Any, x: Any) -> Any:
        values, often = torch.unique(x, return_counts=True)
        more = (0, self.size - len(values))
        pad = torch.nn.functional.pad
        return pad(values, more, value=9), pad(often, more).to(torch.int32)

    def reference(self, x: Any) -> Any:
        values, often = np.unique(x, return_counts=True)
        more = max(self.size - len(values), 0)
        return (
            np.append(values, np.full(more, 9, np.int32))[: self.size],
            np.append(often, np.zeros(more, np.int32))[: self.size],
        )
