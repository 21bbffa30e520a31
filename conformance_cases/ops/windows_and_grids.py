"""Arrays made from numbers alone, and the area under a row."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Row


class Logspace(Row):
    """Powers of ten at even exponents."""

    def keras(self, keras: Any, x: Any) -> Any:
        return x[0] * keras.ops.cast(keras.ops.logspace(0, 2, 5), x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x[0] * torch.logspace(0, 2, 5, dtype=x.dtype)

    def reference(self, x: Any) -> Any:
        return x[0] * np.logspace(0, 2, 5)


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

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.tri(4, 4, 1, x.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * torch.tril(torch.ones((4, 4), dtype=x.dtype), 1)

    def reference(self, x: Any) -> Any:
        return x * np.tri(4, 4, 1)


class Trapezoid(Row):
    """The area under straight lines."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(0.5, 2.0, size=6)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.trapezoid(x, dx=0.5)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.trapezoid(x, dx=0.5)

    def reference(self, x: Any) -> Any:
        return np.trapezoid(x, dx=0.5)


class Vander(Row):
    """Powers of each element; torch.vander itself cannot be differentiated."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.vander(x, 3)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.stack([x**2, x, torch.ones_like(x)], -1)

    def reference(self, x: Any) -> Any:
        return np.vander(x, 3)
