"""Conditions, loops and maps."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import named


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

    def reference(self, x: Any) -> Any:
        carries = x[0] + np.concatenate([0 * x[:1], np.cumsum(x, 0)])
        return carries[-1], carries[:-1] * x


class StopGradient(Array):
    """No slope goes through."""

    checks = ("agree", "repeat")

    def keras(self, keras: Any, x: Any) -> Any:
        return x * keras.ops.stop_gradient(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return x * x.detach()

    def reference(self, x: Any) -> Any:
        return x * x


class Jvp(Array):
    """A function and its slope along a direction, without a backward pass."""

    checks = ("agree", "repeat")
    outputs = ("value", "slope")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {name: rng.normal(size=(2, 3)) for name in ("a", "b", "da", "db")}

    def keras(self, keras: Any, a: Any, b: Any, da: Any, db: Any) -> Any:
        return keras.ops.jvp(lambda u, v: keras.ops.sin(u) * v * v, (a, b), (da, db))

    def torch(self, torch: Any, a: Any, b: Any, da: Any, db: Any) -> Any:
        return torch.func.jvp(lambda u, v: torch.sin(u) * v * v, (a, b), (da, db))

    def reference(self, a: Any, b: Any, da: Any, db: Any) -> Any:
        return np.sin(a) * b * b, np.cos(a) * b * b * da + 2 * np.sin(a) * b * db


class Vectorize(Array):
    """A function of numbers, or of rows by its signature, over all other axes."""

    signature: str | None = None
    without = {"keras-tensorflow:*": "Keras raises there: Not supported with `vectorize()` with the TensorFlow backend"}
    variants = named(default={}, rows={"signature": "(n),(n)->()"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"a": rng.normal(size=(2, 3, 4)), "b": rng.normal(size=(3, 4))}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        one = keras.ops.vectorize(lambda u, v: keras.ops.sum(u * v * v), signature=self.signature)
        return one(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return (a * b * b).sum(-1) if self.signature else a * b * b

    def reference(self, a: Any, b: Any) -> Any:
        return (a * b * b).sum(-1) if self.signature else a * b * b


def _scanned(torch: Any, x: Any) -> tuple[Any, Any]:
    carry, steps = x[0], []
    for v in x:
        steps.append(carry * v)
        carry = carry + v
    return carry, torch.stack(steps)
