"""Conditions, loops and maps."""

from typing import Any

from conformance_cases.ops._arrays import Array


class Cond(Array):
    """One of two functions."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.cond(keras.ops.sum(x) > -1e6, lambda: x * 2, lambda: x * 3)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * 2 if x.sum() > -1e6 else x * 3

    def reference(self, x: Any) -> Any:
        return x * 2


class Switch(Array):
    """One of several functions, by number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.switch(1, [lambda v: v, lambda v: v * v], x)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * x

    def reference(self, x: Any) -> Any:
        return x * x


class WhileLoop(Array):
    """Again while a condition holds."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 1.5), (0, x))[1]

    def torch(self, torch: Any, x: Any) -> Any:
        return x * 1.5 * 1.5 * 1.5

    def reference(self, x: Any) -> Any:
        return x * 1.5**3


class ForiLoop(Array):
    """Again a number of times."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.fori_loop(0, 3, lambda i, v: v * 1.5, x)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * 1.5 * 1.5 * 1.5

    def reference(self, x: Any) -> Any:
        return x * 1.5**3


class Map(Array):
    """A function of each entry."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.map(lambda v: v * v, x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.stack([v * v for v in x])

    def reference(self, x: Any) -> Any:
        return x * x


class VectorizedMap(Array):
    """A function of each entry, all at once."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.vectorized_map(lambda v: v * v, x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.vmap(lambda v: v * v)(x)

    def reference(self, x: Any) -> Any:
        return x * x


class Scan(Array):
    """A carry taken along."""

    outputs = ("carry", "steps")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.scan(lambda c, v: (c + v, c * v), x[0], x)

    def torch(self, torch: Any, x: Any) -> Any:
        return _scanned(torch, x)


class StopGradient(Array):
    """No slope goes through."""

    checks = ("agree", "repeat")

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.stop_gradient(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * x.detach()

    def reference(self, x: Any) -> Any:
        return x * x


def _scanned(torch: Any, x: Any) -> tuple[Any, Any]:
    carry, steps = x[0], []
    for v in x:
        steps.append(carry * v)
        carry = carry + v
    return carry, torch.stack(steps)
