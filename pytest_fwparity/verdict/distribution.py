"""Equal in distribution: the two-sample Kolmogorov-Smirnov test, for what is drawn from different generators."""

from __future__ import annotations

import math

import numpy as np

from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import Finding

#: probability that two equal distributions are called different
FALSE_ALARM = 1e-9


def within(side: Measured, support: tuple[float, float] | None) -> list[Finding]:
    """Whether every value lies where the distribution is not 0, or within one rounding of it: no false alarms."""
    if support is None:
        return []
    found = []
    low, high = support
    for name, y in side.arrays.items():
        values = y.reshape(-1).astype(np.float64)
        slack = 2.0**-23 * max(abs(low), abs(high))
        out = values[~((values >= low - slack) & (values <= high + slack))]
        lines: tuple[str, ...] = ()
        if out.size:
            lines = (
                f"{name!r}: {out.size} of {values.size} values on {side.side} lie outside [{low:.6g}, {high:.6g}], "
                f"the first is {out[0]:.9g}",
            )
        found.append(
            Finding(name=f"{name} on {side.side}", fault="support" if out.size else "", lines=lines, side=side.side)
        )
    return found


def same_distribution(left: Measured, right: Measured) -> list[Finding]:
    """Compare every result; the units are the statistic over its critical value.

    ``D = sup |F_left - F_right|`` and ``D_crit = sqrt(-ln(p / 2) / 2 * (n + m) / (n m))`` (Smirnov's asymptotic bound)
    with false-alarm probability ``p`` = 1e-9.
    """
    found = []
    for name, y in left.arrays.items():
        a, b = np.sort(y.reshape(-1).astype(np.float64)), np.sort(right.arrays[name].reshape(-1).astype(np.float64))
        everything = np.concatenate([a, b])
        apart = np.abs(
            np.searchsorted(a, everything, side="right") / a.size
            - np.searchsorted(b, everything, side="right") / b.size
        )
        at = int(np.argmax(apart))
        critical = math.sqrt(-math.log(FALSE_ALARM / 2) / 2 * (a.size + b.size) / (a.size * b.size))
        ratio = float(apart[at]) / critical
        finite = bool(np.isfinite(everything).all())
        if finite and ratio <= 1 and np.ptp(a) > 0:
            found.append(Finding(name=name, units=ratio, limit=1.0))
            continue
        lines = (
            f"{name!r}: the distributions are {float(apart[at]):.3g} apart at {everything[at]:.6g} "
            f"(limit {critical:.3g} for {a.size} and {b.size} draws, false alarms {FALSE_ALARM:g})",
            *(
                f"{side}: mean {v.mean():.6g}, standard deviation {v.std():.6g}, from {v[0]:.6g} to {v[-1]:.6g}"
                for side, v in ((left.side, a), (right.side, b))
            ),
        )
        found.append(Finding(name=name, fault="distribution", units=max(ratio, 1.0), limit=1.0, lines=lines))
    return found
