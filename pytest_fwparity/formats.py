"""Number formats: their roundoff, their smallest number, and rounding to their grid."""

from __future__ import annotations

import numpy as np

#: unit roundoff of each dtype
UNIT = {
    "float64": 2.0**-53,
    "float32": 2.0**-24,
    "tf32": 2.0**-11,
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
}
#: smallest subnormal of each dtype
TINY = {"float64": 2.0**-1074, "float32": 2.0**-149, "tf32": 2.0**-136, "float16": 2.0**-24, "bfloat16": 2.0**-133}

#: bits of a float32 that a shorter format of the same range leaves off
_CUT = {"bfloat16": 16, "tf32": 13}


def snap(array: np.ndarray, dtype: str) -> np.ndarray:
    """Float array on the float32 grid rounded to the grid of ``dtype`` (to nearest even), as float64."""
    if dtype in ("float64", ""):
        return array.astype(np.float64)
    single = array.astype(np.float32)
    if dtype in _CUT:
        bits, cut = single.view(np.uint32), _CUT[dtype]
        rounded = bits + np.uint32((1 << (cut - 1)) - 1) + (bits >> np.uint32(cut) & np.uint32(1))
        kept = rounded & np.uint32((0xFFFFFFFF << cut) & 0xFFFFFFFF)
        single = np.where(np.isfinite(single), kept, bits).astype(np.uint32).view(np.float32)
    elif dtype == "float16":
        with np.errstate(over="ignore"):
            single = single.astype(np.float16).astype(np.float32)
    return single.astype(np.float64)
