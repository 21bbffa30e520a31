"""Operations of integers: remainders, divisors, bits, shifts. All exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Elementwise, Whole
from pytest_fwparity import difference, grid, named


class Divided(Whole, abstract=True):
    """Numbers of either sign, none that divides 0."""

    others = (1, -1, 3, -3, 2**31 - 1)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        made["b"] = np.where(made["b"] == 0, 7, made["b"])
        if self.form == "broadcast":  # there a divides b, too
            made["a"] = np.where(made["a"] == 0, -7, made["a"])
        return {name: value.astype(self.dtype) for name, value in made.items()}


class Gcd(Whole):
    """Greatest common divisor."""

    points = (0, 1, -1, 7, -8, 12, 2**31 - 1)
    others = points

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        made["a"][0, 0], made["b"][0] = 12, 18
        return made

    def reference(self, a: Any, b: Any) -> Any:
        return np.gcd(a, b)


class Lcm(Whole):
    """Least common multiple."""

    low, high = 1, 20
    top = 12
    points = (0, 1, -1, 7, -8, 12, 2**15)
    others = points

    def reference(self, a: Any, b: Any) -> Any:
        return np.lcm(a, b)


class BitwiseAnd(Whole):
    """Bits of both."""

    keras_name = "bitwise_and"
    torch_name = "bitwise_and"

    def reference(self, a: Any, b: Any) -> Any:
        return a & b


class BitwiseOr(Whole):
    """Bits of either."""

    keras_name = "bitwise_or"
    torch_name = "bitwise_or"

    def reference(self, a: Any, b: Any) -> Any:
        return a | b


class BitwiseXor(Whole):
    """Bits of one alone."""

    keras_name = "bitwise_xor"
    torch_name = "bitwise_xor"

    def reference(self, a: Any, b: Any) -> Any:
        return a ^ b


class Shift(Whole, abstract=True):
    """Numbers of either sign shifted by 0 to 7 bits, the extremes by up to 31."""

    low, high = 0, 8
    others = (0, 1, 7, 30, 31)
    variants = named(default={}, extremes={"form": "extremes"}, unsigned={"dtype": "uint8"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        sign = 1 if self.dtype == "uint8" else rng.choice([-1, 1], size=(4, 5))
        return {**super().inputs(rng), "a": (sign * rng.integers(100, 200, size=(4, 5))).astype(self.dtype)}


class BitwiseLeftShift(Shift):
    """a shifted left by b bits."""

    keras_name = "bitwise_left_shift"
    torch_name = "bitwise_left_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class BitwiseRightShift(Shift):
    """a shifted right by b bits."""

    keras_name = "bitwise_right_shift"
    torch_name = "bitwise_right_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a >> b


class LeftShift(Shift):
    """a shifted left by b bits, under its other name."""

    variants = named(default={})
    keras_name = "left_shift"
    torch_name = "bitwise_left_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class RightShift(Shift):
    """a shifted right by b bits, under its other name."""

    variants = named(default={})
    keras_name = "right_shift"
    torch_name = "bitwise_right_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a >> b


class FloorDivide(Divided):
    """a / b rounded down."""

    keras_name = "floor_divide"
    torch_name = "floor_divide"

    def reference(self, a: Any, b: Any) -> Any:
        return a // b


class Mod(Divided):
    """What a / b leaves, with the sign of b."""

    torch_name = "remainder"

    def reference(self, a: Any, b: Any) -> Any:
        return np.mod(a, b)


class FmodOfIntegers(Divided):
    """What a / b leaves, with the sign of a."""

    keras_name = "fmod"
    torch_name = "fmod"

    def reference(self, a: Any, b: Any) -> Any:
        return np.fmod(a, b)

    @difference(
        replaces="torch",
        why="Keras takes the magnitude of a first, and the least number of a dtype has none",
        source="keras/src/backend/tensorflow/numpy.py, fmod; docs/findings/keras_tensorflow_fmod_least.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.form == "extremes",
    )
    def by_the_magnitudes(self, torch: Any, a: Any, b: Any) -> Any:
        return self.asked(torch, torch.tensor, lambda a, b: a.sign() * torch.remainder(a.abs(), b.abs()), a, b)


class BitwiseNot(Elementwise):
    """Every bit turned, of numbers with a sign and without."""

    dtype: str = "int32"
    variants = grid(dtype=["int32", "uint8"])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(-100 if self.dtype[0] == "i" else 0, 100, size=(4, 5)).astype(self.dtype)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.bitwise_not(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.bitwise_not(x)

    def reference(self, x: Any) -> Any:
        return np.bitwise_not(x)


class BitwiseInvert(BitwiseNot):
    """The same under its other name."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.bitwise_invert(x)
