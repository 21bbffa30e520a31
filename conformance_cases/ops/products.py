"""Products of matrices and of their kin."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Factors, Pair


class Matmul(Factors):
    """Rows times columns, over a batch."""

    level = "quick"

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.matmul(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.matmul(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return a @ b


class Dot(Factors):
    """The sum over the last axis of a and the last but one of b."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.dot(a[0], b[0])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.mm(a[0], b[0])

    def reference(self, a: Any, b: Any) -> Any:
        return a[0] @ b[0]


class Inner(Factors):
    """The sum over both last axes."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.inner(a[0, 0], b[0, :, 0])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.inner(a[0, 0], b[0, :, 0])

    def reference(self, a: Any, b: Any) -> Any:
        return np.inner(a[0, 0], b[0, :, 0])


class Outer(Factors):
    """Every product of two rows."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.outer(a[0, 0], b[0, 0])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.outer(a[0, 0], b[0, 0])

    def reference(self, a: Any, b: Any) -> Any:
        return np.outer(a[0, 0], b[0, 0])


class Vdot(Factors):
    """The sum of products of all elements."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.vdot(a[0, 0], b[0, :, 0])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.vdot(a[0, 0], b[0, :, 0])

    def reference(self, a: Any, b: Any) -> Any:
        return np.vdot(a[0, 0], b[0, :, 0])


class Tensordot(Factors):
    """The sum over chosen axes."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.tensordot(a, b, axes=[[0, 2], [0, 1]])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.tensordot(a, b, ([0, 2], [0, 1]))

    def reference(self, a: Any, b: Any) -> Any:
        return np.tensordot(a, b, ([0, 2], [0, 1]))


class Einsum(Factors):
    """A sum over indices by name."""

    level = "quick"

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.einsum("bij,bjk->ik", a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.einsum("bij,bjk->ik", a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.einsum("bij,bjk->ik", a, b)


class Kron(Factors):
    """Every product, block by block."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.kron(a[0], b[0])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.kron(a[0], b[0])

    def reference(self, a: Any, b: Any) -> Any:
        return np.kron(a[0], b[0])


class Cross(Pair):
    """The vector at right angles to two."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.cross(a[:, :3], b[:, :3])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.cross(a[:, :3], b[:, :3])

    def reference(self, a: Any, b: Any) -> Any:
        return np.cross(a[:, :3], b[:, :3])
