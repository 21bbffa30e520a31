"""Operations of integers: remainders, divisors, bits, shifts. All exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Elementwise, Whole
from pytest_fwparity import grid


class Shifted(Whole, abstract=True):
    """Numbers of either sign, shifted by 0 to 7 bits."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a, b = rng.integers(-100, 100, size=(4, 5)), rng.integers(0, 8, size=5)
        return {"a": a.astype(np.int32), "b": b.astype(np.int32)}


class Divided(Whole, abstract=True):
    """Numbers of either sign, the second never 0."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        return {**made, "b": np.where(made["b"] == 0, 7, made["b"]).astype(np.int32)}


class Gcd(Whole):
    """Greatest common divisor."""

    def reference(self, a: Any, b: Any) -> Any:
        return np.gcd(a, b)


class Lcm(Whole):
    """Least common multiple."""

    low, high = 1, 20

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


class BitwiseLeftShift(Shifted):
    """a shifted left by b bits."""

    keras_name = "bitwise_left_shift"
    torch_name = "bitwise_left_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class BitwiseRightShift(Shifted):
    """a shifted right by b bits."""

    keras_name = "bitwise_right_shift"
    torch_name = "bitwise_right_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a >> b


class LeftShift(Shifted):
    """a shifted left by b bits, under its other name."""

    keras_name = "left_shift"
    torch_name = "bitwise_left_shift"

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class RightShift(Shifted):
    """a shifted right by b bits, under its other name."""

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
