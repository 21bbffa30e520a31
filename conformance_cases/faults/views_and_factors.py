"""Faults of parts of arrays, of patterns, of functions of functions, of factors and of least squares."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:ops/GetItem", side="keras", variant="key=steps")
def steps_begin_at_zero(keras: Any, patch: Any) -> None:
    """The places before a slice's start are not left out, but those behind the last one are."""
    stock = keras.ops.get_item
    patch(keras.ops, "get_item", lambda x, key: stock(keras.ops.roll(x, 1, axis=1), key))


@fault(case="core:ops/ExtractSequences", side="keras")
def windows_one_further(keras: Any, patch: Any) -> None:
    """The first window begins at the second element."""
    stock = keras.ops.extract_sequences
    patch(keras.ops, "extract_sequences", lambda x, *args: stock(keras.ops.roll(x, -1, axis=-1), *args))


@fault(case="core:ops/Rearrange", side="keras", variant="pattern=merged")
def merged_in_the_order_given(keras: Any, patch: Any) -> None:
    """Merged axes keep the order they came in."""
    stock = keras.ops.rearrange
    patch(keras.ops, "rearrange", lambda x, text, **lengths: stock(x, text.replace("(w h)", "(h w)"), **lengths))


@fault(case="core:ops/ScatterUpdate", side="keras", variant="reduction=add")
def the_last_of_two_counts(keras: Any, patch: Any) -> None:
    """`reduction` is ignored: what comes last is put there."""
    stock = keras.ops.scatter_update
    patch(keras.ops, "scatter_update", lambda x, index, new, reduction: stock(x, index, new))


@fault(case="core:ops/Jvp", side="keras")
def slope_of_the_first_alone(keras: Any, patch: Any) -> None:
    """The direction of the second argument is ignored."""
    stock = keras.ops.jvp
    patch(keras.ops, "jvp", lambda f, at, along: stock(f, at, (along[0], keras.ops.zeros_like(along[1]))))


@fault(case="core:ops/Cdist", side="keras")
def distances_kept_from_zero(keras: Any, patch: Any) -> None:
    """An epsilon of 1e-7 is added under the root."""
    changed_result(patch, keras.ops, "cdist", lambda y: keras.ops.sqrt(y * y + 1e-7))


@fault(case="core:ops/CholeskyInverse", side="torch", variant="upper=True")
def always_the_lower_factor(torch: Any, patch: Any) -> None:
    """`upper` is ignored."""
    stock = torch.cholesky_inverse
    patch(torch, "cholesky_inverse", lambda x, upper: stock(x))


@fault(case="core:ops/Eig", side="torch")
def eigenvalues_shifted(torch: Any, patch: Any) -> None:
    """A ten-millionth is added to the diagonal first."""
    stock = torch.linalg.eigvals
    patch(torch.linalg, "eigvals", lambda x: stock(x + 1e-7 * torch.eye(3, dtype=x.dtype)))


@fault(case="core:ops/Lstsq", side="keras", variant="shape=3x5")
def least_squares_with_a_ridge(keras: Any, patch: Any) -> None:
    """The solution is a little shorter than the shortest."""
    changed_result(patch, keras.ops, "lstsq", lambda y: y * (1 - 1e-7))


@fault(case="core:ops/LuFactor", side="torch")
def last_pivot_too_large(torch: Any, patch: Any) -> None:
    """The factors are those of a matrix whose last entry is larger by a millionth."""
    stock = torch.linalg.lu_factor

    def lu_factor(x: Any) -> Any:
        factors, swaps = stock(x)
        factors[..., -1, -1] *= 1 + 1e-6
        return factors, swaps

    patch(torch.linalg, "lu_factor", lu_factor)
