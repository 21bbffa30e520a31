"""Faults of short-time Fourier transforms."""

from typing import Any

from pytest_fwparity import fault


@fault(case="core:ops/Stft", side="torch", variant="plain")
def mirrored_ends_are_zeros(torch: Any, patch: Any) -> None:
    """The ends are filled up with zeros instead of mirrored."""
    stock = torch.stft
    patch(
        torch,
        "stft",
        lambda x, n, hop, length, window, center, mode, **more: stock(
            x, n, hop, length, window, center, "constant", **more
        ),
    )


@fault(case="core:ops/Stft", side="keras", variant="from_the_start")
def always_centred(keras: Any, patch: Any) -> None:
    """`center` moves the windows on by half a window all the same, round the end."""
    stock = keras.ops.stft
    patch(keras.ops, "stft", lambda x, n, *args: stock(keras.ops.roll(x, n // 2, axis=-1), n, *args))


@fault(case="core:ops/Stft", side="keras", variant="hamming")
def hamming_taken_for_hann(keras: Any, patch: Any) -> None:
    """`window` is ignored."""
    stock = keras.ops.stft
    patch(keras.ops, "stft", lambda x, a, b, c, window, center: stock(x, a, b, c, "hann", center))


@fault(case="core:ops/Istft", side="keras", variant="padded")
def way_back_scaled(keras: Any, patch: Any) -> None:
    """The result is larger by a ten-millionth."""
    stock = keras.ops.istft
    patch(keras.ops, "istft", lambda *args: stock(*args) * (1 + 1e-7))
