"""Faults of operations: elementwise, reductions, shapes, indexing, linear algebra, Fourier."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
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
    patch(torch, "nanmean", lambda x, axis: torch.nansum(x, axis) / x.shape[axis])


@fault(case="core:ops/HardTanh", side="torch")
def hard_tanh_ends_early(torch: Any, patch: Any) -> None:
    """The line ends at 0.8."""
    patch(torch.nn.functional, "hardtanh", lambda x: torch.clamp(x, -0.8, 0.8))
