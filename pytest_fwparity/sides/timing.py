"""Worker half: time a call. The first call (with whatever it compiles) and the warm-up stand apart from the rounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pytest_fwparity.sides.adapter import Results

#: a round lasts at least this many seconds, so that the clock's own steps do not show
SHORTEST = 0.002
WARM_CALLS = 3


def timed(call: Callable[[], Any], wait: Callable[[Any], None], rounds: int, seconds: float) -> Results:
    """Seconds per call of each round as ``samples``; ``first``, ``warm`` (seconds) and ``calls`` a round beside them.

    Args:
        call: what is timed; returns what must be computed when the clock stops.
        wait: blocks until that is computed.
        rounds: most rounds taken.
        seconds: time after which no further round is begun.
    """

    def once(count: int) -> float:
        began = time.perf_counter()
        value = None
        for _ in range(count):
            value = call()
        wait(value)
        return time.perf_counter() - began

    first = once(1)
    warm = [once(1) for _ in range(WARM_CALLS)]
    calls = max(1, math.ceil(SHORTEST / max(min(warm), 1e-9)))
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while len(samples) < rounds and (len(samples) < 3 or time.perf_counter() < end):
        samples.append(once(calls) / calls)
    results = Results()
    results.add("samples", np.asarray(samples), "float64")
    results.info.update(first=first, warm=sum(warm), calls=calls, mode="eager")
    return results
