"""A known difference between the frameworks, declared as the code that reproduces it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One known difference of a case.

    ``function`` takes the place of the hook ``replaces``; with it in place both sides must agree at the full bound.
    ``versions`` maps a framework to the range in which the difference holds (``{"keras": ">=3.3"}``). With ``dtypes`` it is
    a difference of rounding alone: ``sides`` lose more in those dtypes than their inputs explain, and the code must lose
    as much when each of its operations is rounded.
    """

    function: Callable[..., Any]
    replaces: str
    why: str
    source: str
    versions: Mapping[str, str] = field(default_factory=dict)
    when: Callable[[Any], bool] | None = None
    name: str = ""
    sides: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    #: kinds of device on which it is there; every one when empty
    devices: tuple[str, ...] = ()
    #: where a worker finds the function of a difference that stands outside the case; empty for the case's own
    place: Mapping[str, str] = field(default_factory=dict)

    def holds_for(self, case: Any) -> bool:
        """Whether this variant has the difference."""
        return self.when is None or bool(self.when(case))

    def holds_on(self, side: str, dtype: str) -> bool:
        """Whether it is a difference of rounding of that side in that dtype; tf32 is float32 but for its products."""
        return ("float32" if dtype == "tf32" else dtype) in self.dtypes and self._names(side)

    def semantic_on(self, side: str) -> bool:
        """Whether that side computes another function than torch's plain hooks."""
        return not self.dtypes and self._names(side)

    def _names(self, side: str) -> bool:
        return any(fnmatchcase(side.split("@")[0], glob) for glob in self.sides or ("*",))

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)


def difference(
    *,
    replaces: str,
    why: str,
    source: str,
    versions: Mapping[str, str] | None = None,
    when: Callable[[Any], bool] | None = None,
    sides: Sequence[str] = (),
    dtypes: Sequence[str] = (),
    devices: Sequence[str] = (),
) -> Callable[[Callable[..., Any]], Difference]:
    """Declare a known difference: the decorated method replaces the hook ``replaces`` (same signature).

    The plain hook must then differ *and* the replacement must agree; a difference that is no longer needed is reported.

    Args:
        replaces: name of the hook of this kind of case that the method stands in for.
        why: one sentence that says what differs and on which side.
        source: where that can be read: a file of the framework, its documentation, an issue.
        versions: framework to version range, where the difference does not hold for all; open upwards when unset.
        when: which variants have it (``when=lambda case: case.momentum > 0``); all when unset.
        sides: with ``dtypes``, which sides lose precision (``("keras-torch",)``, ``("keras-*",)``).
        dtypes: working dtypes in which they do, for a difference of rounding; the function itself differs when unset.
        devices: kinds of device on which it is there (``("cuda",)``); every one when unset.
    """

    def mark(function: Callable[..., Any]) -> Difference:
        return Difference(
            function=function,
            replaces=replaces,
            why=why,
            source=source,
            versions=dict(versions or {}),
            when=when,
            sides=tuple(sides),
            dtypes=tuple(dtypes),
            devices=tuple(devices),
        )

    return mark
