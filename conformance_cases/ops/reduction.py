"""Reductions."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, grid


class Sum(FunctionCase):
    """A sum of a million values is as exact as one of ten: both frameworks add in blocks."""

    count: int = 12
    variants = grid(count=[12, 1_000_000])
    outputs = ("total", "mean_square")
    quick = ("default",)
    without = {"count=1000000-*16": "a million values add up beyond float16, and their slopes round to one number"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(0.5, 1.0, size=self.count)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sum(x), keras.ops.mean(keras.ops.square(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return x.sum(), x.square().mean()

    def reference(self, x: Any) -> Any:
        return x.sum(), np.square(x).mean()
