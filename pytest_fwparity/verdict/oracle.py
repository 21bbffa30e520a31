"""Is a gradient the slope of the function? Richardson-extrapolated central differences in float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pytest_fwparity.verdict.constants import UNIT
from pytest_fwparity.verdict.outcome import Finding

#: multiples of rounding and of the extrapolation's own estimate that a gradient may be off
ROUNDINGS = 1e3
ESTIMATES = 10.0


@dataclass(frozen=True, kw_only=True)
class Slope:
    """One direction ``v`` of one group of results.

    ``central[i]`` holds ``D(h)`` and ``D(h/2)`` for ``h = steps[i]``, with ``D(h) = (f(x + h v) - f(x - h v)) / 2h`` and
    ``f`` the contraction of the outputs with their cotangents; ``product`` is ``<g, v>`` of the gradient; ``norm`` the sum
    of the absolute values that either contraction adds up.
    """

    name: str
    product: float
    norm: float
    steps: Sequence[float]
    central: Sequence[Sequence[float]]

    @property
    def best(self) -> tuple[float, float, float]:
        """Extrapolated slope, its estimated error and the step it was taken at: the step whose estimate is smallest."""
        found = [
            ((4 * half - whole) / 3, abs(half - whole), h)
            for (whole, half), h in zip(self.central, self.steps, strict=True)
            if np.isfinite(whole) and np.isfinite(half)
        ]
        return min(found, key=lambda entry: entry[1] + _rounding(self.norm, entry[2]), default=(np.nan, np.nan, np.nan))

    @property
    def off(self) -> float:
        """|slope - product| relative to the slope."""
        slope, _, _ = self.best
        return abs(slope - self.product) / abs(slope) if slope else float("inf")

    @property
    def allowed(self) -> float:
        """``max(1e3 u64 norm / h, 10 est)``."""
        _, estimate, h = self.best
        return max(ROUNDINGS * _rounding(self.norm, h), ESTIMATES * estimate)


def _rounding(norm: float, h: float) -> float:
    return UNIT["float64"] * norm / h


def slope_fault(slope: Slope) -> bool:
    """Whether the gradient is not the slope; written so that NaN is a fault."""
    return not abs(slope.best[0] - slope.product) <= slope.allowed


def slopes_agree(side: str, slopes: Sequence[Slope]) -> list[Finding]:
    """One finding for each direction; undecided where the differences themselves cannot see one part in a thousand."""
    found = []
    for slope in slopes:
        value, _, h = slope.best
        error = abs(value - slope.product)
        units = error / slope.allowed if slope.allowed else float("inf")
        name = f"{side}: {slope.name}"
        if slope_fault(slope):
            lines = (
                f"{slope.name} on {side}: the gradient gives a slope of {slope.product:.12g}, its own outputs {value:.12g}",
                f"difference {error:.3g} (relative {slope.off:.3g}), where finite differences at h = {h:g} are off by at "
                f"most {slope.allowed:.3g}",
                "the backward pass of this side is not the derivative of its forward pass",
            )
            found.append(Finding(name=name, fault="oracle", units=units, limit=1.0, lines=lines, side=side))
        elif not slope.allowed <= 1e-3 * slope.norm:
            unsure = (
                f"{slope.name} on {side}: finite differences are only exact to {slope.allowed:.3g}; "
                "the function has a kink there"
            )
            found.append(Finding(name=name, units=units, limit=1.0, unsure=unsure, side=side))
        else:
            found.append(Finding(name=name, units=units, limit=1.0, side=side))
    return found
