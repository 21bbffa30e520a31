"""Random-looking arrays from an integer hash: the same bits in every process, whatever its NumPy.

NumPy's generators may change between releases (NEP 19); the cotangents and perturbations that each worker makes for
itself may not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np


def hashed(key: str, shape: Sequence[int]) -> np.ndarray:
    """uint64 array of ``shape``: splitmix64 of the index, keyed by ``key`` (Steele, Lea and Flood 2014)."""
    start = np.uint64(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little"))
    count = int(np.prod(shape, dtype=np.int64))
    with np.errstate(over="ignore"):
        z = start + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).reshape(tuple(shape))


def signs(key: str, shape: Sequence[int]) -> np.ndarray:
    """float64 array of ``shape`` of independent +1 and -1."""
    return np.where(hashed(key, shape) & np.uint64(1), 1.0, -1.0)


def cotangent(name: str, shape: Sequence[int]) -> np.ndarray:
    """float64 array of ``shape`` to contract an output with: +-k/64 with k in 32..95, exact in bfloat16 and float16."""
    bits = hashed(f"cotangent:{name}", shape)
    size = 0.5 + (bits >> np.uint64(8) & np.uint64(63)).astype(np.float64) / 64
    return np.where(bits & np.uint64(1), size, -size)
