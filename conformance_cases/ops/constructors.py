"""Arrays made of a shape, of another array or of a list, and what is asked of a shape."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Row
from pytest_fwparity import difference, distinct, grid, named


class Ones(Row):
    """Ones of a shape and a dtype."""

    shape: tuple[int, ...] = (2, 4)
    variants = grid(shape=[(2, 4), (4,), (2, 1, 4), ()])

    def keras(self, keras: Any, x: Any) -> Any:
        return x * 3 + keras.ops.ones(self.shape, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * 3 + torch.ones(self.shape, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x * 3 + np.ones(self.shape)


class Eye(Row):
    """Ones on a diagonal of a matrix of 4 rows, and the lengths of its axes."""

    columns: int = 4
    k: int = 0
    variants = grid(columns=[4, 6, 1], k=[0, 1, -2]) | named(square={"columns": None}, beyond={"k": 5})
    outputs = ("y", "lengths")
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:beyond-*": "Keras raises there for a diagonal outside of the matrix"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (4, self.columns or 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.ops.eye(4, self.columns, self.k, x.dtype)
        return x * (2 + made[:4, : x.shape[1]]), x * _digits(made.shape)

    def torch(self, torch: Any, x: Any) -> Any:
        ones = torch.ones_like(x)
        return x * (2 + torch.triu(ones, self.k) - torch.triu(ones, self.k + 1)), x * _digits(x.shape)

    def reference(self, x: Any) -> Any:
        return x * (2 + np.eye(4, self.columns, self.k)), x * _digits(x.shape)

    @difference(
        replaces="torch",
        why="Keras pads a square of min(M - k, N + k) ones, which is larger than the matrix where N and M differ",
        source="keras/src/backend/tensorflow/numpy.py, eye; docs/findings/keras_tensorflow_eye_shape.py",
        sides=("keras-tensorflow",),
        when=lambda case: (case.columns, case.k) in ((6, 1), (1, -2)),
    )
    def padded_square(self, torch: Any, x: Any) -> Any:
        more, size = self.columns - 4 - self.k, min(self.columns - self.k, 4 + self.k)
        shape = (size + max(-self.k, 0) + max(-more, 0), size + max(self.k, 0) + max(more, 0))
        return Eye.torch(self, torch, x)[0], x * _digits(shape)


class Like(Array, abstract=True):
    """An array of another one's shape, in its dtype or in one that is asked for: integers have no fractions."""

    dtype: str = "same"
    variants = grid(dtype=["same", "int32", "bool"])
    name = ""
    more: ClassVar[tuple[float, ...]] = ()

    def keras(self, keras: Any, x: Any) -> Any:
        made = getattr(keras.ops, self.name)(x, *self.more, dtype=None if self.dtype == "same" else self.dtype)
        return x * (1 + keras.ops.cast(made, x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        dtype = x.dtype if self.dtype == "same" else getattr(torch, self.dtype)
        return x * (1 + getattr(torch, self.name)(x, *self.more, dtype=dtype).to(x.dtype))

    def reference(self, x: Any) -> Any:
        return x * (1.0 + getattr(np, self.name)(x, *self.more, dtype=None if self.dtype == "same" else self.dtype))


class OnesLike(Like):
    """Ones."""

    name = "ones_like"


class FullLike(Like):
    """One value, cut off where the dtype has no fractions."""

    name = "full_like"
    more = (2.5,)


class ZerosLike(Like):
    """Zeros."""

    name = "zeros_like"


class Empty(Row):
    """Whatever lay there: its shape and dtype alone are defined."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.ops.zeros_like(keras.ops.empty((2, 4), x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.zeros_like(torch.empty((2, 4), dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return x + np.zeros((2, 4))


class EmptyLike(Row):
    """The same, of another array's shape."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.ops.zeros_like(keras.ops.empty_like(x, dtype=x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.zeros_like(torch.empty_like(x, dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return x


_LISTS = {
    "fractions": ([[0.5, 1.5, -2.5, 4.0], [1.0, 2.0, 3.0, 0.25]], None),
    "whole": ([1, -2, 3, 7], "int32"),
    "truths": ([True, False, True, True], "bool"),
    "cut_off": ([1.9, -1.9, 0.5, 3.0], "int32"),
}


class ArrayOf(Row):
    """Of nested lists."""

    values: str = "fractions"
    variants = grid(values=["fractions", "whole", "truths", "cut_off"])

    def keras(self, keras: Any, x: Any) -> Any:
        values, dtype = _LISTS[self.values]
        return x * (2 + keras.ops.cast(keras.ops.array(values, dtype), x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        values, dtype = _LISTS[self.values]
        return x * (2 + torch.asarray(values, dtype=dtype and getattr(torch, dtype)).to(x.dtype))

    def reference(self, x: Any) -> Any:
        values, dtype = _LISTS[self.values]
        return x * (2 + np.array(values).astype(dtype or float))


class Copy(Array):
    """The same values, through which slopes go."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.copy(x) * x

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.clone(x) * x

    def reference(self, x: Any) -> Any:
        return x * x


class Measures(Array):
    """The number of axes, the lengths of the axes, the number of elements: ndim, shape and size."""

    shape: tuple[int, ...] = (2, 3, 4)
    variants = grid(shape=[(2, 3, 4), (5,), (3, 1), (2, 1, 2, 3), ()])
    outputs = ("axes", "lengths", "elements")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        size = keras.ops.cast(keras.ops.size(x), x.dtype)
        return (x * (1 + keras.ops.ndim(x)), x * _digits(keras.ops.shape(x)), x * size)

    def torch(self, torch: Any, x: Any) -> Any:
        return (x * (1 + x.dim()), x * _digits(x.shape), x * torch.numel(x))

    def reference(self, x: Any) -> Any:
        return (x * (1 + x.ndim), x * _digits(x.shape), x * x.size)


def _digits(shape: Any) -> float:
    return float(1.0 + sum(n * 10.0**i for i, n in enumerate(shape)))
