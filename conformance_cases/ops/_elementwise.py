"""Operations of one, two or no floating array, element by element, looked up by name on both sides."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, named


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


class Formed(Elementwise, abstract=True):
    """A function of floats; ``form`` is what it is asked of beside plain arrays.

    ``special`` asks for values, not for slopes, at ``points`` and ``further``: each value and 1 over it, which tells zeros
    by their signs.
    """

    low, high, away = -2.0, 2.0, 0.0
    points: ClassVar[tuple[float, ...]] = (np.inf, -np.inf, np.nan, 0.0, -0.0)
    further: ClassVar[tuple[float, ...]] = (128.0, -128.0)
    form: str = "plain"
    quick = ("default",)

    def drawn(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Any:
        """Values between ``low`` and ``high``, never nearer to 0 than ``away``."""
        value = rng.uniform(max(self.low, self.away) if self.away else self.low, self.high, size=shape)
        return value * rng.choice([-1.0, 1.0], size=shape) if self.away and self.low < 0 else value


class Unary(Formed, abstract=True):
    """f(x); ``shapes``: of a scalar, of no element, of a transposed array and of rank 5."""

    variants = named(default={}, shapes={"form": "shapes"}, special={"form": "special"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.drawn(rng, (4, 5))}

    def keras(self, keras: Any, x: Any) -> Any:
        return self.asked(keras.ops, keras.ops.array, self.on_keras(keras), x)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, torch.tensor, self.on_torch(torch), x)

    def asked(self, ops: Any, array: Any, f: Any, x: Any) -> Any:
        """``f`` in the form of this variant."""
        if self.form == "shapes":
            turned, deep = ops.swapaxes(x, 0, 1), ops.reshape(x, (1, 2, 2, 1, 5))
            return {"y": f(x), "scalar": f(ops.abs(x[1, 2])), "none": f(x[:0]), "turned": f(turned), "deep": f(deep)}
        if self.form == "special":
            values = f(array(self.points + self.further, dtype=x.dtype))
            return {"y": f(x), "special": ops.stack([values, 1 / values])}
        return f(x)


class Binary(Formed, abstract=True):
    """f(a, b), the second broadcast over the first's rows; ``broadcast``: the first, both, a scalar, and no element."""

    variants = named(default={}, broadcast={"form": "broadcast"}, special={"form": "special"})
    further: ClassVar[tuple[float, ...]] = (1.5, -128.0)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"a": self.drawn(rng, (4, 5)), "b": self.drawn(rng, (5,))}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return self.asked(keras.ops, keras.ops.array, self.on_keras(keras), a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return self.asked(torch, torch.tensor, self.on_torch(torch), a, b)

    def asked(self, ops: Any, array: Any, f: Any, a: Any, b: Any) -> Any:
        """``f`` in the form of this variant; ``special``: of every pair of points."""
        if self.form == "broadcast":
            both = f(a[:, None, :1], ops.reshape(b, (1, 5, 1)))
            return {"y": f(a, b), "first": f(b, a), "both": both, "scalar": f(a, b[2]), "none": f(a[:0], b)}
        if self.form == "special":
            points = array(self.points + self.further, dtype=a.dtype)
            values = f(points[:, None], points)
            return {"y": f(a, b), "special": ops.stack([values, 1 / values])}
        return f(a, b)


class Whole(Elementwise, abstract=True):
    """f(a, b) of integers; ``extremes``: of every pair of ``points`` and ``others``; ``unsigned``: up to ``top``."""

    low, high, top = -20, 20, 200
    middle = 3
    points: ClassVar[tuple[float, ...]] = (0, 1, -1, 7, -8, 2**31 - 1, -(2**31))
    others: ClassVar[tuple[float, ...]] = points
    form: str = "plain"
    dtype: str = "int32"
    variants = named(
        default={}, broadcast={"form": "broadcast"}, extremes={"form": "extremes"}, unsigned={"dtype": "uint8"}
    )
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        low, high = (max(self.low, 1), self.top) if self.dtype[0] == "u" else (self.low, self.high)
        b = rng.integers(low, self.high, size=5)
        if self.form == "broadcast":
            b[self.middle] = 6
        return {"a": rng.integers(low, high, size=(4, 5)).astype(self.dtype), "b": b.astype(self.dtype)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return self.asked(keras.ops, keras.ops.array, self.on_keras(keras), a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return self.asked(torch, torch.tensor, self.on_torch(torch), a, b)

    def asked(self, ops: Any, array: Any, f: Any, a: Any, b: Any) -> Any:
        """``f`` in the form of this variant."""
        if self.form == "broadcast":
            both = f(a[:, None, :1], ops.reshape(b, (1, 5, 1)))
            return {"y": f(a, b), "first": f(b, a), "both": both, "scalar": f(a, b[self.middle]), "none": f(a[:0], b)}
        if self.form == "extremes":
            points, others = (array(values, dtype=a.dtype) for values in (self.points, self.others))
            return {"y": f(a, b), "extremes": f(points[:, None], others)}
        return f(a, b)


class Compared(Whole, abstract=True):
    """Whole numbers where every relation and every pair of truths occurs; ``special``: not finite ones, zeros of both signs.

    There whole numbers are also laid beside such as are not.
    """

    points = (np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0)
    variants = named(default={}, broadcast={"form": "broadcast"}, special={"form": "special"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        b = np.array([0, 1, 0, 1, 2], np.int32)
        a = np.stack([b, b + 1, b - 1, np.zeros(5, np.int32), rng.integers(0, 3, size=5).astype(np.int32)])
        return {"a": a.astype(np.int32), "b": b}

    def asked(self, ops: Any, array: Any, f: Any, a: Any, b: Any) -> Any:
        if self.form == "special":
            points, mixed = array(self.points), array((0.0, 1.0, 0.5, np.nan, -1.5))
            return {"y": f(a, b), "special": f(points[:, None], points), "mixed": f(a, mixed)}
        return super().asked(ops, array, f, a, b)


class Stepped(Unary, abstract=True):
    """A step function: flat where it is defined, so that its gradient is zero; halves are among the points."""

    low, high = -3.0, 3.0
    vanishing = ("grad x",)
    further = (0.25, -0.25, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 128.0, -128.0)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        whole = rng.integers(-3, 3, size=(4, 5))
        x = whole + rng.uniform(0.1, 0.4, size=(4, 5)) * rng.choice([1.0, 2.0], size=(4, 5))
        x[1, 2] = 1.3 if self.form == "shapes" else x[1, 2]
        return {"x": x}


class Special(Elementwise, abstract=True):
    """Infinities, NaN, zeros of both signs and plain numbers: booleans, exact; ``shapes``: a scalar, no element, rank 5."""

    fixed = ("x",)
    vanishing = ("grad x",)
    form: str = "plain"
    variants = named(default={}, shapes={"form": "shapes"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -2.5, 3.0, np.nan, -np.inf])
        return {"x": rng.permutation(x).reshape(2, 5)}

    def keras(self, keras: Any, x: Any) -> Any:
        return self.asked(keras.ops, self.on_keras(keras), x)

    def torch(self, torch: Any, x: Any) -> Any:
        return self.asked(torch, self.on_torch(torch), x)

    def asked(self, ops: Any, f: Any, x: Any) -> Any:
        """``f`` in the form of this variant."""
        if self.form == "shapes":
            return {"y": f(x), "scalar": f(x[1, 2]), "none": f(x[:0]), "deep": f(ops.reshape(x, (1, 5, 2, 1, 1)))}
        return f(x)
