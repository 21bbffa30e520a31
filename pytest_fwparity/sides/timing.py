"""Worker half: time a call. The first call (with whatever it compiles), the warm-up and the memory stand apart from the rounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pytest_fwparity.sides.adapter import Results
from pytest_fwparity.sides.memory import Peak
from pytest_fwparity.sides.wire import Request

#: a round lasts at least this many seconds, so that the clock's own steps do not show
SHORTEST = 0.002
WARM_CALLS = 3

#: the call of the last request, so that later visits of the same worker time it again without making it anew
_held: dict[str, Callable[[], Any]] = {}


def timed(
    make: Callable[[], Callable[[], Any]],
    wait: Callable[[Any], None],
    request: Request,
    peak: Callable[[Callable[[], Any], Callable[[Any], None]], Peak | None] | None = None,
) -> Results:
    """Seconds per call of each round as ``samples``; ``first``, ``warm`` (seconds) and ``calls`` a round beside them.

    Args:
        make: builds what is timed, a call that returns what must be computed when the clock stops.
        wait: blocks until that is computed.
        request: its options are ``rounds`` (most taken), ``seconds`` (time after which no further round is begun),
            ``shortest`` (least seconds of a round) and ``again`` (the call of the request before is timed on).
        peak: measures the bytes that a call takes; they stand as ``memory`` beside the samples.
    """
    options = request.options
    form = str(options.get("form", ""))
    key = repr((sorted(request.subject.items()), sorted(request.fields.items()), options["mode"], form))
    results = Results()
    call = _held.get(key) if options.get("again") else None
    known = call is not None
    if call is None:
        _held.clear()
        call = make()
        _held[key] = call

    def once(count: int) -> float:
        began = time.perf_counter()
        value = None
        for _ in range(count):
            value = call()
        wait(value)
        return time.perf_counter() - began

    if not known:
        results.info["first"] = once(1)
    warm = [once(1) for _ in range(WARM_CALLS)]
    calls = max(1, math.ceil(float(options.get("shortest", SHORTEST)) / max(min(warm), 1e-9)))
    samples: list[float] = []
    end = time.perf_counter() + float(options["seconds"])
    while len(samples) < int(options["rounds"]) and (len(samples) < 3 or time.perf_counter() < end):
        samples.append(once(calls) / calls)
    results.add("samples", np.asarray(samples), "float64")
    results.info.update(warm=sum(warm), calls=calls, mode=form or "eager")
    if not known and peak is not None and (taken := peak(call, wait)) is not None:
        results.info.update(memory=taken.bytes, memory_by=taken.by)
    return results
