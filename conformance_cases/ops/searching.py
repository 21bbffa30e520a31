"""Places and counts: exact."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array, Counts, Pair, Segments, Sorted, Truths
from pytest_fwparity import grid, named


class Searchsorted(Sorted):
    """Where values would go into a sorted row."""

    vanishing = ("grad row", "grad values")

    def keras(self, keras: Any, row: Any, values: Any) -> Any:
        return keras.ops.searchsorted(row, values)

    def torch(self, torch: Any, row: Any, values: Any) -> Any:
        return torch.searchsorted(row, values).to(torch.int32)

    def reference(self, row: Any, values: Any) -> Any:
        return np.searchsorted(row, values)


class SearchsortedAtEntries(Sorted):
    """Where a value goes that the row holds already: before its equal, or behind it."""

    side: str = "left"
    variants = grid(side=["left", "right"])
    fixed = ("row", "values")
    vanishing = ("grad row", "grad values")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"row": np.array([0.0, 1.0, 1.0, 2.0, 4.0]), "values": rng.permutation(np.arange(-1.0, 6.0))}

    def keras(self, keras: Any, row: Any, values: Any) -> Any:
        return keras.ops.searchsorted(row, values, side=self.side)

    def torch(self, torch: Any, row: Any, values: Any) -> Any:
        return torch.searchsorted(row, values, side=self.side).to(torch.int32)

    def reference(self, row: Any, values: Any) -> Any:
        return np.searchsorted(row, values, "right" if self.side == "right" else "left")


class Digitize(Sorted):
    """Which interval each value lies in."""

    vanishing = ("grad row", "grad values")

    def keras(self, keras: Any, row: Any, values: Any) -> Any:
        return keras.ops.digitize(values, row)

    def torch(self, torch: Any, row: Any, values: Any) -> Any:
        return torch.bucketize(values, row, right=True).to(torch.int32)

    def reference(self, row: Any, values: Any) -> Any:
        return np.digitize(values, row)


class Nonzero(Truths):
    """Where an array is not 0."""

    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nonzero(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nonzero(x, as_tuple=True)

    def reference(self, x: Any) -> Any:
        return np.nonzero(x)


class Isin(Counts):
    """Which elements are among others."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.isin(x, [1, 3])

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.isin(x, torch.tensor([1, 3], dtype=x.dtype))

    def reference(self, x: Any) -> Any:
        return np.isin(x, [1, 3])


class Bincount(Counts):
    """How often each number occurs."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.bincount(x, minlength=6)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.bincount(x, minlength=6).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.bincount(x, minlength=6)


class Select(Pair):
    """The first of several that holds; both, one or none may."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.select([a > b, a > 0.1], [a, b], keras.ops.cast(0.5, a.dtype))

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.where(a > b, a, torch.where(a > 0.1, b, 0.5))

    def reference(self, a: Any, b: Any) -> Any:
        return np.select([a > b, a > 0.1], [a, b], 0.5)


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


class Quantile(Array):
    """A share of the way through a sorted row, between neighbours in proportion."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.quantile(x, 0.3, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return _quantile(x, 0.3)

    def reference(self, x: Any) -> Any:
        return np.quantile(x, 0.3, -1)


class Percentile(Array):
    """The same in percent."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.percentile(x, 30, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return _quantile(x, 0.3)

    def reference(self, x: Any) -> Any:
        return np.percentile(x, 30, -1)


def _quantile(x: Any, share: float) -> Any:
    place = share * (x.shape[-1] - 1)
    row, low = x.sort(-1).values, int(place)
    return row[..., low] + (row[..., low + 1] - row[..., low]) * (place - low)


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
