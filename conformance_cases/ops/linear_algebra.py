"""Decompositions, inverses and solutions; a matrix is made well conditioned first."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Square, System


class Inv(Square):
    """The inverse."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.inv(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.inv(x)

    def reference(self, x: Any) -> Any:
        return np.linalg.inv(x)


class Det(Square):
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
    """x with a @ x = b."""

    level = "quick"

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.solve(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.solve(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.solve(a, b)


class SolveTriangular(System):
    """x with the lower part of a times x = b."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.solve_triangular(keras.ops.tril(a), b, lower=True)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.solve_triangular(torch.tril(a), b, upper=False)

    def reference(self, a: Any, b: Any) -> Any:
        return np.linalg.solve(np.tril(a), b)


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
    """The singular values, the only part whose signs are not free."""

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
    """The root of the sum of squares over an axis."""

    level = "quick"
    without: ClassVar[dict[str, str]] = {}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.norm(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.linalg.vector_norm(x, dim=-1)

    def reference(self, x: Any) -> Any:
        return np.linalg.norm(x, axis=-1)


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
