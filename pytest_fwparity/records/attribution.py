"""Which component of the stack a change follows, seen over several comparisons with the same old record."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_fwparity.records.gate import Gate

#: changes that are listed for one verdict
_SHOWN = 5


def attribution(gates: Mapping[str, Gate]) -> list[str]:
    """Lines that say which component each failing change follows; empty for fewer than two comparisons.

    A change follows a component where it shows in every comparison in which that component changed and in none of the
    others. Side by side: what changed on another side cannot have moved this one.
    """
    if len(gates) < 2:
        return []
    seen: dict[tuple[str, str, str, str], set[str]] = {}
    for name, found in gates.items():
        for change in found.failures:
            seen.setdefault((change.kind, change.item, change.side, change.output), set()).add(name)
    answers: dict[str, list[str]] = {}
    for (kind, item, side, output), names in seen.items():
        where = ", ".join(part for part in (side, output) if part)
        text = f"{kind}: {item}" + (f" ({where})" if where else "")
        answers.setdefault(_follows(gates, names, side), []).append(text)
    told = []
    for answer, changes in sorted(answers.items(), key=lambda entry: -len(entry[1])):
        told.append(f"follows {answer}: {len(changes)} changes")
        told += [f"    {text}" for text in changes[:_SHOWN]]
        if len(changes) > _SHOWN:
            told.append(f"    and {len(changes) - _SHOWN} more")
    return told


def _follows(gates: Mapping[str, Gate], names: set[str], side: str) -> str:
    """The components that changed wherever the change shows and nowhere else; else why none is named."""
    changed = {name: _components(found, side) for name, found in gates.items()}
    common = set.intersection(*(changed[name] for name in names))
    elsewhere = set().union(*(changed[name] for name in gates if name not in names))
    if alone := common - elsewhere:
        return " or ".join(sorted(alone))
    if not any(changed[name] for name in names):
        return "no recorded component (chance, or something the fingerprint does not hold)"
    return "no single component"


def _components(found: Gate, side: str) -> set[str]:
    """What changed on that side or in the machine; for an item that speaks of no one side, anywhere."""
    sides = {part for part in side.split(",") if part}
    parts = set()
    for change in found.environment:
        owner = change.name.partition(".")[0]
        if not sides or owner in ("machine", "tool") or owner in sides:
            parts.add(change.component)
    return parts
