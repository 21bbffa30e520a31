"""Factors, eigenvalues and least squares, whose signs and order are not free or are taken away; distances of rows."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Square
from pytest_fwparity import difference, grid, named

_NO_HALF = {"*16": "decompositions and solvers have no kernels for half precision"}


class Cdist(Array):
    """Distances of every row of one array to every row of another."""

    rank: int = 2
    variants = grid(rank=[2, 3])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        more = (2,) if self.rank == 3 else ()
        return {"a": rng.normal(size=(*more, 4, 3)), "b": rng.normal(size=(*more, 5, 3)) + 2.0}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.cdist(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.vector_norm(a[..., :, None, :] - b[..., None, :, :], dim=-1)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.norm(a[..., :, None, :] - b[..., None, :, :], axis=-1)


class CholeskyInverse(Square):
    """The inverse of a matrix whose lower or upper factor is given."""

    upper: bool = False
    batch: tuple[int, ...] = ()
    variants = grid(upper=[False, True]) | grid(batch=[(2,)])
    without: ClassVar[dict[str, str]] = {
        **_NO_HALF,
        "keras-jax:batch=2-*": "Keras raises there for a batch: Incompatible shapes for broadcasting",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        return {"x": x if self.batch else x[0]}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.cholesky_inverse(keras.ops.triu(x) if self.upper else keras.ops.tril(x), self.upper)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.cholesky_inverse(torch.triu(x) if self.upper else torch.tril(x), self.upper)

    def reference(self, x: Any) -> Any:
        part = np.triu(x) if self.upper else np.tril(x)
        other = part.swapaxes(-1, -2)
        return np.linalg.inv(other @ part if self.upper else part @ other)


class Eig(Array):
    """Eigenvalues in rising order, real ones, and the sizes of the parts of the vectors, whose phases are free."""

    without: ClassVar[dict[str, str]] = {
        **_NO_HALF,
        "keras-jax:*-float32": "JAX has no derivative of eigenvectors, and raises even where nothing asks for it",
    }
    checks = ("agree", "repeat")
    outputs = ("values", "sizes")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(-1.0, 1.0, size=(2, 3, 3)) + np.diag([1.0, 3.0, 5.0])
        # Near a symmetric matrix: no eigenvalue is complex, and a solver's rounding is of the whole matrix, not of each entry.
        scale = rng.uniform(0.8, 1.25, size=(2, 3, 1))
        return {"x": (x + x.swapaxes(1, 2)) / 2 * scale / scale.swapaxes(1, 2)}

    def keras(self, keras: Any, x: Any) -> Any:
        ops = keras.ops
        values, _ = ops.eig(x)
        values = ops.real(values)
        vectors = ops.real(ops.eig(ops.stop_gradient(x))[1])
        order = ops.argsort(values, axis=-1)
        sizes = ops.take_along_axis(ops.abs(vectors), order[:, None, :], axis=-1)
        return ops.take_along_axis(values, order, axis=-1), ops.stop_gradient(sizes)

    def torch(self, torch: Any, x: Any) -> Any:
        values = torch.linalg.eigvals(x).real
        vectors = torch.linalg.eig(x.detach())[1].real
        order = values.argsort(-1)
        return values.gather(-1, order), vectors.abs().take_along_dim(order[:, None, :], -1)

    def reference(self, x: Any) -> Any:
        values, vectors = np.linalg.eig(x)
        order = values.argsort(-1)
        return np.take_along_axis(values, order, -1), np.take_along_axis(np.abs(vectors), order[:, None, :], -1)


class Lstsq(Array):
    """The x of the least squares of a x - b, and the shortest of them where there are many."""

    without: ClassVar[dict[str, str]] = {
        **_NO_HALF,
        "*-float32": "slopes by a lose digits (LstsqOfCloseSingularValues says why); LstsqByRightSide asks the rest",
    }
    #: torch's solution of one column depends on where in memory it lies, by one rounding
    deterministic = ()
    shape: tuple[int, int] = (5, 3)
    columns: int | None = 2
    variants = grid(shape=[(5, 3), (3, 3), (3, 5)], columns=[2, None])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        m, n = self.shape
        a = rng.uniform(-1.0, 1.0, size=self.shape)
        a[np.arange(min(m, n)), np.arange(min(m, n))] += 3.0
        return {"a": a, "b": rng.normal(size=(m, self.columns) if self.columns else m)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.lstsq(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.lstsq(a, b if self.columns else b[:, None]).solution.reshape(a.shape[1:] + b.shape[1:])

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.lstsq(a, b)[0]


class LstsqByRightSide(Lstsq):
    """The same with slopes by b alone."""

    without: ClassVar[dict[str, str]] = _NO_HALF
    vanishing: ClassVar[tuple[str, ...]] = ("grad a",)
    fixed: ClassVar[tuple[str, ...]] = ("a",)

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return super().keras(keras, keras.ops.stop_gradient(a), b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return super().torch(torch, a.detach(), b)


class LstsqOfCloseSingularValues(Lstsq):
    """Of a matrix whose singular values are within 2 %."""

    without: ClassVar[dict[str, str]] = _NO_HALF
    variants = named(default={})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        left, right = (np.linalg.qr(rng.normal(size=(size, 3)))[0] for size in (5, 3))
        return {"a": left * np.array([2.0, 1.98, 1.96]) @ right.T, "b": rng.normal(size=(5, 2))}

    @difference(
        replaces="torch",
        why="Keras takes the singular value decomposition, whose derivative divides by differences of squared singular values",
        source="keras/src/backend/tensorflow/linalg.py, lstsq; jax/_src/numpy/linalg.py, lstsq",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float32",),
    )
    def by_singular_values(self, torch: Any, a: Any, b: Any) -> Any:
        u, s, v = torch.linalg.svd(a, full_matrices=False)
        return v.mT @ (u.mT @ b / s[:, None])


class LuFactor(Array):
    """Both factors in one matrix, the largest of each column its pivot, and with which row each was swapped."""

    without: ClassVar[dict[str, str]] = {
        **_NO_HALF,
        "keras-tensorflow:batch=2-*": "Keras raises there for a batch: invert_permutation expects a 1D vector",
    }
    batch: tuple[int, ...] = ()
    variants = grid(batch=[(), (2,)])
    checks = ("agree", "repeat")
    outputs = ("factors", "swaps")
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(-0.5, 0.5, size=(*self.batch, 3, 3)) + np.diag([4.0, 6.0, 8.0])
        return {"x": x[..., [2, 0, 1], :]}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.lu_factor(keras.ops.stop_gradient(x))  # TensorFlow has no gradient for it

    def torch(self, torch: Any, x: Any) -> Any:
        factors, swaps = torch.linalg.lu_factor(x.detach())
        return factors, swaps - 1

    def reference(self, x: Any) -> Any:
        y = x[..., [1, 2, 0], :].copy()
        for k in range(2):
            y[..., k + 1 :, k] /= y[..., k, k, None]
            y[..., k + 1 :, k + 1 :] -= y[..., k + 1 :, k, None] * y[..., k, None, k + 1 :]
        return y, np.broadcast_to(np.array([1, 2, 2], np.int32), x.shape[:-1]).copy()

    @difference(
        replaces="torch",
        why="Keras gives the inverse of the order of the rows there, not the rows that were swapped one after the other",
        source="keras/src/backend/tensorflow/linalg.py, lu_factor; docs/findings/keras_tensorflow_lu_pivots.py",
        sides=("keras-tensorflow",),
    )
    def order_of_rows(self, torch: Any, x: Any) -> Any:
        factors, swaps = LuFactor.torch(self, torch, x)
        order = torch.arange(3)
        for row, other in enumerate(swaps.tolist()):
            order[[row, other]] = order[[other, row]]
        return factors, torch.argsort(order).to(torch.int32)
