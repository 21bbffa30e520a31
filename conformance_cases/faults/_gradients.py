"""Faults that several families share: an output or a gradient changed on the way, in one dtype or in all."""

from collections.abc import Callable
from typing import Any

import numpy as np


def torch_scaled_gradient(torch: Any, factor: float) -> Callable[[Any], Any]:
    """The identity whose gradient is ``factor`` times too large."""

    class Scaled(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, x: Any) -> Any:
            return x.clone()

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            return gradient * factor

    return lambda x: Scaled.apply(x)


def keras_scaled_gradient(keras: Any, x: Any, factor: float) -> Any:
    """``x``, whose gradient is ``factor`` times too large."""

    def identity(x: Any) -> Any:
        def gradient(*args: Any, upstream: Any = None) -> Any:
            return (args[0] if upstream is None else upstream) * factor

        return x, gradient

    return keras.ops.custom_gradient(identity)(x)


def first_element(shape: Any, by: float) -> np.ndarray:
    """Ones, but for the first element, which is ``1 + by``."""
    factor = np.ones(tuple(int(n) for n in shape))
    factor.flat[0] += by
    return factor


def torch_first_element(torch: Any, x: Any, by: float) -> Any:
    """``x`` with its first element ``1 + by`` times as large."""
    return x * torch.as_tensor(first_element(x.shape, by), dtype=x.dtype)


def keras_first_element(keras: Any, x: Any, by: float) -> Any:
    """``x`` with its first element ``1 + by`` times as large."""
    return x * keras.ops.convert_to_tensor(first_element(x.shape, by), dtype=x.dtype)


def keras_rounded(keras: Any, x: Any, to: str = "bfloat16") -> Any:
    """A float32 tensor rounded to the grid of ``to``; any other as it is."""
    if keras.backend.standardize_dtype(x.dtype) != "float32":
        return x
    return keras.ops.cast(keras.ops.cast(x, to), "float32")


def torch_rounded(torch: Any, x: Any, bits: int = 16) -> Any:
    """A float32 tensor with the last ``bits`` bits of each element cut off (16: bfloat16, 13: tf32); others as they are."""
    if x.dtype != torch.float32:
        return x
    kept = (x.detach().contiguous().view(torch.int32) & ~((1 << bits) - 1)).view(torch.float32)
    return x + (kept - x).detach()
