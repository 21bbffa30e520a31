"""What depends on how numbers are kept: exponents, neighbours, bits, casts, kinds."""

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
    """How far the neighbour towards b is, in units of the dtype's epsilon: 1, -1 or, of a itself, 0; without gradients.

    ``wide``: in float64 whatever the dtype, where the backend has it.
    """

    wide: bool = False
    variants = named(default={}, wide={"wide": True})
    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")
    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:default-*32": "the neighbour in float64, rounded (docs/findings/keras_nextafter_dtype.py)",
        "keras-tensorflow:default-*16": "the neighbour in float64, rounded (docs/findings/keras_nextafter_dtype.py)",
        "keras-torch:*": "the neighbour in float64, rounded to float32 (docs/findings/keras_nextafter_dtype.py)",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a = rng.choice([1.25, 1.5, -1.75], size=(4, 5))
        return {"a": a, "b": a + rng.permuted(np.tile([-8.0, -1.0, 0.0, 1.0, 8.0], (4, 1)), axis=1)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        a, b = keras.ops.stop_gradient(a), keras.ops.stop_gradient(b)
        if self.wide:
            a, b = keras.ops.cast(a, "float64"), keras.ops.cast(b, "float64")
        step = (keras.ops.nextafter(a, b) - a) / EPSILON[keras.backend.standardize_dtype(a.dtype)]
        return keras.ops.cast(step, "int32")

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        a, b = (a.double(), b.double()) if self.wide else (a.detach(), b.detach())
        return ((torch.nextafter(a, b) - a) / torch.finfo(a.dtype).eps).to(torch.int32)

    def reference(self, a: Any, b: Any) -> Any:
        return np.sign(b - a).astype(np.int32)


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
        return np.array([int(name.strip("abcdefilnotu")) * (-1 if "int" in name else 1) for name in names])

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
