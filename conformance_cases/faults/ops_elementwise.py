"""Faults of operations: elementwise, reductions, shapes, indexing, linear algebra, Fourier."""

from typing import Any

from conformance_cases.faults._gradients import keras_scaled_gradient
from conformance_cases.faults._stand_ins import changed_result, dtype_of
from pytest_fwparity import fault


@fault(case="core:ops/Exp", side="torch")
def exp_off_by_1e_7(torch: Any, patch: Any) -> None:
    """The exponential is larger by a ten-millionth."""
    changed_result(patch, torch, "exp", lambda y: y * (1 + 1e-7))


@fault(case="core:ops/Log1p", side="keras")
def log1p_adds_first(keras: Any, patch: Any) -> None:
    """log1p is the logarithm of a sum with an epsilon of 1e-7."""
    patch(keras.ops, "log1p", lambda x: keras.ops.log(x + (1 + 1e-7)))


@fault(case="core:ops/Arctan2", side="keras")
def arctan2_turned_round(keras: Any, patch: Any) -> None:
    """The arguments are swapped."""
    stock = keras.ops.arctan2
    patch(keras.ops, "arctan2", lambda a, b: stock(b, a))


@fault(case="core:ops/Mod", side="torch")
def remainder_of_fmod(torch: Any, patch: Any) -> None:
    """The remainder of one less."""
    stock = torch.remainder
    patch(torch, "remainder", lambda a, b: stock(a - 1, b))


@fault(case="core:ops/GreaterEqual", side="torch")
def at_least_is_more_than(torch: Any, patch: Any) -> None:
    """Equal numbers count as smaller."""
    patch(torch, "ge", torch.gt)


@fault(case="core:ops/Signbit", side="torch")
def sign_of_minus_zero_lost(torch: Any, patch: Any) -> None:
    """Minus zero has no sign."""
    patch(torch, "signbit", lambda x: x < 0)


@fault(case="core:ops/Var", side="keras")
def variance_divides_by_one_less(keras: Any, patch: Any) -> None:
    """The variance is that of a sample."""
    stock = keras.ops.var
    patch(keras.ops, "var", lambda x, axis, keepdims: stock(x, axis=axis, keepdims=keepdims) * 1.5)


@fault(case="core:ops/Median", side="keras")
def median_takes_the_lower(keras: Any, patch: Any) -> None:
    """Of an even number the lower middle value is taken."""
    patch(keras.ops, "median", lambda x, axis: keras.ops.sort(x, axis=axis)[..., 1])


@fault(case="core:ops/Roll", side="torch")
def roll_forgets_the_end(torch: Any, patch: Any) -> None:
    """What is shifted over the end is lost."""
    stock = torch.roll

    def roll(x: Any, shift: int, axis: int) -> Any:
        y = stock(x, shift, axis)
        return torch.cat([y[..., :1] * 0, y[..., 1:]], -1)

    patch(torch, "roll", roll)


@fault(case="core:ops/TakeAlongAxis", side="torch")
def one_place_too_far(torch: Any, patch: Any) -> None:
    """Every place is one further, round the end."""
    stock = torch.take_along_dim
    patch(torch, "take_along_dim", lambda x, index, axis: stock(x, (index + 1) % x.shape[axis], axis))


@fault(case="core:ops/Einsum", side="keras", tier="float32")
def einsum_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the factors are rounded to bfloat16."""
    stock = keras.ops.einsum

    def rounded(x: Any) -> Any:
        return keras.ops.cast(keras.ops.cast(x, "bfloat16"), "float32") if "float32" in str(x.dtype) else x

    patch(keras.ops, "einsum", lambda text, a, b: stock(text, rounded(a), rounded(b)))


@fault(case="core:ops/SolveTriangular", side="torch")
def upper_part_solved(torch: Any, patch: Any) -> None:
    """The diagonal alone is solved."""
    stock = torch.linalg.solve_triangular
    patch(
        torch.linalg,
        "solve_triangular",
        lambda a, b, upper: stock(torch.diag_embed(torch.diagonal(a, dim1=-2, dim2=-1)), b, upper=upper),
    )


@fault(case="core:ops/Inv", side="torch")
def inverse_of_a_shifted_matrix(torch: Any, patch: Any) -> None:
    """A ten-millionth is added to the diagonal first."""
    stock = torch.linalg.inv
    patch(torch.linalg, "inv", lambda x: stock(x + 1e-7 * torch.eye(3, dtype=x.dtype)))


@fault(case="core:ops/Irfft", side="torch")
def irfft_scaled_by_its_half(torch: Any, patch: Any) -> None:
    """The inverse divides by the number of frequencies."""
    changed_result(patch, torch.fft, "irfft", lambda y: y * (y.shape[-1] / (y.shape[-1] // 2 + 1)))


@fault(case="core:ops/Nanmean", side="torch")
def nan_counts_in_the_mean(torch: Any, patch: Any) -> None:
    """A sum without NaN is divided by the number of all."""
    patch(torch, "nanmean", lambda x, axis, *kept: torch.nansum(x, axis, *kept) / x.shape[axis])


@fault(case="core:ops/HardTanh", side="torch")
def hard_tanh_ends_early(torch: Any, patch: Any) -> None:
    """The line ends at 0.8."""
    patch(torch.nn.functional, "hardtanh", lambda x: torch.clamp(x, -0.8, 0.8))


@fault(case="core:ops/Selu", side="keras")
def selu_alpha_of_nine_digits(keras: Any, patch: Any) -> None:
    """Below 0 alpha is 1.67326324, without its further digits."""
    stock, by = keras.ops.selu, 1.67326324 / 1.6732632423543772
    patch(keras.ops, "selu", lambda x: keras.ops.where(x > 0, stock(x), stock(x) * by))


@fault(case="core:ops/Subtract", side="keras", tier="gradient")
def broadcast_gradient_is_a_mean(keras: Any, patch: Any) -> None:
    """The gradient of what was broadcast over four rows is their mean, not their sum."""
    stock = keras.ops.subtract
    patch(keras.ops, "subtract", lambda a, b: stock(a, keras_scaled_gradient(keras, b, 1 / 4)))


@fault(case="core:ops/Expm1", side="torch", variant="small", tier="float32")
def expm1_cancels(torch: Any, patch: Any) -> None:
    """In float32 alone it is exp(x) - 1, which has few digits near 0."""
    stock = torch.expm1

    def expm1(x: Any) -> Any:
        y = stock(x)
        return y + (torch.exp(x) - 1 - y).detach() if x.dtype == torch.float32 else y

    patch(torch, "expm1", expm1)


@fault(case="core:ops/Log1p", side="keras", variant="small", tier="float32")
def log1p_cancels(keras: Any, patch: Any) -> None:
    """In float32 alone it is log(1 + x), which has few digits near 0."""
    stock = keras.ops.log1p
    patch(keras.ops, "log1p", lambda x: keras.ops.log(1 + x) if dtype_of(x) == "float32" else stock(x))


@fault(case="core:ops/Deg2rad", side="torch")
def pi_of_nine_digits(torch: Any, patch: Any) -> None:
    """Pi is 3.14159265."""
    patch(torch, "deg2rad", lambda x: x * (3.14159265 / 180))


@fault(case="core:ops/Arctanh", side="keras")
def slope_kept_from_its_pole(keras: Any, patch: Any) -> None:
    """The slope is 1 / (1 - x*x + 1e-5); the value is right."""
    stock = keras.ops.arctanh

    def identity(x: Any) -> Any:
        def gradient(*args: Any, upstream: Any = None) -> Any:
            return (args[0] if upstream is None else upstream) / (1 - x * x + 1e-5)

        return stock(x), gradient

    patch(keras.ops, "arctanh", lambda x: keras.ops.custom_gradient(identity)(x))


@fault(case="core:ops/Tan", side="torch", tier="gradient")
def tangent_gradient_of_a_rounded_tangent(torch: Any, patch: Any) -> None:
    """The gradient is 1 + y*y of a y kept in float16."""

    class Tangent(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, x: Any) -> Any:
            y = x.sin() / x.cos()
            context.save_for_backward(y.to(torch.float16))
            return y

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            (y,) = context.saved_tensors
            return gradient * (1 + y.to(gradient.dtype) ** 2)

    patch(torch, "tan", Tangent.apply)


@fault(case="core:ops/Erfc", side="keras", variant="far", tier="float32")
def erfc_cancels(keras: Any, patch: Any) -> None:
    """In float32 alone it is 1 - erf(x), which has few digits far to the right."""
    stock = keras.ops.erfc
    patch(keras.ops, "erfc", lambda x: 1 - keras.ops.erf(x) if dtype_of(x) == "float32" else stock(x))
