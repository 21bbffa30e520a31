"""Rows of evenly spaced numbers, and grids of rows."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Row
from pytest_fwparity import grid, named

_RANGES = {
    "up": (0, 4, 1),
    "stop_alone": (4, None, None),
    "steps": (-1, 7, 2),
    "down": (7, -1, -2),
    "fractions": (-0.5, 1.4, 0.5),
    "to_the_end": (0.0, 2.0, 0.5),
}


class Arange(Row):
    """Numbers from a start up to, never at, a stop; in a dtype that is asked for, or integers of integers."""

    numbers: str = "up"
    dtype: str = "same"
    variants = grid(numbers=list(_RANGES)) | grid(numbers=["up", "down", "stop_alone"], dtype=["int32"])

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.ops.arange(*_RANGES[self.numbers], dtype=x.dtype if self.dtype == "same" else self.dtype)
        return x * (1 + keras.ops.cast(made, x.dtype))

    def torch(self, torch: Any, x: Any) -> Any:
        numbers = [n for n in _RANGES[self.numbers] if n is not None]
        return x * (1 + torch.arange(*numbers, dtype=x.dtype if self.dtype == "same" else torch.int32).to(x.dtype))

    def reference(self, x: Any) -> Any:
        return x * (1 + np.arange(*(n for n in _RANGES[self.numbers] if n is not None)))


class Linspace(Array):
    """start + (stop - start) i / (num - 1), or i / num without the end."""

    num: int = 5
    endpoint: bool = True
    axis: int = 0
    variants = grid(num=[5, 1, 2], endpoint=[True, False]) | grid(axis=[-1, 1], endpoint=[True, False])
    outputs = ("row", "step")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"start": rng.uniform(-2.0, -1.0, size=(2, 3)), "stop": rng.uniform(1.0, 2.0, size=(2, 3))}

    def keras(self, keras: Any, start: Any, stop: Any) -> Any:
        made = keras.ops.linspace(start, stop, self.num, endpoint=self.endpoint, dtype=start.dtype, axis=self.axis)
        _, step = keras.ops.linspace(0.0, 3.0, 5, endpoint=self.endpoint, retstep=True, dtype=start.dtype)
        return made, (start + 2 * stop) * keras.ops.cast(step, start.dtype)

    def torch(self, torch: Any, start: Any, stop: Any) -> Any:
        step = (stop - start) / max(self.num - self.endpoint, 1)
        rows = torch.stack([start + step * i for i in range(self.num)], self.axis)
        return rows, (start + 2 * stop) * (3.0 / (5 - self.endpoint))

    def reference(self, start: Any, stop: Any) -> Any:
        rows = np.linspace(start, stop, self.num, endpoint=self.endpoint, axis=self.axis)
        return rows, (start + 2 * stop) * (3.0 / (5 - self.endpoint))


class Geomspace(Row):
    """start (stop / start)^(i / (num - 1)), or i / num without the end."""

    first: float = 1.0
    last: float = 1000.0
    num: int = 4
    endpoint: bool = True
    variants = grid(num=[4, 1], endpoint=[True, False]) | named(
        falling={"first": 8.0, "last": 0.5}, negative={"first": -2.0, "last": -32.0}
    )

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.ops.geomspace(self.first, self.last, self.num, self.endpoint, dtype=x.dtype)
        return x * keras.ops.cast(made, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        share = torch.arange(self.num, dtype=x.dtype) / max(self.num - self.endpoint, 1)
        return x * (self.first * torch.pow(torch.tensor(self.last / self.first, dtype=x.dtype), share))

    def reference(self, x: Any) -> Any:
        return x * np.geomspace(self.first, self.last, self.num, self.endpoint)


class Meshgrid(Array):
    """Each row stretched over the lengths of the others, the first two axes swapped or not."""

    indexing: str = "xy"
    rows: int = 3
    variants = grid(indexing=["xy", "ij"], rows=[3, 2])
    outputs = ("all",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {name: rng.normal(size=size) for name, size in (("a", 4), ("b", 5), ("c", 3))[: self.rows]}

    def keras(self, keras: Any, **rows: Any) -> Any:
        return keras.ops.stack(keras.ops.meshgrid(*(rows[name] for name in sorted(rows)), indexing=self.indexing))

    def torch(self, torch: Any, **rows: Any) -> Any:
        return torch.stack(torch.meshgrid(*(rows[name] for name in sorted(rows)), indexing=self.indexing))

    def reference(self, **rows: Any) -> Any:
        indexing: Any = self.indexing
        return np.stack(np.meshgrid(*(rows[name] for name in sorted(rows)), indexing=indexing))
