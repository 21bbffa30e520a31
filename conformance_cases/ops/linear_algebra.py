"""Decompositions, inverses and solutions; a matrix is made well conditioned first."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Square, System
from pytest_fwparity import grid, named


class Sized(Square, abstract=True):
    """A batch, one matrix, one of one element, a batch of rank 4."""

    form: str = "batch"
    variants = grid(form=["batch", "matrix", "one", "deep"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        return {"x": {"batch": x, "matrix": x[1], "one": x[:, 1:2, 1:2], "deep": x[:, None]}[self.form]}


class Inv(Sized):
    """The inverse."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.inv(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.inv(x)

    def reference(self, x: Any) -> Any:
        return np.linalg.inv(x)


class Det(Sized):
    """The determinant."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.det(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.det(x)

    def reference(self, x: Any) -> Any:
        return np.linalg.det(x)


class Slogdet(Square):
    """Sign and logarithm of the determinant."""

    outputs = ("sign", "logarithm")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": super().inputs(rng)["x"] * np.array([1.0, -1.0])[:, None, None]}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.slogdet(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.slogdet(x)

    def reference(self, x: Any) -> Any:
        return tuple(np.linalg.slogdet(x))


class Logdet(Square):
    """The logarithm of the determinant of a positive matrix, by its Cholesky factor."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.logdet(keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1))))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.logdet(x @ x.mT)

    def reference(self, x: Any) -> Any:
        return np.linalg.slogdet(x @ x.swapaxes(1, 2))[1]


class Cholesky(Square):
    """The lower factor of a positive matrix, half of whose slopes are its own."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.cholesky(keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1))))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.cholesky(x @ x.mT)

    def reference(self, x: Any) -> Any:
        return np.linalg.cholesky(x @ x.swapaxes(1, 2))


class Solve(System):
    """x with a @ x = b, of a batch, of one matrix, of a row."""

    level = "quick"
    form: str = "batch"
    variants = grid(form=["batch", "matrix", "row", "deep"])
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        a, b = made["a"], made["b"]
        forms = {"batch": (a, b), "matrix": (a[0], b[0]), "row": (a[1], b[1, :, 0]), "deep": (a[:, None], b[:, None])}
        return dict(zip(("a", "b"), forms[self.form], strict=True))

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.solve(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.solve(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.solve(a, b)


class SolveTriangular(System):
    """x with the lower, or upper, part of a times x = b."""

    lower: bool = True
    variants = grid(lower=[True, False])

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        part = keras.ops.tril if self.lower else keras.ops.triu
        return keras.ops.solve_triangular(part(a), b, lower=self.lower)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        part = torch.tril if self.lower else torch.triu
        return torch.linalg.solve_triangular(part(a), b, upper=not self.lower)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.solve(np.tril(a) if self.lower else np.triu(a), b)


class Qr(Square):
    """What both factors multiply to, and the sizes of the second, whose signs are free."""

    outputs = ("product", "r")

    def keras(self, keras: Any, x: Any) -> Any:
        return _product(keras, *keras.ops.qr(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return _product(torch, *torch.linalg.qr(x))

    def reference(self, x: Any) -> Any:
        return (x, np.abs(np.linalg.qr(x)[1]))


class Svd(Square):
    """The singular values, the only part whose signs are not free, also of matrices with fewer columns or rows."""

    form: str = "square"
    variants = grid(form=["square", "tall", "wide"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        return {"x": {"square": x, "tall": x[:, :, :2], "wide": x[:, :2]}[self.form]}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.svd(x, compute_uv=False)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.svdvals(x)

    def reference(self, x: Any) -> Any:
        return np.linalg.svd(x, compute_uv=False)


class Eigh(Square):
    """The eigenvalues of a symmetric matrix."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.eigh(keras.ops.matmul(x, keras.ops.transpose(x, (0, 2, 1))))[0]

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.eigvalsh(x @ x.mT)

    def reference(self, x: Any) -> Any:
        return np.linalg.eigvalsh(x @ x.swapaxes(1, 2))


class Pinv(Square):
    """The inverse of Moore and Penrose."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.pinv(x[:, :, :2])

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.pinv(x[:, :, :2])

    def reference(self, x: Any) -> Any:
        return np.linalg.pinv(x[:, :, :2])


class Norm(Square):
    """The root of the sum of squares over an axis, or another norm, of rows, of matrices or of all elements."""

    level = "quick"
    order: Any = None
    axis: int | tuple[int, int] | None = -1
    keepdims: bool = False
    variants = named(
        default={},
        total={"axis": None},
        kept={"axis": 1, "keepdims": True},
        one={"order": 1},
        three={"order": 3, "axis": 0},
        largest={"order": "inf"},
        smallest={"order": "-inf", "axis": 1},
        matrix={"axis": (1, 2)},
        matrix_fro={"order": "fro", "axis": (-2, -1), "keepdims": True},
        matrix_nuc={"order": "nuc", "axis": (1, 2)},
        matrix_one={"order": 1, "axis": (1, 2)},
        matrix_one_turned={"order": 1, "axis": (2, 0), "keepdims": True},
        matrix_least_one={"order": -1, "axis": (-2, -1)},
        matrix_largest={"order": "inf", "axis": (2, 1)},
        matrix_smallest={"order": "-inf", "axis": (1, 2)},
        matrix_two={"order": 2, "axis": (1, 2)},
        matrix_least_two={"order": -2, "axis": (2, 1)},
        matrix_turned_kept={"order": 2, "axis": (2, 1), "keepdims": True},
    )
    quick = ("default",)
    without: ClassVar[dict[str, str]] = {
        f"{name}-*16": "decompositions have no kernels for half precision"
        for name in ("matrix_nuc", "matrix_two", "matrix_least_two", "matrix_turned_kept")
    } | {"keras-tensorflow:matrix_turned_kept-*": "raises; docs/findings/keras_tensorflow_norm_keepdims.py"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        return {"x": x[0] if self.axis is None else x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.norm(x, self.ord(), self.axis, self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        if isinstance(self.axis, tuple):
            return torch.linalg.matrix_norm(x, self.ord() or "fro", self.axis, self.keepdims)
        return torch.linalg.vector_norm(x, 2 if self.order is None else self.ord(), self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.linalg.norm(x, self.ord(), self.axis, self.keepdims)

    def ord(self) -> Any:
        """Infinities are written as text, since JSON has none."""
        return float(self.order) if self.order in ("inf", "-inf") else self.order


class MatrixRank(Square):
    """How many rows are independent."""

    fixed = ("x", "weight")
    vanishing = ("grad x", "grad weight")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(-3, 4, size=(2, 3, 3)).astype(float) + 5 * np.eye(3)
        return {"x": x, "weight": np.array([[[1.0], [1], [1]], [[1], [1], [0]]])}

    def keras(self, keras: Any, x: Any, weight: Any) -> Any:
        return keras.ops.matrix_rank(x * weight)

    def torch(self, torch: Any, x: Any, weight: Any) -> Any:
        return torch.linalg.matrix_rank(x * weight).to(torch.int32)


def _product(module: Any, q: Any, r: Any) -> tuple[Any, Any]:
    return module.matmul(q, r) if hasattr(module, "matmul") else module.ops.matmul(q, r), abs(r)
