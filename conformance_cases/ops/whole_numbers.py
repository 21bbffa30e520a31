"""Operations of integers: remainders, divisors, bits, shifts. All exact."""

from typing import Any

import numpy as np

from conformance_cases.ops._elementwise import Whole


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


class BitwiseLeftShift(Whole):
    """a shifted left by b bits."""

    keras_name = "bitwise_left_shift"
    torch_name = "bitwise_left_shift"
    low, high = 0, 8

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class BitwiseRightShift(Whole):
    """a shifted right by b bits."""

    keras_name = "bitwise_right_shift"
    torch_name = "bitwise_right_shift"
    low, high = 0, 8

    def reference(self, a: Any, b: Any) -> Any:
        return a >> b


class LeftShift(Whole):
    """a shifted left by b bits, under its other name."""

    keras_name = "left_shift"
    torch_name = "bitwise_left_shift"
    low, high = 0, 8

    def reference(self, a: Any, b: Any) -> Any:
        return a << b


class RightShift(Whole):
    """a shifted right by b bits, under its other name."""

    keras_name = "right_shift"
    torch_name = "bitwise_right_shift"
    low, high = 0, 8

    def reference(self, a: Any, b: Any) -> Any:
        return a >> b


class FloorDivide(Whole):
    """a / b rounded down."""

    keras_name = "floor_divide"
    torch_name = "floor_divide"
    low, high = 1, 20

    def reference(self, a: Any, b: Any) -> Any:
        return a // b


class Mod(Whole):
    """What a / b leaves, with the sign of b."""

    torch_name = "remainder"
    low, high = 1, 20

    def reference(self, a: Any, b: Any) -> Any:
        return np.mod(a, b)
