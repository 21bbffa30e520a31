"""Whether numbers are near to each other: booleans, exact."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, named


class Isclose(Array):
    """Where |a - b| <= atol + rtol |b|, by default 1e-8 and 1e-5; NaN is near to none, or to NaN."""

    rtol: float = 0.25
    atol: float = 0.5
    equal_nan: bool = False
    #: neither is given to the functions, whose defaults both are 1e-5 and 1e-8
    by_default: bool = False
    variants = named(
        loose={},
        default={"rtol": 1e-5, "atol": 1e-8, "by_default": True},
        relative={"atol": 0.0},
        absolute={"rtol": 0.0},
        equal_nan={"equal_nan": True},
    )
    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")
    without: ClassVar[dict[str, str]] = {"default-*16": "half precision has no numbers that lie so near"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.by_default:
            b = rng.choice([1.0, -2.0, 4.0], size=(2, 6))
            return {"a": b * (1 + np.array([0, 1, -1, 3, -3, 8]) * 2.0**-18), "b": b}
        a = np.array([2.0, 2.0, 3.0, 4.0, -4.0, -8.0, 0.25, 0.75, 0.0, 1.0, np.nan, np.nan])
        b = np.array([2.0, 3.0, 4.0, 3.0, -2.0, -6.0, 0.0, 0.0, -0.0, -1.0, np.nan, 1.0])
        order = rng.permutation(12)
        return {"a": a[order], "b": b[order]}

    def _options(self) -> dict[str, Any]:
        return {"rtol": self.rtol, "atol": self.atol, "equal_nan": self.equal_nan}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.isclose(a, b) if self.by_default else keras.ops.isclose(a, b, **self._options())

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.isclose(a, b) if self.by_default else torch.isclose(a, b, **self._options())

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
