"""Faults of complex numbers and of how numbers are kept."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:ops/Conjugate", side="keras")
def conjugate_leaves_the_sign(keras: Any, patch: Any) -> None:
    """The imaginary part keeps its sign."""
    patch(keras.ops, "conjugate", lambda x: x)


@fault(case="core:ops/AngleOfDirections", side="torch")
def angle_of_a_quotient(torch: Any, patch: Any) -> None:
    """The quadrant is lost: atan(im / re)."""
    patch(torch, "angle", lambda z: torch.atan(z.imag / z.real))


@fault(case="core:ops/Polar", side="torch")
def angle_scaled(torch: Any, patch: Any) -> None:
    """The angle is larger by a ten-millionth."""
    stock = torch.polar
    patch(torch, "polar", lambda radius, angle: stock(radius, angle * (1 + 1e-7)))


@fault(case="core:ops/ViewAsReal", side="keras")
def imaginary_part_first(keras: Any, patch: Any) -> None:
    """The parts are swapped."""
    changed_result(patch, keras.ops, "view_as_real", lambda y: keras.ops.flip(y, axis=-1))


@fault(case="core:ops/ViewAsComplexOfWholes", side="keras")
def parts_swapped(keras: Any, patch: Any) -> None:
    """The imaginary part comes first."""
    stock = keras.ops.view_as_complex
    patch(keras.ops, "view_as_complex", lambda x: stock(keras.ops.flip(x, axis=-1)))


@fault(case="core:ops/SaturateCast", side="keras")
def cast_without_bounds(keras: Any, patch: Any) -> None:
    """Numbers out of range wrap round."""
    patch(
        keras.ops,
        "saturate_cast",
        lambda x, dtype: keras.ops.cast(keras.ops.cast(keras.ops.clip(x, -1e6, 1e6), "int32"), dtype),
    )


@fault(case="core:ops/Ldexp", side="keras")
def power_of_one_less(keras: Any, patch: Any) -> None:
    """The exponent is one too small."""
    stock = keras.ops.ldexp
    patch(keras.ops, "ldexp", lambda x, e: stock(x, e - 1))


@fault(case="core:ops/Fmod", side="torch")
def fmod_with_the_sign_of_the_divisor(torch: Any, patch: Any) -> None:
    """The remainder has the sign of b."""
    patch(torch, "fmod", torch.remainder)


@fault(case="core:ops/DivideNoNan", side="keras")
def division_by_almost_zero(keras: Any, patch: Any) -> None:
    """The divisor is moved by 1e-7 instead of being looked at."""
    patch(keras.ops, "divide_no_nan", lambda a, b: a / (b + 1e-7))


@fault(case="core:ops/InTopK", side="keras", tier="float32")
def one_more_is_taken(keras: Any, patch: Any) -> None:
    """k + 1 values are looked at."""
    stock = keras.ops.in_top_k
    patch(keras.ops, "in_top_k", lambda index, x, k: stock(index, x, k + 1))


@fault(case="core:ops/Gelu", side="keras")
def gelu_exact_by_default(keras: Any, patch: Any) -> None:
    """The default is that of keras.activations."""
    stock = keras.ops.gelu
    patch(keras.ops, "gelu", lambda x, approximate=False: stock(x, approximate))
