"""The layout of a record's lines, as types that msgspec checks: whoever reads one may rely on them.

A number that JSON has no word for (NaN, infinity) stands as text. What a newer version adds to a line is left out.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

Seconds = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]

#: an element of an array, or a statistic that need not be finite
Element = str | bool | int | float


class Array(TypedDict):
    """One result: its framework dtype, digest of all of it, some elements."""

    digest: str
    dtype: NotRequired[str]
    shape: NotRequired[list[Count]]
    sample: NotRequired[list[Element]]
    nonfinite: NotRequired[Count]


class Launch(TypedDict):
    """What one worker timed: seconds a call, seconds of the first call, bytes at the peak of a call."""

    samples: list[Seconds]
    first: NotRequired[Seconds]
    warm: NotRequired[Seconds]
    calls: NotRequired[Count]
    mode: NotRequired[str]
    memory: NotRequired[Count | None]
    #: ``allocator`` or ``resident``
    memory_by: NotRequired[str]


class Answer(TypedDict):
    """What a side gave: ``error``, or ``arrays`` and what belongs to them, or ``launches`` of a speed item."""

    error: NotRequired[str]
    arrays: NotRequired[dict[str, Array]]
    #: category, text, place
    warnings: NotRequired[list[tuple[str, str, str]]]
    values: NotRequired[str]
    kernels: NotRequired[list[str]]
    launches: NotRequired[list[Launch]]
    pairing: NotRequired[str | None]
    side: NotRequired[str]
    device: NotRequired[str | None]
    versions: NotRequired[dict[str, str] | None]


class Finding(TypedDict):
    """What the verdict found of one output."""

    name: str
    side: NotRequired[str]
    dtype: NotRequired[str]
    units: NotRequired[float | str]
    rms: NotRequired[float | str]
    limit: NotRequired[float]
    sees: NotRequired[float | str]
    fault: NotRequired[str]
    unsure: NotRequired[str]


class Item(TypedDict):
    """One question, its verdict, and every side's answers by dtype (or policy)."""

    type: str
    case: str
    variant: str
    check: str
    parameters: list[str]
    seed: int
    outcome: str
    findings: list[Finding]
    sides: dict[str, dict[str, Answer]]
    suite: NotRequired[str]
    area: NotRequired[str]
    node: NotRequired[str]
    source: NotRequired[str]
    inputs: NotRequired[str]
    kind: NotRequired[str]
    message: NotRequired[str]
    blamed: NotRequired[list[str]]
    notes: NotRequired[dict[str, str]]
    seconds: NotRequired[float]


class Machine(TypedDict):
    """The machine: identity, condition and health."""

    facts: dict[str, dict[str, Any]]


class Side(TypedDict):
    """The stack of a side, as its worker loaded it; what :class:`Stack` does not name is kept as it is."""

    side: str
    facts: dict[str, str | dict[str, Any]]


class Stack(TypedDict):
    """What readers rely on in the facts of a side."""

    versions: NotRequired[dict[str, str]]
    file: NotRequired[str]
    device: NotRequired[str]


class Header(TypedDict):
    """What readers rely on in the header."""

    finished: bool
    #: name to ``bytes`` and ``sha256``
    files: dict[str, dict[str, Any]]
    begun: NotRequired[float]
    level: NotRequired[str]
    seeds: NotRequired[list[int]]
    whole: NotRequired[bool]
    size: NotRequired[str]


class Interface(TypedDict):
    """A side's symbols to their arguments: name, kind and default of each; None where there is no signature."""

    side: str
    symbols: dict[str, list[tuple[str, str, str | None]] | None]


class Used(TypedDict):
    """Symbols that the cases name."""

    symbols: list[str]


LINES: dict[str, Any] = {"item": Item, "machine": Machine, "side": Side, "interface": Interface, "used": Used}
