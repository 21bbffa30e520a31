"""The variants of a case: settings of its fields, each with a stable id."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_LONGEST = 80
_ALLOWED = re.compile(r"[A-Za-z0-9_.,=+x-]+")


class Variants:
    """An ordered collection of settings; join two with ``|``. Made by :func:`grid` and :func:`named`."""

    def __init__(self, entries: Iterable[tuple[str | None, Mapping[str, Any]]] = ()) -> None:
        self.entries = [(name, dict(fields)) for name, fields in entries]

    def __or__(self, other: Variants) -> Variants:
        if not isinstance(other, Variants):
            return NotImplemented
        return Variants([*self.entries, *other.entries])

    def __iter__(self) -> Iterator[tuple[str | None, dict[str, Any]]]:
        return iter(self.entries)

    def __repr__(self) -> str:
        return f"Variants({self.entries!r})"


def grid(**values: Sequence[Any]) -> Variants:
    """Every combination of the listed values; each id is made of the fields that differ from their defaults."""
    for name, listed in values.items():
        if isinstance(listed, str) or not isinstance(listed, Sequence):
            raise TypeError(f"grid({name}=...) takes a list of values, not {listed!r}")
    names = list(values)
    return Variants((None, dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*values.values()))


def named(**settings: Mapping[str, Any]) -> Variants:
    """Settings with explicit ids: ``named(plain={}, even=dict(kernel_size=[4, 4]))``."""
    return Variants(settings.items())


def text_of(value: Any) -> str:
    """The spelling of one field value inside an id: ``[2, 4]`` is ``2x4``."""
    if isinstance(value, (list, tuple)):
        return "x".join(text_of(entry) for entry in value) or "none"
    if isinstance(value, dict):
        return "+".join(f"{key}.{text_of(entry)}" for key, entry in sorted(value.items())) or "none"
    return str(value)


def variant_id(explicit: str | None, fields: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """The id of one setting; raises ``ValueError`` with a remedy where none can be made."""
    if explicit is not None:
        made = explicit
    else:
        changed = {name: value for name, value in fields.items() if frozen(value) != frozen(defaults.get(name))}
        made = ",".join(f"{name}={text_of(value)}" for name, value in sorted(changed.items())) or "default"
    if len(made) > _LONGEST:
        raise ValueError(f"variant id {made!r} has {len(made)} characters, at most {_LONGEST}: name it with named()")
    if not _ALLOWED.fullmatch(made):
        raise ValueError(
            f"variant id {made!r} may hold letters, digits and '_.,=+-' only: name the setting with named()"
        )
    return made


def frozen(value: Any) -> Any:
    """JSON value with lists as tuples, so that both ends of the pipe see the same."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(entry) for entry in value)
    if isinstance(value, dict):
        return {key: frozen(entry) for key, entry in value.items()}
    return value
