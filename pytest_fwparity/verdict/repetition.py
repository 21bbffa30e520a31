"""Does the same computation give the same bits again?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pytest_fwparity.verdict.comparison import first, place, scale
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import Finding


def same_bits(
    side: str,
    runs: Sequence[tuple[str, Measured]],
    movement: Mapping[str, np.ndarray],
    dtype: str,
    deterministic: bool,
) -> list[Finding]:
    """Each run against the first, bit for bit.

    Args:
        side: the side that ran.
        runs: where each run took place (``"the same worker"``), and what it gave.
        movement: of each result, to say how large a difference is.
        dtype: the working dtype.
        deterministic: whether a difference is a fault; else it is only told.
    """
    _, plain = runs[0]
    found = []
    for name, value in plain.arrays.items():
        for where, other in runs[1:]:
            again = other.arrays.get(name)
            if again is not None and again.shape == value.shape and _bits_equal(value, again):
                continue
            if again is None or again.shape != value.shape:
                lines: tuple[str, ...] = (f"{name!r} on {side} is missing or of another shape in {where}",)
                found.append(Finding(name=name, fault="nondeterministic", lines=lines, side=side))
                break
            apart = ~((value == again) | ((value != value) & (again != again)))
            at = first(apart) if apart.any() else (0,) * value.ndim
            y = value.astype(np.float64)
            s = scale(y, movement.get(name, np.zeros(y.shape)), dtype)
            with np.errstate(all="ignore"):
                z = float(np.nanmax(np.abs(again.astype(np.float64) - y) / s))
            lines = (
                f"{place(name, at)} on {side} is {value[at]:.12g} once and {again[at]:.12g} in {where}, with the same inputs",
                f"{int(apart.sum())} of {value.size} elements differ, by up to {z:.3g} {dtype} units",
            )
            fault = "nondeterministic" if deterministic else ""
            found.append(Finding(name=name, fault=fault, units=z, lines=lines, side=side))
            break
        else:
            found.append(Finding(name=name, side=side))
    return found


def _bits_equal(left: np.ndarray, right: np.ndarray) -> bool:
    return left.dtype == right.dtype and left.tobytes() == right.tobytes()
