"""Operations of one, two or no floating array, element by element, looked up by name on both sides."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase


class Elementwise(FunctionCase, abstract=True):
    """Names are those of the class in small letters unless a case says otherwise."""

    level = "standard"
    speed = None
    keras_name = ""
    torch_name = ""

    def on_keras(self, keras: Any) -> Any:
        return getattr(keras.ops, self.keras_name or type(self).__name__.lower())

    def on_torch(self, torch: Any) -> Any:
        found = torch
        for part in (self.torch_name or type(self).__name__.lower()).split("."):
            found = getattr(found, part)
        return found


class Unary(Elementwise, abstract=True):
    """f(x) for x drawn between ``low`` and ``high``, and never nearer to 0 than ``away``."""

    low, high, away = -2.0, 2.0, 0.0

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(max(self.low, self.away) if self.away else self.low, self.high, size=(4, 5))
        if self.away and self.low < 0:
            x = x * rng.choice([-1.0, 1.0], size=x.shape)
        return {"x": x}

    def keras(self, keras: Any, x: Any) -> Any:
        return self.on_keras(keras)(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.on_torch(torch)(x)


class Binary(Elementwise, abstract=True):
    """f(a, b), the second broadcast over the first's rows; both drawn like those of :class:`Unary`."""

    low, high, away = -2.0, 2.0, 0.0

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {}
        for name, shape in (("a", (4, 5)), ("b", (5,))):
            value = rng.uniform(max(self.low, self.away) if self.away else self.low, self.high, size=shape)
            made[name] = value * rng.choice([-1.0, 1.0], size=shape) if self.away and self.low < 0 else value
        return made

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return self.on_keras(keras)(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return self.on_torch(torch)(a, b)


class Whole(Elementwise, abstract=True):
    """f(a, b) of integers."""

    low, high = -20, 20

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "a": rng.integers(self.low, self.high, size=(4, 5)).astype(np.int32),
            "b": rng.integers(self.low, self.high, size=5).astype(np.int32),
        }

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return self.on_keras(keras)(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return self.on_torch(torch)(a, b)


class Compared(Whole, abstract=True):
    """Whole numbers where every relation and every pair of truths occurs."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        b = np.array([0, 1, 0, 1, 2], np.int32)
        a = np.stack([b, b + 1, b - 1, np.zeros(5, np.int32), rng.integers(0, 3, size=5).astype(np.int32)])
        return {"a": a.astype(np.int32), "b": b}


class Stepped(Unary, abstract=True):
    """A step function: flat where it is defined, so that its gradient is zero."""

    low, high = -3.0, 3.0
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        whole = rng.integers(-3, 3, size=(4, 5))
        return {"x": whole + rng.uniform(0.1, 0.4, size=(4, 5)) * rng.choice([1.0, 2.0], size=(4, 5))}


class Special(Elementwise, abstract=True):
    """Infinities, NaN, zeros of both signs and plain numbers: booleans, exact."""

    fixed = ("x",)
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -2.5, 3.0, np.nan, -np.inf])
        return {"x": rng.permutation(x).reshape(2, 5)}

    def keras(self, keras: Any, x: Any) -> Any:
        return self.on_keras(keras)(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.on_torch(torch)(x)
