"""What depends on how numbers are kept: exponents, neighbours, nearness, bits, casts, kinds."""

import re
from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, named

EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-10}
KINDS = ("float32", "float16", "bfloat16", "int8", "uint8", "int16", "int32")


class Ldexp(Array):
    """x 2**e; ``far``: where 2**e alone is beyond float32, but the result is not."""

    far: bool = False
    variants = named(default={}, far={"far": True})
    without: ClassVar[dict[str, str]] = {
        "far-*16": "half precision has no number so small",
        "keras-tensorflow:far-float32": "2**e overflows first (docs/findings/keras_tensorflow_ldexp_range.py)",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(0.5, 2.0, size=(4, 5)) * rng.choice([-1.0, 1.0], size=(4, 5))
        e = rng.integers(130, 140, size=5) if self.far else rng.integers(-6, 7, size=5)
        return {"x": x * 2.0**-90 if self.far else x, "e": e.astype(np.int32)}

    def keras(self, keras: Any, x: Any, e: Any) -> Any:
        return keras.ops.ldexp(x, e)

    def torch(self, torch: Any, x: Any, e: Any) -> Any:
        return torch.ldexp(x, e).to(x.dtype)

    def reference(self, x: Any, e: Any) -> Any:
        return np.ldexp(x, e)

    @difference(
        replaces="torch",
        why="torch's gradient is 2**e in whole numbers: 0 where e is negative or beyond their range",
        source="https://github.com/pytorch/pytorch/issues/187460",
    )
    def power_of_floats(self, torch: Any, x: Any, e: Any) -> Any:
        return x * torch.exp2(e.to(x.dtype))


class Nextafter(Array):
    """How far the neighbour towards b is, in units of the dtype's epsilon: 1, -1 or, of a itself, 0; without gradients."""

    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:*32": "the neighbour in float64, rounded (docs/findings/keras_nextafter_dtype.py)",
        "keras-tensorflow:*16": "the neighbour in float64, rounded (docs/findings/keras_nextafter_dtype.py)",
        "keras-torch:*": "the neighbour in float64, rounded to float32 (docs/findings/keras_nextafter_dtype.py)",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a = rng.choice([1.25, 1.5, -1.75], size=(4, 5))
        return {"a": a, "b": a + rng.permuted(np.tile([-8.0, -1.0, 0.0, 1.0, 8.0], (4, 1)), axis=1)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        a, b = keras.ops.stop_gradient(a), keras.ops.stop_gradient(b)
        return (keras.ops.nextafter(a, b) - a) / EPSILON[keras.backend.standardize_dtype(a.dtype)]

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return (torch.nextafter(a.detach(), b.detach()) - a.detach()) / torch.finfo(a.dtype).eps

    def reference(self, a: Any, b: Any) -> Any:
        return np.sign(b - a)


class Isclose(Array):
    """Where |a - b| <= atol + rtol |b|, by default 1e-8 and 1e-5; NaN is near to none, or to NaN."""

    rtol: float = 0.25
    atol: float = 0.5
    equal_nan: bool = False
    variants = named(
        loose={},
        default={"rtol": 1e-5, "atol": 1e-8},
        relative={"atol": 0.0},
        absolute={"rtol": 0.0},
        equal_nan={"equal_nan": True},
    )
    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")
    without: ClassVar[dict[str, str]] = {"default-*16": "half precision has no numbers that lie so near"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.rtol == 1e-5:
            b = rng.choice([1.0, -2.0, 4.0], size=(2, 6))
            return {"a": b * (1 + np.array([0, 1, -1, 3, -3, 8]) * 2.0**-18), "b": b}
        a = np.array([2.0, 2.0, 3.0, 4.0, -4.0, -8.0, 0.25, 0.75, 0.0, 1.0, np.nan, np.nan])
        b = np.array([2.0, 3.0, 4.0, 3.0, -2.0, -6.0, 0.0, 0.0, -0.0, -1.0, np.nan, 1.0])
        order = rng.permutation(12)
        return {"a": a[order], "b": b[order]}

    def _options(self) -> dict[str, Any]:
        return {"rtol": self.rtol, "atol": self.atol, "equal_nan": self.equal_nan}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.isclose(a, b) if self.rtol == 1e-5 else keras.ops.isclose(a, b, **self._options())

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.isclose(a, b) if self.rtol == 1e-5 else torch.isclose(a, b, **self._options())

    def reference(self, a: Any, b: Any) -> Any:
        return np.isclose(a, b, **self._options())


class IscloseOfInfinities(Array):
    """An infinity is near to itself alone."""

    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a = np.array([np.inf, -np.inf, np.inf, np.inf, 1.0, -np.inf, 1.0, 2.0])
        b = np.array([np.inf, -np.inf, -np.inf, 1.0, np.inf, 1.0, 1.0, 1.0])
        order = rng.permutation(8)
        return {"a": a[order], "b": b[order]}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.isclose(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.isclose(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.isclose(a, b)

    @difference(
        replaces="torch",
        why="Keras on TensorFlow compares inf - inf, which is NaN, and lets the bound be infinite",
        source="keras/src/backend/tensorflow/numpy.py, isclose",
        sides=("keras-tensorflow",),
    )
    def bound_alone(self, torch: Any, a: Any, b: Any) -> Any:
        return (a - b).abs() <= 1e-8 + 1e-5 * b.abs()


class IscloseOfIntegers(Array):
    """Whole numbers are near by the same rule."""

    without: ClassVar[dict[str, str]] = {"*16": "torch multiplies rtol in its default dtype"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a = rng.integers(200_000, 300_000, size=(2, 4)).astype(np.int32)
        return {"a": a, "b": (a + np.array([0, 1, -1, 5])).astype(np.int32)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.isclose(a, b)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.isclose(a, b)

    def reference(self, a: Any, b: Any) -> Any:
        return np.isclose(a, b)

    @difference(
        replaces="torch",
        why="Keras on TensorFlow and torch asks whether whole numbers are equal, whatever the tolerances",
        source="keras/src/backend/tensorflow/numpy.py and keras/src/backend/torch/numpy.py, isclose",
        sides=("keras-tensorflow", "keras-torch"),
    )
    def equal(self, torch: Any, a: Any, b: Any) -> Any:
        return a == b


class Allclose(Array):
    """Whether all of an array are near: of rows that are, and rows where one number is not."""

    equal_nan: bool = False
    variants = named(default={}, equal_nan={"equal_nan": True})
    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        b = rng.choice([1.0, 2.0, 4.0], size=(6, 4))
        a = b.copy()
        a[1, rng.integers(4)] *= 1.125
        a[2] *= 1.5
        a[3, 1] = a[4, 2] = b[4, 2] = np.inf
        a[5, 0] = b[5, 0] = np.nan
        return {"a": a, "b": b}

    def _options(self) -> dict[str, Any]:
        return {"rtol": 0.25, "atol": 0.0, "equal_nan": self.equal_nan}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.stack([keras.ops.allclose(a[i], b[i], **self._options()) for i in range(6)])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.tensor([torch.allclose(a[i], b[i], **self._options()) for i in range(6)])

    def reference(self, a: Any, b: Any) -> Any:
        return np.array([np.allclose(a[i], b[i], **self._options()) for i in range(6)])


class SaturateCast(Array):
    """Kept within the range of the new dtype, rounded towards 0 if that is of whole numbers."""

    dtype: str = "uint8"
    variants = named(default={}, int8={"dtype": "int8"}, int16={"dtype": "int16"}, int32={"dtype": "int32"})
    fixed = ("x",)
    vanishing = ("grad x",)
    without: ClassVar[dict[str, str]] = {
        "*-float16": "bounds beyond its range",
        **{
            f"keras-{name}:{which}": "its upper bound is out of range (docs/findings/keras_saturate_cast_bound.py)"
            for name in ("tensorflow", "torch")
            for which in ("int32-float32", "int*-bfloat16")
        },
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        low, high = np.iinfo(self.dtype).min, np.iinfo(self.dtype).max
        x = np.array([1.5 * low - 1, 1.5 * high + 1, 0.5, -0.5, 3.75, 17.0, -17.0, np.inf, -np.inf, high / 2])
        return {"x": rng.permutation(x)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.saturate_cast(x, self.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        kind = getattr(torch, self.dtype)
        return x.to(torch.float64).clamp(torch.iinfo(kind).min, torch.iinfo(kind).max).to(kind)

    def reference(self, x: Any) -> Any:
        return np.clip(x, np.iinfo(self.dtype).min, np.iinfo(self.dtype).max).astype(self.dtype)


class View(Array):
    """The same bits as numbers of another dtype: narrower, wider or as wide."""

    source: str = "int32"
    dtype: str = "uint8"
    variants = named(
        default={},
        wider={"source": "uint8", "dtype": "int32"},
        bits={"source": "float32", "dtype": "int32"},
        half={"source": "float32", "dtype": "uint16"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.source == "uint8":
            return {"x": rng.integers(0, 256, size=(2, 3, 8)).astype(np.uint8)}
        return {"x": rng.integers(2**28, 2**30, size=(2, 3, 4)).astype(np.int32)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.view(keras.ops.cast(x, self.source), self.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        return x.to(getattr(torch, self.source)).view(getattr(torch, self.dtype))

    def reference(self, x: Any) -> Any:
        return x.astype(self.source).view(self.dtype)


class Dtype(Array):
    """The width in bits that the name of each dtype tells; of whole numbers with a minus."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(0, 9, size=3).astype(np.int32)}

    def keras(self, keras: Any, x: Any) -> Any:
        names = [keras.ops.dtype(keras.ops.cast(x, kind)) for kind in KINDS]
        return np.array([int(re.sub(r"b?float|u?int", "-" if "int" in name else "", name)) for name in names])

    def torch(self, torch: Any, x: Any) -> Any:
        made = [x.to(getattr(torch, kind)) for kind in KINDS]
        return torch.tensor([8 * y.itemsize * (1 if y.is_floating_point() else -1) for y in made])

    def reference(self, x: Any) -> Any:
        return np.array([32, 16, 16, -8, -8, -16, -32])


class IsTensor(Array):
    """A tensor of the backend is one; arrays of NumPy, lists and numbers are none."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(0, 9, size=3).astype(np.int32)}

    def keras(self, keras: Any, x: Any) -> Any:
        return np.array([keras.ops.is_tensor(value) for value in (x, x[0], np.ones(3), [1.0], 1.0, None)])

    def torch(self, torch: Any, x: Any) -> Any:
        return np.array([torch.is_tensor(value) for value in (x, x[0], np.ones(3), [1.0], 1.0, None)])

    def reference(self, x: Any) -> Any:
        return np.array([True, True, False, False, False, False])
