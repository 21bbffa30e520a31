"""The worker's own timings, replayed to pytest-benchmark through its public API."""

from __future__ import annotations

from typing import Any


class ReplayClock:
    """A timer that reads the worker's samples: round ``i`` lasts exactly ``samples[i]`` seconds."""

    def __init__(self) -> None:
        self.samples: list[float] = []
        self._now = 0.0
        self._next = 0

    def __call__(self) -> float:
        return self._now

    def step(self) -> None:
        """One round."""
        self._now += self.samples[self._next]
        self._next += 1


def replay(benchmark: Any, clock: ReplayClock, samples: list[float], extra: dict[str, Any]) -> None:
    """Enter ``samples`` as the rounds of one benchmark."""
    clock.samples = samples
    benchmark.extra_info.update(extra)
    benchmark.pedantic(clock.step, rounds=len(samples), iterations=1)
