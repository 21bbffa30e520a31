"""Small helpers for authors of cases; NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def distinct(rng: np.random.Generator, shape: int | Sequence[int], spacing: float = 0.125) -> np.ndarray:
    """Values that are pairwise at least ``spacing`` apart and at least half of it away from 0, in random order.

    For functions with kinks (``relu``, ``max``, sorting): rounding cannot change which branch or entry is taken.

    Returns:
        float64 array of ``shape``, symmetric round 0, never 0.
    """
    count = int(np.prod(shape))
    values = (np.arange(count) - (count - 1) / 2) * spacing
    if count % 2:
        values += spacing / 2
    return rng.permutation(values).reshape(shape)


def same_pads(
    size: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int] | None = None
) -> list[int]:
    """Keras' ``padding="same"`` in the order of ``torch.nn.functional.pad`` (last axis first, low then high).

    ``p = max((ceil(n / s) - 1) * s + (k - 1) * d + 1 - n, 0)``, ``low = p // 2``, ``high = p - low``, per axis (the
    rule of TensorFlow's ``SAME``).

    Args:
        size: spatial sizes ``n`` of the input.
        kernel: kernel sizes ``k``.
        strides: strides ``s``.
        dilation: dilation rates ``d``; 1 when unset.
    """
    pads: list[int] = []
    for n, k, s, d in zip(size, kernel, strides, dilation or [1] * len(size), strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        pads = [total // 2, total - total // 2, *pads]
    return pads
