"""A known difference between the frameworks, declared as the code that reproduces it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One known difference of a case.

    ``function`` takes the place of the hook ``replaces``; with it in place both sides must agree at the full bound.
    ``versions`` maps a framework to the range in which the difference holds (``{"keras": ">=3.3"}``).
    """

    function: Callable[..., Any]
    replaces: str
    why: str
    source: str
    versions: Mapping[str, str] = field(default_factory=dict)
    when: Callable[[Any], bool] | None = None
    name: str = ""

    def holds_for(self, case: Any) -> bool:
        """Whether this variant has the difference."""
        return self.when is None or bool(self.when(case))

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "name", name)


def difference(
    *,
    replaces: str,
    why: str,
    source: str,
    versions: Mapping[str, str] | None = None,
    when: Callable[[Any], bool] | None = None,
) -> Callable[[Callable[..., Any]], Difference]:
    """Declare a known difference: the decorated method replaces the hook ``replaces`` (same signature).

    The plain hook must then differ *and* the replacement must agree; a difference that is no longer needed is reported.

    Args:
        replaces: name of the hook of this kind of case that the method stands in for.
        why: one sentence that says what differs and on which side.
        source: where that can be read: a file of the framework, its documentation, an issue.
        versions: framework to version range, where the difference does not hold for all; open upwards when unset.
        when: which variants have it (``when=lambda case: case.momentum > 0``); all when unset.
    """

    def mark(function: Callable[..., Any]) -> Difference:
        return Difference(
            function=function, replaces=replaces, why=why, source=source, versions=dict(versions or {}), when=when
        )

    return mark
