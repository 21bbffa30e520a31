"""Arrays of a record: digests, samples, and safetensors files that hold their values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

#: elements of every array that stand in the record itself
SAMPLES = 4


def digest(array: np.ndarray, dtype: str) -> str:
    """64 bits of sha256 over dtype, shape and bytes; every NaN counts as one."""
    held = np.ascontiguousarray(array)
    if held.dtype.kind == "f" and np.isnan(held).any():
        held = np.where(np.isnan(held), np.asarray(np.nan, held.dtype), held)
    told = hashlib.sha256(f"{dtype}|{held.shape}|".encode())
    told.update(held.tobytes())
    return told.hexdigest()[:16]


def told(array: np.ndarray, dtype: str) -> dict[str, Any]:
    """What a record says of an array whose framework dtype is ``dtype``."""
    found: dict[str, Any] = {
        "dtype": dtype,
        "shape": list(array.shape),
        "digest": digest(array, dtype),
        "sample": sample(array),
    }
    if array.dtype.kind in "fc" and (wild := int(array.size - np.isfinite(array).sum())):
        found["nonfinite"] = wild
    return found


def sample(array: np.ndarray) -> list[float | int | bool | str]:
    """Up to :data:`SAMPLES` elements, evenly spread; NaN and infinities as text, complex as their real part."""
    listed = array.reshape(-1)
    if not listed.size:
        return []
    return [_plain(value) for value in listed[places(listed.size)].real]


def places(size: int) -> list[int]:
    """Which elements of a flattened array of that size stand in a record."""
    return [int(place) for place in np.linspace(0, size - 1, min(SAMPLES, size))]


def _plain(value: Any) -> float | int | bool | str:
    made = value.item()
    if isinstance(made, float) and not np.isfinite(made):
        return str(made)
    return float(f"{made:.9g}") if isinstance(made, float) else made


def packed(arrays: Mapping[str, np.ndarray], dtypes: Mapping[str, str]) -> bytes:
    """A safetensors file; bfloat16, held as float32, goes in as its own 16 bits (metadata ``bits:NAME``)."""
    from safetensors.numpy import save

    held: dict[str, np.ndarray] = {}
    metadata: dict[str, str] = {}
    for name, array in arrays.items():
        made = np.ascontiguousarray(array)
        if dtypes.get(name) == "bfloat16" and made.dtype == np.float32:
            made = (made.view(np.uint32) >> np.uint32(16)).astype(np.uint16)
            metadata[f"bits:{name}"] = "bfloat16"
        elif made.dtype.kind == "c":
            made = made.view(made.real.dtype)
            metadata[f"bits:{name}"] = "complex"
        held[name] = made
    return bytes(save(held, metadata=metadata))


def unpacked(content: bytes) -> dict[str, np.ndarray]:
    """What :func:`packed` took; raises ``ValueError`` for anything else."""
    import json
    import struct

    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found = load(content)
        (size,) = struct.unpack("<Q", content[:8])
        metadata = json.loads(content[8 : 8 + size]).get("__metadata__", {})
    except (SafetensorError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise ValueError(f"no safetensors file: {error}") from None
    for name, array in found.items():
        kind = metadata.get(f"bits:{name}")
        if kind == "bfloat16":
            found[name] = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
        elif kind == "complex":
            found[name] = array.view(np.result_type(array.dtype, np.complex64))
    return dict(found)
