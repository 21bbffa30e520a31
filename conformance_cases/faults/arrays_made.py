"""Faults of arrays made of numbers, shapes and lists."""

from typing import Any

from pytest_fwparity import fault


@fault(case="core:ops/Eye", side="torch", variant="k=1")
def diagonal_one_too_low(torch: Any, patch: Any) -> None:
    """The offset counts the other way."""
    stock = torch.triu
    patch(torch, "triu", lambda x, k: stock(x, -k))


@fault(case="core:ops/FullLike", side="keras", variant="dtype=int32")
def full_like_ignores_dtype(keras: Any, patch: Any) -> None:
    """The array has the dtype of its model, whatever is asked."""
    stock = keras.ops.full_like
    patch(keras.ops, "full_like", lambda x, value, dtype: stock(x, value))


@fault(case="core:ops/Measures", side="keras")
def size_of_the_first_axis(keras: Any, patch: Any) -> None:
    """The size is the length of the first axis, as len() says."""
    patch(keras.ops, "size", lambda x: x.shape[0])


@fault(case="core:ops/Arange", side="keras", variant="numbers=steps")
def arange_reaches_the_stop(keras: Any, patch: Any) -> None:
    """The first number is left out, the stop is the last one."""
    stock = keras.ops.arange
    patch(keras.ops, "arange", lambda start, stop, step, dtype: stock(start + step, stop + step, step, dtype=dtype))


@fault(case="core:ops/Linspace", side="keras", variant="endpoint=False")
def linspace_always_ends_at_stop(keras: Any, patch: Any) -> None:
    """`endpoint` is ignored."""
    stock = keras.ops.linspace
    patch(keras.ops, "linspace", lambda *args, endpoint, **options: stock(*args, **options))


@fault(case="core:ops/Geomspace", side="keras")
def geomspace_of_rounded_logarithms(keras: Any, patch: Any) -> None:
    """The step is too large by a ten-millionth."""
    stock = keras.ops.geomspace
    patch(keras.ops, "geomspace", lambda a, b, *args, **options: stock(a, b * (1 + 1e-7), *args, **options))


@fault(case="core:ops/Meshgrid", side="torch")
def meshgrid_gives_the_first_row_last(torch: Any, patch: Any) -> None:
    """The grids come in the reverse order."""
    stock = torch.meshgrid
    patch(torch, "meshgrid", lambda *rows, indexing: stock(*rows, indexing=indexing)[::-1])
