"""Products of matrices and of their kin."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Factors, Pair
from pytest_fwparity import difference, grid, named


class Shaped(Array, abstract=True):
    """Two arrays of the shapes ``a_shape`` and ``b_shape``."""

    a_shape: tuple[int, ...] = (2, 3, 4)
    b_shape: tuple[int, ...] = (2, 4, 5)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a, b = rng.normal(size=self.a_shape), rng.normal(size=self.b_shape)
        # The one sum of two rows must not cancel.
        return {"a": a, "b": b} if a.ndim > 1 or b.ndim > 1 else {"a": np.abs(a), "b": np.abs(b)}


class Matmul(Shaped):
    """Rows times columns, over a batch; ``turned``: both factors lie transposed in memory."""

    level = "quick"
    turned: bool = False
    variants = named(
        default={},
        rows={"a_shape": (4,), "b_shape": (4,)},
        row={"a_shape": (4,), "b_shape": (2, 4, 3)},
        column={"a_shape": (2, 3, 4), "b_shape": (4,)},
        one_matrix={"a_shape": (2, 3, 4), "b_shape": (4, 5)},
        one_left={"a_shape": (3, 4), "b_shape": (2, 4, 5)},
        broadcast={"a_shape": (2, 1, 3, 4), "b_shape": (3, 4, 2)},
        ones={"a_shape": (2, 1, 1), "b_shape": (2, 1, 5)},
        deep={"a_shape": (1, 2, 1, 3, 4), "b_shape": (2, 1, 2, 4, 2)},
        turned={"turned": True},
    )
    quick = ("default",)

    def torch_inputs(self, torch: Any, a: Any, b: Any) -> dict[str, Any]:
        return {"a": a.mT.contiguous().mT, "b": b.mT.contiguous().mT} if self.turned else {"a": a, "b": b}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.matmul(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.matmul(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return a @ b


class MatmulEmpty(Factors):
    """A product over no terms is 0, and one of no rows has none; beside them, one over some."""

    outputs = ("product", "none", "no_rows")

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        matmul = keras.ops.matmul
        return matmul(a, b) + matmul(a[..., :0], b[:, :0]), matmul(a[:0], b[:0]), matmul(a[:, :0], b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return a @ b + a[..., :0] @ b[:, :0], a[:0] @ b[:0], a[:, :0] @ b

    def reference(self, a: Any, b: Any) -> Any:
        return a @ b + a[..., :0] @ b[:, :0], a[:0] @ b[:0], a[:, :0] @ b


class MatmulOfWhole(Array):
    """Of whole numbers, exactly; ``large``: beyond 2**24, where float32 leaves some out."""

    dtype: str = "int32"
    top: int = 900
    variants = grid(dtype=["int32", "int64"]) | named(large={"top": 20000})
    without: ClassVar[dict[str, str]] = {
        f"keras-tensorflow:{glob}": "whole numbers are multiplied as floats of the default dtype; "
        "docs/findings/keras_tensorflow_matmul_whole.py"
        for glob in ("*-bfloat16", "*-float16", "large-float32")
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "a": rng.integers(-self.top, self.top, size=(2, 3, 4)).astype(self.dtype),
            "b": rng.integers(-self.top, self.top, size=(4, 2)).astype(self.dtype),
        }

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.matmul(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.matmul(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return a @ b


class Dot(Shaped):
    """The sum over the last axis of a and the last but one of b."""

    a_shape = (3, 4)
    b_shape = (4, 5)
    variants = named(
        default={},
        rows={"a_shape": (4,), "b_shape": (4,)},
        row={"a_shape": (2, 3, 4), "b_shape": (4,)},
        left_row={"a_shape": (4,), "b_shape": (2, 4, 3)},
        arrays={"a_shape": (2, 3, 4), "b_shape": (5, 4, 2)},
        scalar={"a_shape": (), "b_shape": (2, 3)},
    )

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.dot(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return a * b if a.dim() == 0 else torch.tensordot(a, b, ([-1], [-2 if b.dim() > 1 else 0]))

    def reference(self, a: Any, b: Any) -> Any:
        return np.dot(a, b)


class Inner(Shaped):
    """The sum over both last axes."""

    a_shape = (4,)
    b_shape = (4,)
    variants = named(
        default={},
        matrices={"a_shape": (3, 4), "b_shape": (2, 4)},
        mixed={"a_shape": (2, 3, 4), "b_shape": (4,)},
    )

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.inner(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.inner(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.inner(a, b)


class Outer(Shaped):
    """Every product of two rows; arrays are taken as rows."""

    a_shape = (4,)
    b_shape = (5,)
    variants = named(default={}, arrays={"a_shape": (2, 3), "b_shape": (2, 1, 2)}, one={"a_shape": (1,)})

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.outer(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.outer(a.ravel(), b.ravel())

    def reference(self, a: Any, b: Any) -> Any:
        return np.outer(a, b)


class Vdot(Shaped):
    """The sum of products of all elements."""

    a_shape = (4,)
    b_shape = (4,)
    variants = named(default={}, arrays={"a_shape": (2, 3), "b_shape": (2, 3)})

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.vdot(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.vdot(a.ravel(), b.ravel())

    def reference(self, a: Any, b: Any) -> Any:
        return np.vdot(a, b)


class Tensordot(Shaped):
    """The sum over chosen axes, or over so many last ones of a and first ones of b."""

    axes: int | tuple[Any, ...] = ((0, 2), (0, 1))
    variants = named(
        default={},
        none={"axes": 0, "a_shape": (2, 3), "b_shape": (2,)},
        one={"axes": 1, "b_shape": (4, 2)},
        two={"axes": 2, "b_shape": (3, 4, 2)},
        negative={"axes": ((-1,), (-2,))},
        crossed={"axes": ((2, 1), (0, 2)), "b_shape": (4, 2, 3)},
    )

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.tensordot(a, b, self.axes)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.tensordot(a, b, self.axes)

    def reference(self, a: Any, b: Any) -> Any:
        return np.tensordot(a, b, self.axes)


class Einsum(Shaped):
    """A sum over indices by name; without an arrow, over those that come twice."""

    level = "quick"
    subscripts: str = "bij,bjk->ik"
    variants = named(
        default={},
        batch={"subscripts": "bij,bjk->bik"},
        implicit={"subscripts": "bij,bjk"},
        swapped={"subscripts": "bij,bjk->kib"},
        outer={"subscripts": "i,jk->kij", "a_shape": (3,), "b_shape": (4, 2)},
        summed={"subscripts": "bij,bjk->b"},
        scalar={"subscripts": "ij,ij->", "a_shape": (3, 4), "b_shape": (3, 4)},
        elementwise={"subscripts": "ij,ij->ij", "a_shape": (3, 4), "b_shape": (3, 4)},
        dots={"subscripts": "...ij,...jk->...ik"},
        dots_broadcast={"subscripts": "...ij,jk->...ki", "b_shape": (4, 5)},
        dots_front={"subscripts": "i...,i...->...", "b_shape": (2, 3, 4)},
        attention={"subscripts": "bqhd,bkhd->bhqk", "a_shape": (2, 3, 2, 4), "b_shape": (2, 5, 2, 4)},
        dense={"subscripts": "abc,cde->abde", "b_shape": (4, 2, 3)},
    )
    quick = ("default",)

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.einsum(self.subscripts, a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.einsum(self.subscripts, a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.einsum(self.subscripts, a, b)


class EinsumSpelled(Einsum):
    """Those that Keras spells out by products of matrices, and reshapes."""

    level = "standard"
    subscripts: str = "a,b->ab"
    variants = named(
        default={},
        **{
            text.replace("->", "-"): {"subscripts": text}
            for text in (
                *("ab,b->a", "ab,bc->ac", "ab,cb->ac", "abc,cd->abd", "abc,dc->abd", "abc,cde->abde", "abc,dce->abde"),
                *("abc,dec->abde", "abcd,cde->abe", "abcd,ced->abe", "abcd,ecd->abe", "abcd,abde->abce"),
                *("abcd,abed->abce", "abcd,acbe->adbe", "abcd,adbe->acbe", "abcd,aecd->acbe", "abcd,aecd->aceb"),
                *("abcde,aebf->adbcf", "abcde,afce->acdbf"),
            )
        },
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        length = dict(zip("abcdef", (2, 3, 4, 5, 6, 2), strict=True))
        first, second = self.subscripts.split("->")[0].split(",")
        return {
            "a": rng.normal(size=[length[name] for name in first]),
            "b": rng.normal(size=[length[name] for name in second]),
        }


class EinsumOfOne(Array):
    """Of one array: sums, other orders, a diagonal."""

    subscripts: str = "bij->ij"
    variants = named(
        default={},
        turned={"subscripts": "bij->jbi"},
        implicit={"subscripts": "bja"},
        dots={"subscripts": "...i->i..."},
    )

    without: ClassVar[dict[str, str]] = {
        f"keras-tensorflow:implicit-{kind}": "Keras' result has another shape, which its float64 shows"
        for kind in ("float32", "tf32", "bfloat16", "float16")
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(1.0, 1.0, size=(2, 3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.einsum(self.subscripts, x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.einsum(_explicit(self.subscripts), x)

    def reference(self, x: Any) -> Any:
        return np.einsum(_explicit(self.subscripts), x)

    @difference(
        replaces="torch",
        why="Keras gives the indices the names a, b, c as they come, so that the alphabet asks for no other order",
        source="keras/src/backend/tensorflow/numpy.py, _normalize_einsum_subscripts; "
        "docs/findings/keras_tensorflow_einsum_implicit.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.subscripts == "bja",
    )
    def in_the_order_they_come(self, torch: Any, x: Any) -> Any:
        return torch.einsum("abc->abc", x)


class EinsumOfThree(Array):
    """Of three arrays: a bilinear form, a chain."""

    subscripts: str = "bi,ijk,bj->bk"
    variants = named(default={}, chain={"subscripts": "bi,ijk,cj->bck"}, total={"subscripts": "bi,ijk,bj->"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"a": rng.normal(size=(2, 3)), "b": rng.normal(size=(3, 4, 5)), "c": rng.normal(size=(2, 4))}

    def keras(self, keras: Any, a: Any, b: Any, c: Any) -> Any:
        return keras.ops.einsum(self.subscripts, a, b, c)

    def torch(self, torch: Any, a: Any, b: Any, c: Any) -> Any:
        return torch.einsum(self.subscripts, a, b, c)

    def reference(self, a: Any, b: Any, c: Any) -> Any:
        return np.einsum(self.subscripts, a, b, c)


class EinsumRepeated(Array):
    """An index that one array has twice: traces and diagonals."""

    subscripts: str = "bii->b"
    variants = named(
        default={},
        diagonal={"subscripts": "bii->bi"},
        implicit={"subscripts": "bii"},
        dots={"subscripts": "...ii->...i"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(2.0, 1.0, size=(2, 3, 3))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.einsum(self.subscripts, x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.einsum(self.subscripts, x)

    def reference(self, x: Any) -> Any:
        return np.einsum(self.subscripts, x)


class Kron(Shaped):
    """Every product, block by block."""

    a_shape = (3, 4)
    b_shape = (4, 5)
    variants = named(
        default={},
        rows={"a_shape": (3,), "b_shape": (2,)},
        mixed={"a_shape": (2,), "b_shape": (2, 3)},
        mixed_left={"a_shape": (2, 2, 3), "b_shape": (2, 2)},
    )

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.kron(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.kron(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.kron(a, b)


class Cross(Pair):
    """The vector at right angles to two."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.cross(a[:, :3], b[:, :3])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.linalg.cross(a[:, :3], b[:, :3])

    def reference(self, a: Any, b: Any) -> Any:
        return np.cross(a[:, :3], b[:, :3])


class CrossOverAxis(Shaped):
    """Of vectors along another axis; two numbers are a vector without a third."""

    axis: int = 0
    a_shape = (3, 4)
    b_shape = (3, 4)
    variants = named(
        default={},
        negative={"axis": -2, "a_shape": (2, 3, 4), "b_shape": (2, 3, 4)},
        broadcast={"axis": -1, "a_shape": (4, 1, 3), "b_shape": (1, 2, 3)},
        flat={"axis": -1, "a_shape": (4, 2), "b_shape": (4, 2)},
        flat_and_not={"axis": -1, "a_shape": (4, 2), "b_shape": (4, 3)},
    )

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.cross(a, b, axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        if a.shape[self.axis] == 3:
            return torch.linalg.cross(a, b, dim=self.axis)
        if b.shape[self.axis] == 2:
            return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        return torch.linalg.cross(torch.cat([a, torch.zeros_like(a[:, :1])], 1), b)

    def reference(self, a: Any, b: Any) -> Any:
        if b.shape[self.axis] == 2:
            return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        return np.cross(a if a.shape[self.axis] == 3 else np.pad(a, ((0, 0), (0, 1))), b, axis=self.axis)


def _explicit(subscripts: str) -> str:
    """The order that no arrow asks for: that of the alphabet."""
    return subscripts if "->" in subscripts else f"{subscripts}->{''.join(sorted(subscripts))}"
