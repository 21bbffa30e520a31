"""What is judged: the results of one side as plain data, and what a case declares about its results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

GRADIENT = "grad "
STATE = "state "


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one side computed, as plain data."""

    side: str
    arrays: Mapping[str, np.ndarray]
    dtypes: Mapping[str, str] = field(default_factory=dict)
    no_gradient: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What a case says of its results, by :func:`base_name`; each declaration is strict.

    ``vanishing``: zero in exact arithmetic. ``constant``: the same value everywhere. ``overflows``: not finite in this
    working dtype though finite in float64. ``floor``: ``"tensor"`` lends a small element the magnitude of its tensor,
    ``"elementwise"`` does not, so that the relative accuracy of each element is judged.
    """

    vanishing: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    overflows: tuple[str, ...] = ()
    floor: str = "tensor"

    @classmethod
    def of(cls, case: Any, dtype: str = "float64") -> Declared:
        """What ``case`` declares for results of ``dtype``."""
        return cls(
            vanishing=tuple(case.vanishing),
            constant=tuple(case.constant),
            overflows=tuple(case.overflows.get(dtype, ())),
            floor=case.floor,
        )


NOTHING = Declared()


def base_name(name: str) -> str:
    """``y`` for ``y[3]``: the name over all its calls or steps."""
    return re.sub(r"\[\d+\]$", "", name)


def covers(declared: str, name: str) -> bool:
    """Whether a declaration about ``y`` is one about ``y``, ``y[3]`` or ``y[sum,weighted]``."""
    return name == declared or name.startswith(f"{declared}[")


def order(name: str) -> tuple[bool, int, int]:
    """Sort key: what is computed first comes first.

    Outputs of a call, then the state it leaves, then the next call; the loss of a step before the weights after it;
    gradients last, since they come back from all of it.
    """
    index = re.search(r"\[(\d+)\]$", name)
    late = 0 if name.startswith("loss") else 2 if name.startswith(STATE) else 1
    return name.startswith(GRADIENT), int(index.group(1)) if index else 0, late


def kind_of(array: np.ndarray) -> str:
    """Integers of every width are one kind."""
    return {"i": "integer", "u": "integer", "b": "bool", "f": "float", "c": "complex"}.get(array.dtype.kind, "other")


def root_mean_square(array: np.ndarray) -> float:
    """0 for an empty array; of huge values, whose squares overflow, in units of the largest."""
    if not array.size:
        return 0.0
    largest = float(np.max(np.abs(array)))
    unit = largest if 1e150 < largest < np.inf else 1.0
    return float(np.sqrt(np.mean(np.square(array / unit)))) * unit


def size_of(array: np.ndarray) -> float:
    """Root mean square of the finite elements."""
    return root_mean_square(array[np.isfinite(array)].astype(np.float64))


def largest_gradient(measured: Measured, vanishing: Sequence[str]) -> float:
    """The largest root mean square of a gradient that does not vanish: what exact zeros are measured by."""
    sizes = [
        size_of(value)
        for name, value in measured.arrays.items()
        if name.startswith(GRADIENT) and base_name(name) not in vanishing and value.dtype.kind == "f"
    ]
    return max(sizes, default=0.0)
