"""Correlations and histograms."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, distinct, grid


class Corrcoef(Array):
    """Covariances of the rows, divided by the roots of both variances."""

    rows: int = 3
    variants = grid(rows=[3, 5])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(1.0, 2.0, size=(self.rows, 7))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.corrcoef(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.corrcoef(x)

    def reference(self, x: Any) -> Any:
        return np.corrcoef(x)


class Correlate(Array):
    """Sums of products of a row with another that is moved along it."""

    mode: str = "valid"
    lengths: tuple[int, int] = (7, 3)
    variants = grid(mode=["valid", "same", "full"], lengths=[(7, 3), (6, 4), (4, 4), (3, 6)])
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:lengths=3x6-*": "Keras raises there where the second row is the longer one"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a, b = self.lengths
        return {"a": rng.normal(size=a), "b": rng.normal(size=b)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.correlate(a, b, mode=self.mode)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        full = torch.nn.functional.conv1d(a[None, None], b[None, None], padding=len(b) - 1)[0, 0]
        short, long = sorted(self.lengths)
        if self.mode == "full":
            return full
        if self.mode == "valid":
            return full[short - 1 : long]
        start = short - 1 - short // 2 if len(a) >= len(b) else short // 2
        return full[start : start + long]

    def reference(self, a: Any, b: Any) -> Any:
        mode: Any = self.mode
        return np.correlate(a, b, mode)


class Histogram(Array):
    """How many values lie between even edges; one that lies on an edge counts above it, but on the last below it."""

    bins: int = 4
    bounds: tuple[float, float] = (-1.0, 1.0)
    variants = grid(bins=[4, 1, 8], bounds=[(-1.0, 1.0), (0.25, 3.0)]) | grid(bins=[5], bounds=[(-1.25, 0.0)])
    outputs = ("counts", "edges")
    fixed = ("x",)
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        some = rng.permutation(np.arange(-10, 11) / 8.0)[:18]
        return {"x": np.append(some, [-0.5] * 3)}  # no draw fills all bins alike

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.histogram(keras.ops.stop_gradient(x), self.bins, self.bounds)

    def torch(self, torch: Any, x: Any) -> Any:
        counts, edges = torch.histogram(x.detach().double(), self.bins, range=self.bounds)
        return counts.to(x.dtype), edges.to(x.dtype)

    def reference(self, x: Any) -> Any:
        counts, edges = np.histogram(x, self.bins, self.bounds)
        return counts.astype(float), edges


class HistogramOfIntegers(Array):
    """The same between the least and the largest of whole numbers, whose edges are fractions."""

    bins: int = 5
    variants = grid(bins=[5, 4])
    outputs = ("counts", "edges")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.permutation(np.array([-3, -2, -1, -1, 0, 0, 1, 3, 4, 7], np.int32))
        return {"x": x, "unit": distinct(rng, (self.bins + 1,))}

    def keras(self, keras: Any, x: Any, unit: Any) -> Any:
        counts, edges = keras.ops.histogram(x, self.bins)
        return unit[:-1] * keras.ops.cast(counts, unit.dtype), unit * keras.ops.cast(edges, unit.dtype)

    def torch(self, torch: Any, x: Any, unit: Any) -> Any:
        counts, edges = torch.histogram(x.double(), self.bins)
        return unit[:-1] * counts.to(unit.dtype), unit * edges.to(unit.dtype)

    def reference(self, x: Any, unit: Any) -> Any:
        counts, edges = np.histogram(x, self.bins)
        return unit[:-1] * counts, unit * edges

    @difference(
        replaces="torch",
        why="Keras casts the edges to the dtype of the values, which cuts off their fractions, before it counts",
        source="keras/src/backend/tensorflow/numpy.py, histogram; docs/findings/keras_tensorflow_histogram_integers.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.bins != 5,
    )
    def edges_cut_off(self, torch: Any, x: Any, unit: Any) -> Any:
        edges = torch.trunc(torch.linspace(float(x.min()), float(x.max()), self.bins + 1))
        places = torch.bucketize(x.float(), edges[1:-1].contiguous(), right=True)
        counts = torch.bincount(places, minlength=self.bins)
        return unit[:-1] * counts.to(unit.dtype), unit * edges.to(unit.dtype)
