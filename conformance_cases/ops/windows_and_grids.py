"""Arrays made from numbers alone, and the area under a row."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Row
from pytest_fwparity import distinct, grid, named


class Logspace(Row):
    """Powers of a base at even exponents, with or without the last."""

    count: int = 5
    base: float = 10.0
    endpoint: bool = True
    variants = grid(endpoint=[True, False], base=[10.0, 2.0]) | named(one={"count": 1})

    def keras(self, keras: Any, x: Any) -> Any:
        made = keras.ops.logspace(0, 2, self.count, self.endpoint, self.base)
        return x[0] * keras.ops.cast(made, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        stop = 2 if self.endpoint else 2 - 2 / self.count
        return x[0] * torch.logspace(0, stop, self.count, self.base, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x[0] * np.logspace(0, 2, self.count, self.endpoint, self.base)


class Zeros(Row):
    """Zeros."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x + keras.ops.zeros((2, 4), x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x + torch.zeros((2, 4), dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x + np.zeros((2, 4))


class Full(Row):
    """One value."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.full((2, 4), 3.0, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * torch.full((2, 4), 3.0, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x * np.full((2, 4), 3.0)


class IdentityMatrix(Row):
    """Ones on the diagonal."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.identity(4, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * torch.eye(4, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x * np.identity(4)


class Tri(Row):
    """Ones on and below a diagonal."""

    rows: int = 4
    k: int = 1
    variants = grid(rows=[4, 2], k=[1, 0, -1])

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.tri(self.rows, 4, self.k, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * torch.tril(torch.ones((self.rows, 4), dtype=x.dtype), self.k)

    def reference(self, x: Any) -> Any:
        return x * np.tri(self.rows, 4, self.k)


class Trapezoid(Row):
    """The area under straight lines, whose ends are even or not."""

    axis: int = -1
    uneven: bool = False
    rank: int = 1
    variants = named(
        default={},
        uneven={"uneven": True},
        rows={"rank": 2},
        columns={"rank": 2, "axis": 0},
        columns_uneven={"rank": 2, "axis": 0, "uneven": True},
        negative={"rank": 2, "axis": -2},
    )
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:negative-*": "negative axes but -1 raise; docs/findings/keras_tensorflow_trapezoid_axis.py"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": 2 + distinct(rng, (4,) if self.rank == 1 else (4, 3))}

    def keras(self, keras: Any, x: Any) -> Any:
        places = keras.ops.array(self.places(x), dtype=x.dtype) if self.uneven else None
        return keras.ops.trapezoid(x, places, dx=0.5, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.uneven:
            return torch.trapezoid(x, torch.tensor(self.places(x), dtype=x.dtype), dim=self.axis)
        return torch.trapezoid(x, dx=0.5, dim=self.axis)

    def reference(self, x: Any) -> Any:
        return np.trapezoid(x, self.places(x) if self.uneven else None, 0.5, self.axis)

    def places(self, x: Any) -> Any:
        """Where the ends are: for each, or for each of every column."""
        row = [0.0, 0.5, 2.0, 2.25]
        return row if self.rank == 1 else [[place * factor for factor in (1.0, 2.0, -1.0)] for place in row]


class Vander(Row):
    """Powers of each element, falling or rising; torch.vander itself cannot be differentiated."""

    count: int | None = 3
    increasing: bool = False
    variants = grid(count=[3, None], increasing=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.vander(x, self.count, self.increasing)

    def torch(self, torch: Any, x: Any) -> Any:
        powers = [x**power for power in range(self.count or 4)]
        return torch.stack(powers if self.increasing else powers[::-1], -1)

    def reference(self, x: Any) -> Any:
        return np.vander(x, self.count, self.increasing)
