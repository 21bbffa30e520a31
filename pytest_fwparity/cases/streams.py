"""Where the numbers come from: one random stream for each draw, the same on every machine."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

_NOT_DRAWS = {"bit_generator", "spawn"}


class Streams(np.random.Generator):
    """A NumPy generator whose every draw has a PCG64 stream of its own.

    The n-th draw of a hook is seeded by (seed, sha256 of case id, hook and n), so that changing the shape of one array,
    or adding one behind it, changes no number of any other.
    """

    def __new__(cls, *_: Any) -> Streams:
        return super().__new__(cls, np.random.PCG64(0))  # type: ignore[call-arg]

    def __init__(self, seed: int, case_id: str, hook: str) -> None:
        super().__init__(np.random.PCG64(0))
        self._seed, self._key, self._draws = seed, f"{case_id}:{hook}", 0

    def next_stream(self) -> None:
        digest = hashlib.sha256(f"{self._key}:{self._draws}".encode()).digest()
        self._draws += 1
        sequence = np.random.SeedSequence([self._seed, int.from_bytes(digest[:16], "little")])
        self.bit_generator.state = np.random.PCG64(sequence).state

    def __reduce__(self) -> Any:
        raise TypeError("a case's random streams cannot be pickled")


def _fresh(name: str) -> Any:
    def draw(self: Streams, *args: Any, **options: Any) -> Any:
        self.next_stream()
        return getattr(np.random.Generator, name)(self, *args, **options)

    draw.__name__ = name
    return draw


for _name in dir(np.random.Generator):
    if not _name.startswith("_") and _name not in _NOT_DRAWS:
        setattr(Streams, _name, _fresh(_name))
