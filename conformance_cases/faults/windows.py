"""Faults of windows."""

from typing import Any

from pytest_fwparity import fault


@fault(case="core:ops/Bartlett", side="keras")
def triangle_of_one_place_more(keras: Any, patch: Any) -> None:
    """The triangle falls to zero one place behind the row."""
    stock = keras.ops.bartlett
    patch(keras.ops, "bartlett", lambda size: stock(size + 1)[:size])


@fault(case="core:ops/Hamming", side="torch")
def hamming_of_exact_coefficients(torch: Any, patch: Any) -> None:
    """The coefficients are 25/46 and 21/46 instead of 0.54 and 0.46."""
    stock = torch.hamming_window
    patch(torch, "hamming_window", lambda size, **options: stock(size, alpha=25 / 46, beta=21 / 46, **options))


@fault(case="core:ops/Hanning", side="torch")
def hanning_is_periodic(torch: Any, patch: Any) -> None:
    """`periodic` is ignored."""
    stock = torch.hann_window
    patch(torch, "hann_window", lambda size, periodic, dtype: stock(size, dtype=dtype))


@fault(case="core:ops/Blackman", side="torch")
def blackman_rounds_a_coefficient(torch: Any, patch: Any) -> None:
    """0.08 is taken as 0.0768."""
    stock = torch.blackman_window

    def window(size: int, periodic: bool, dtype: Any) -> Any:
        n = torch.arange(size, dtype=dtype) / max(size - 1, 1)
        return stock(size, periodic=periodic, dtype=dtype) - 0.0032 * torch.cos(4 * torch.pi * n)

    patch(torch, "blackman_window", window)


@fault(case="core:ops/Kaiser", side="keras", variant="beta=2.5")
def kaiser_ignores_beta(keras: Any, patch: Any) -> None:
    """`beta` is 12, whatever is asked."""
    stock = keras.ops.kaiser
    patch(keras.ops, "kaiser", lambda size, beta: stock(size, 12.0))
