"""Speed, first call and memory of one speed item before and after: what can honestly be said of them.

The unit of replication is the launch (a worker process), not the round: rounds of one launch share its luck. Launches that
were paired, run side by side in turns, are compared pair by pair with an exact sign-flip test; launches of two times apart
by their spread, beyond what moved everything between the two times, and only where the fastest launch moved as well: what
disturbs a host adds time and never takes any. One launch on either hand says nothing about speed, and is not judged.
"""

from __future__ import annotations

import itertools
import math
import operator
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

SLOWER, FASTER, START, MEMORY, LESS, UNSURE, EQUAL = "slower", "faster", "start", "memory", "less", "unsure", "equal"
#: too few launches to judge
UNTOLD = "untold"

#: smallest relative change that is worth a word: of a step, of a first call
STEP_FLOOR = {"cpu": 0.10, "cuda": 0.05}
START_FLOOR = 0.25
#: of memory, relative and in bytes: as an allocator tells it, or by resident sizes of :data:`_APART` launches, of which the
#: least counts; and by resident sizes of fewer, which differ by that much from launch to launch of the same code
MEMORY_FLOOR, RESIDENT_FLOOR = (0.02, 1 << 20), (0.10, 4 << 20)
#: seconds that a first call has to lose besides: below them nothing was compiled
START_SECONDS = 0.005
#: most pairs whose flips are all counted; least pairs, and least launches on either hand that were not paired
_EXACT, _PAIRS, _APART = 12, 7, 5
#: least items whose median tells how much faster or slower a host was at another time
_ITEMS = 8
#: as much as a host alone may be faster or slower at another time (a tenth was seen); more is the stack's
_HOST = math.log(1.15)
#: a shift of everything that is worth a word
TOLD = 1.03
#: one-sided chance of a false alarm of one comparison, before the floor
_ALPHA = 0.01


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of one quantity; ``growth`` is new over old, ``seen`` the smallest relative change that would have shown."""

    kind: str
    text: str
    growth: float = 1.0
    seen: float = 0.0


class Host(NamedTuple):
    """Logarithms by which all calls, and all first calls, moved between two times."""

    calls: float = 0.0
    firsts: float = 0.0


def compare(old: Mapping[str, Any], new: Mapping[str, Any], host: Host | None = None) -> Iterator[Found]:
    """Of two speed entries of a record: ``launches`` (each with ``samples``, ``first`` and ``memory``), ``pairing``, ``device``.

    ``host`` is how everything moved between two times, as :func:`shift` finds it.
    """
    host = host or Host()
    before, after = _launches(old), _launches(new)
    paired = _paired(old, new, before, after)
    floor = STEP_FLOOR["cpu" if str(new.get("device", "cpu")) in ("", "cpu") else "cuda"]
    if before and after:
        times = [[_median(launch["samples"]) for launch in listed] for listed in (before, after)]
        yield _judged("a call", times[0], times[1], floor, paired, host.calls, (SLOWER, FASTER))
        firsts = [_firsts(listed) for listed in (before, after)]
        if all(firsts):
            found = _judged("the first call", firsts[0], firsts[1], START_FLOOR, paired, host.firsts, (START, EQUAL))
            lost = _median(firsts[1]) - _median(firsts[0])
            if found.kind == START and lost > START_SECONDS:  # else it is not worth a line beside the call itself
                yield found
    yield from _memory(before, after)


def shift(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Host:
    """The median log ratios of speed entries that were launched at two times; 0 where these are too few to tell."""
    calls, firsts = [], []
    for old, new in pairs:
        before, after = _launches(old), _launches(new)
        if min(len(before), len(after)) < _APART or _paired(old, new, before, after):
            continue
        one, other = (_median([_median(launch["samples"]) for launch in listed]) for listed in (before, after))
        calls.append(math.log(other / one))
        if (was := _firsts(before)) and (now := _firsts(after)):
            firsts.append(math.log(_median(now) / _median(was)))
    return Host(*(_median(listed) if len(listed) >= _ITEMS else 0.0 for listed in (calls, firsts)))


def _firsts(launches: Sequence[Mapping[str, Any]]) -> list[float]:
    return [launch["first"] for launch in launches if launch.get("first")]


def _paired(old: Mapping[str, Any], new: Mapping[str, Any], before: Sequence[Any], after: Sequence[Any]) -> bool:
    return bool(old.get("pairing")) and old.get("pairing") == new.get("pairing") and len(before) == len(after)


def _launches(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those whose clock has moved."""
    return [one for one in entry.get("launches", []) if one["samples"] and min(one["samples"]) > 0]


def _median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def _judged(
    what: str,
    old: Sequence[float],
    new: Sequence[float],
    floor: float,
    paired: bool,
    host: float,
    kinds: tuple[str, str],
) -> Found:
    """Log ratios judged: worse, better, equal, or unsure with what could have been seen."""
    if paired and len(old) >= _PAIRS:
        ratios = [math.log(n / o) for o, n in zip(old, new, strict=True)]
        estimate = statistics.median(ratios)
        low, high = interval(ratios)
        host, fastest = 0.0, estimate
        how = f"{len(old)} pairs of launches"
    elif min(len(old), len(new)) >= _APART:
        estimate = math.log(_median(new) / _median(old))
        spread = 3 * 1.4826 * math.hypot(_deviation(old), _deviation(new))
        low, high = estimate - spread, estimate + spread
        fastest = math.log(min(new) / min(old))
        how = f"{len(old)} and {len(new)} launches at different times"
    else:
        least = min(len(old), len(new))
        text = f"{what}: {_shown(_median(old))} -> {_shown(_median(new))}; {least} launch says nothing about speed"
        return Found(kind=UNTOLD, text=text)
    bound = math.log1p(floor)
    more, less = min(max(host, 0.0), _HOST), max(min(host, 0.0), -_HOST)
    seen = max(bound, high - estimate) + more
    text = f"{what}: {_shown(_median(old))} -> {_shown(_median(new))}, {_percent(estimate)}"
    text += f" ({_percent(low)} to {_percent(high)}; {how})"
    if low > more and min(estimate, fastest) > bound + more:
        kind = kinds[0]
    elif high < less and max(estimate, fastest) < less - bound:
        kind = kinds[1]
    elif low > -bound and high < bound:
        kind = EQUAL
    else:
        kind = UNSURE
        text += f"; a change of {_percent(seen)} would have been seen"
    return Found(kind=kind, text=text, growth=math.exp(estimate), seen=math.expm1(seen))


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """The shifts that an exact one-sided sign-flip test of the mean does not reject at :data:`_ALPHA`, from both hands.

    Up to :data:`_EXACT` pairs every flip is counted; of more, sign by sign (the order statistics of the sign test).
    """
    ordered = sorted(ratios)
    if len(ordered) > _EXACT:
        skipped = 0
        while sum(math.comb(len(ordered), k) for k in range(skipped + 1)) / 2 ** len(ordered) <= _ALPHA:
            skipped += 1
        return ordered[max(0, skipped - 1)], ordered[-max(1, skipped)]
    flips = list(itertools.product((1, -1), repeat=len(ordered)))

    def rejected(shift: float, sign: int) -> bool:
        moved = [sign * (ratio - shift) for ratio in ordered]
        total = sum(moved)
        reached = sum(1 for flip in flips if sum(map(operator.mul, flip, moved)) >= total - 1e-12)
        return reached / len(flips) <= _ALPHA

    span = max(ordered[-1] - ordered[0], 1e-9)
    middle = sum(ordered) / len(ordered)
    low = _edge(ordered[0] - span, middle, lambda shift: rejected(shift, 1))
    high = _edge(ordered[-1] + span, middle, lambda shift: rejected(shift, -1))
    return low, high


def _edge(out: float, inside: float, rejected: Callable[[float], bool]) -> float:
    """Where, between a shift far out, which is rejected, and one inside, rejection ends."""
    for _ in range(40):
        middle = (out + inside) / 2
        if rejected(middle):
            out = middle
        else:
            inside = middle
    return out


def _deviation(values: Sequence[float]) -> float:
    """Median absolute deviation of the logarithms."""
    logs = [math.log(value) for value in values]
    middle = statistics.median(logs)
    return float(statistics.median(abs(value - middle) for value in logs))


def _memory(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Peak bytes of a call above what was held, by the same measure: the least over launches, since noise only adds."""
    for by in ("allocator", "resident"):
        listed = [[one for one in launches if one.get("memory_by", "resident") == by] for launches in (before, after)]
        peaks = [[one["memory"] for one in launches if one.get("memory") is not None] for launches in listed]
        if not all(peaks):
            continue
        few = by == "resident" and min(map(len, peaks)) < _APART
        share, least = RESIDENT_FLOOR if few else MEMORY_FLOOR
        old, new = (min(launches) for launches in peaks)
        text = f"peak memory of a call: {_bytes(old)} -> {_bytes(new)}"
        if new > old * (1 + share) + least:
            yield Found(kind=MEMORY, text=text, growth=new / max(old, 1))
        elif old > new * (1 + share) + least:
            yield Found(kind=LESS, text=text, growth=new / max(old, 1))


def _shown(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _percent(logarithm: float) -> str:
    return f"{100 * math.expm1(logarithm):+.1f} %"


def _bytes(count: float) -> str:
    return f"{count / (1 << 20):.1f} MiB"
