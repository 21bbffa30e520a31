"""Places and counts: exact."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Counts, Pair, Segments, Sorted, Truths
from conformance_cases.ops.quantiles import Share
from pytest_fwparity import difference, distinct, grid, named


class Searchsorted(Sorted):
    """Where values would go into a sorted row, before or behind equal ones."""

    side: Any = "left"
    form: str = "plain"
    variants = grid(side=["left", "right"]) | grid(form=["ties", "infinite", "table"], side=["left", "right"])
    fixed: ClassVar[tuple[str, ...]] = ("row", "values")
    vanishing: ClassVar[tuple[str, ...]] = ("grad row", "grad values")
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:form=table*": "values of more than one axis raise; "
        "docs/findings/keras_tensorflow_searchsorted_table.py"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        if self.form == "ties":
            return {"row": np.array([-1.0, 0, 0, 2, 2, 2, 5]), "values": rng.permutation(np.arange(-2.0, 7.0))}
        if self.form == "infinite":
            made["row"][[0, 4]], made["values"][:3] = (-np.inf, np.inf), (np.inf, -np.inf, 1.5)
        if self.form == "table":
            made["values"] = made["values"][:6].reshape(2, 1, 3)
        return made

    def keras(self, keras: Any, row: Any, values: Any) -> Any:
        return keras.ops.searchsorted(row, values, self.side)

    def torch(self, torch: Any, row: Any, values: Any) -> Any:
        return torch.searchsorted(row, values, side=self.side).to(torch.int32)

    def reference(self, row: Any, values: Any) -> Any:
        return np.searchsorted(row, values, self.side)


class SearchsortedOfWhole(Searchsorted):
    """The same of whole numbers."""

    variants = grid(side=["left", "right"])
    without: ClassVar[dict[str, str]] = {}
    fixed = ()
    vanishing = ()

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        row = np.array([-3, 0, 0, 4, 9], np.int32)
        return {"row": row, "values": rng.permutation(np.arange(-4, 11)).astype(np.int32)}


class Digitize(Sorted):
    """Which interval each value lies in; an edge belongs to the one above it."""

    form: str = "plain"
    variants = named(
        default={}, ties={"form": "ties"}, infinite={"form": "infinite"}, table={"form": "table"}, one={"form": "one"}
    )
    fixed = ("row", "values")
    vanishing = ("grad row", "grad values")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        if self.form == "ties":
            made["values"] = rng.permutation(np.arange(-1.0, 6.0))
        if self.form == "infinite":
            made["values"][:3] = np.inf, -np.inf, 1.5
        if self.form == "table":
            made["values"] = made["values"][:6].reshape(2, 1, 3)
        if self.form == "one":
            made = {"row": np.array([1.0]), "values": np.array([0.5, 1.0, 1.5])}
        return made

    def keras(self, keras: Any, row: Any, values: Any) -> Any:
        return keras.ops.digitize(values, row)

    def torch(self, torch: Any, row: Any, values: Any) -> Any:
        return torch.bucketize(values, row, right=True).to(torch.int32)

    def reference(self, row: Any, values: Any) -> Any:
        return np.digitize(values, row)


class Nonzero(Truths):
    """Where an array is not 0."""

    form: str = "plain"
    variants = named(default={}, row={"form": "row"}, whole={"form": "whole"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        if self.form == "whole":
            return {"x": (x * rng.integers(-3, 0, size=x.shape)).astype(np.int32)}
        return {"x": x.reshape(-1) if self.form == "row" else x}

    def keras(self, keras: Any, x: Any) -> Any:
        return _numbered(keras.ops.nonzero(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return _numbered(torch.nonzero(x, as_tuple=True))

    def reference(self, x: Any) -> Any:
        return _numbered(np.nonzero(x))


class NonzeroOfFloats(Nonzero):
    """NaN and infinities are not 0; zeros of either sign are."""

    fixed = ("x",)
    vanishing = ("grad x",)
    variants = named(default={})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 0.5, 0.0, -2.0])
        return {"x": rng.permutation(x).reshape(2, 4)}


class Isin(Counts):
    """Which elements are among others, some of which come twice, or which are not."""

    others: tuple[int, ...] = (1, 3)
    invert: bool = False
    rank: int = 1
    variants = grid(invert=[False, True], rank=[1, 2]) | named(
        repeated={"others": (4, 7, 4, -1)}, one={"others": (4,), "rank": 3}
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": super().inputs(rng)["x"].reshape({1: (8,), 2: (2, 4), 3: (2, 1, 4)}[self.rank])}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.isin(x, list(self.others), invert=self.invert)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.isin(x, torch.tensor(self.others, dtype=x.dtype), invert=self.invert)

    def reference(self, x: Any) -> Any:
        return np.isin(x, self.others, invert=self.invert)


class Bincount(Counts):
    """How often each number occurs; ``minlength`` asks for more places than there are, or for fewer."""

    minlength: int = 6
    variants = grid(minlength=[6, 0, 3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.bincount(x, minlength=self.minlength)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.bincount(x, minlength=self.minlength).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.bincount(x, minlength=self.minlength)


class BincountWeighted(Counts):
    """The sums of the weights of each number; torch's has no gradient to ask for."""

    minlength: int = 6
    variants = grid(minlength=[6, 0])
    fixed = ("weights",)
    vanishing = ("grad weights",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {**super().inputs(rng), "weights": rng.uniform(0.5, 2.0, size=8)}

    def keras(self, keras: Any, x: Any, weights: Any) -> Any:
        return keras.ops.bincount(x, keras.ops.stop_gradient(weights), minlength=self.minlength)

    def torch(self, torch: Any, x: Any, weights: Any) -> Any:
        return torch.zeros(max(5, self.minlength), dtype=weights.dtype).index_add(0, x, weights.detach())

    def reference(self, x: Any, weights: Any) -> Any:
        return np.bincount(x, weights, self.minlength)


class Select(Pair):
    """The first of several that holds; both, one or none may. ``broadcast``: conditions and choices of other shapes."""

    broadcast: bool = False
    variants = grid(broadcast=[False, True])

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.select(*self.asked(a, b), keras.ops.cast(0.5, a.dtype))

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        (first, second), (one, two) = self.asked(a, b)
        return torch.where(first, one, torch.where(second, two, 0.5))

    def reference(self, a: Any, b: Any) -> Any:
        conditions, choices = self.asked(a, b)
        return np.select(conditions, choices, 0.5)

    def asked(self, a: Any, b: Any) -> Any:
        """Conditions and choices."""
        return ([a > b, b[:, :1] > 0], [a[0], b]) if self.broadcast else ([a > b, a > 0.1], [a, b])


class SegmentMin(Segments):
    """The smallest of each segment."""

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.segment_min(x, index, num_segments=3)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return torch.stack([x[:2].amin(0), x[2:3].amin(0), x[3:].amin(0)])

    def reference(self, x: Any, index: Any) -> Any:
        return np.stack([x[:2].min(0), x[2:3].min(0), x[3:].min(0)])


class SegmentProd(Segments):
    """The product of each segment."""

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.segment_prod(x, index, num_segments=3)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return torch.stack([x[:2].prod(0), x[2:3].prod(0), x[3:].prod(0)])

    def reference(self, x: Any, index: Any) -> Any:
        return np.stack([x[:2].prod(0), x[2:3].prod(0), x[3:].prod(0)])


class Quantile(Share):
    """A share of the way through a sorted row, between neighbours in proportion or by another rule."""

    names = ("quantile", "quantile")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4))}

    @difference(
        replaces="torch",
        why="a list of shares becomes float32, in float64 too",
        source="keras/src/backend/tensorflow/numpy.py, quantile",
        sides=("keras-tensorflow",),
        when=lambda case: isinstance(case.share, tuple) and case.scale == 1.0,
    )
    def shares_in_float32(self, torch: Any, x: Any) -> Any:
        twin = type(self)(share=np.asarray(self.share, np.float32).tolist(), axis=self.axis, keepdims=self.keepdims)
        return twin.torch(torch, x)


class Percentile(Quantile):
    """The same in percent."""

    variants = grid(axis=[-1, None]) | named(
        several={"share": (0.0, 0.3, 1.0), "axis": 1, "keepdims": True}, nearest={"method": "nearest", "axis": (0, 1)}
    )
    names, scale = ("percentile", "percentile"), 100.0


class InTopK(Array):
    """Whether fewer than k values of its row are larger than that of the class; ``ties``: equal ones do not count."""

    k: int = 2
    ties: bool = False
    variants = named(default={}, one={"k": 1}, four={"k": 4}, ties={"ties": True})
    fixed = ("x",)
    vanishing = ("grad x",)
    without: ClassVar[dict[str, str]] = {
        f"keras-tensorflow:*-{kind}": "TensorFlow has no kernel but of float32"
        for kind in ("float64", "bfloat16", "float16")
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.permuted(np.tile([0.5, 0.5, 0.5, 1.5, -1.0] if self.ties else np.arange(5.0), (8, 1)), axis=1)
        return {"index": np.argsort(x, 1)[np.arange(8), np.arange(8) % 5].astype(np.int32), "x": x}

    def keras(self, keras: Any, index: Any, x: Any) -> Any:
        return keras.ops.in_top_k(index, x, self.k)

    def torch(self, torch: Any, index: Any, x: Any) -> Any:
        return (x > x.gather(1, index[:, None].long())).sum(1) < self.k

    def reference(self, index: Any, x: Any) -> Any:
        return (x > np.take_along_axis(x, index[:, None], 1)).sum(1) < self.k


def _numbered(places: Any) -> dict[str, Any]:
    return dict(zip(("first", "second", "third"), places, strict=False))
