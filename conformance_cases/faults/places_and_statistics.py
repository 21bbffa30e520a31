"""Faults of places, distinct values, correlations, histograms and quantiles beside NaN."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:ops/Argpartition", side="keras", variant="first")
def partition_at_one_more(keras: Any, patch: Any) -> None:
    """The smallest is not first where one alone is asked for."""
    changed_result(patch, keras.ops, "argpartition", lambda y: keras.ops.flip(y, -1))


@fault(case="core:ops/UnravelIndex", side="torch")
def columns_first(torch: Any, patch: Any) -> None:
    """The first axis is the fastest."""
    stock = torch.unravel_index
    patch(torch, "unravel_index", lambda flat, shape: stock(flat, shape[::-1])[::-1])


@fault(case="core:ops/Unique", side="keras", variant="axis=0")
def counts_one_too_few(keras: Any, patch: Any) -> None:
    """What occurs once is counted, what occurs again is not."""
    stock = keras.ops.unique

    def unique(x: Any, **options: Any) -> Any:
        values, first, which, often = stock(x, **options)
        return values, first, which, keras.ops.ones_like(often)

    patch(keras.ops, "unique", unique)


@fault(case="core:ops/UniqueOfSize", side="keras")
def filled_up_with_zeros(keras: Any, patch: Any) -> None:
    """`fill_value` is ignored."""
    stock = keras.ops.unique
    patch(keras.ops, "unique", lambda x, fill_value, **options: stock(x, **options))


@fault(case="core:ops/Corrcoef", side="torch")
def correlation_about_zero(torch: Any, patch: Any) -> None:
    """The mean is not taken away."""

    def corrcoef(x: Any) -> Any:
        products = x @ x.mT
        roots = products.diagonal().sqrt()
        return products / torch.outer(roots, roots)

    patch(torch, "corrcoef", corrcoef)


@fault(case="core:ops/Correlate", side="keras")
def correlation_is_convolution(keras: Any, patch: Any) -> None:
    """The second row is turned round."""
    stock = keras.ops.correlate
    patch(keras.ops, "correlate", lambda a, b, mode: stock(a, b[::-1], mode=mode))


@fault(case="core:ops/Correlate", side="keras", variant="lengths=6x4,mode=same")
def even_rows_are_off_by_one(keras: Any, patch: Any) -> None:
    """Of a second row of even length the middle is one further."""
    stock = keras.ops.correlate
    patch(keras.ops, "correlate", lambda a, b, mode: stock(a, b, mode="full")[2:8] if mode == "same" else stock(a, b))


@fault(case="core:ops/Histogram", side="torch", variant="bins=1")
def last_edge_left_out(torch: Any, patch: Any) -> None:
    """What lies on the last edge is not counted."""
    stock = torch.histogram

    def histogram(x: Any, bins: int, range: tuple[float, float]) -> Any:
        return stock(x[x < range[1]], bins, range=range)

    patch(torch, "histogram", histogram)


@fault(case="core:ops/Nanquantile", side="torch", variant="method=lower")
def quantile_in_proportion(torch: Any, patch: Any) -> None:
    """`interpolation` is ignored."""
    stock = torch.nanquantile
    patch(torch, "nanquantile", lambda x, share, axis, interpolation: stock(x, share, axis))


@fault(case="core:ops/Nanpercentile", side="keras")
def percent_taken_for_shares(keras: Any, patch: Any) -> None:
    """A percent is a share of 101."""
    stock = keras.ops.nanpercentile
    patch(keras.ops, "nanpercentile", lambda x, q, *args, **options: stock(x, q * 100 / 101, *args, **options))


@fault(case="core:ops/Nanmedian", side="keras")
def nan_median_takes_the_lower(keras: Any, patch: Any) -> None:
    """Of an even number the lower middle value is taken, as torch.nanmedian does."""
    quantile = keras.ops.nanquantile
    patch(
        keras.ops,
        "nanmedian",
        lambda x, axis, keepdims: quantile(x, 0.5, axis, method="lower", keepdims=keepdims),
    )
