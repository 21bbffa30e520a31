"""What changed from one record to another, item by item and side by side (verdict.md, section 5.E of the rule)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_fwparity.cases.definition import LEVELS
from pytest_fwparity.records import arrays, interface, pace
from pytest_fwparity.records.store import Record
from pytest_fwparity.verdict.outcome import AGREE, BROKEN, DIFFER, INCONCLUSIVE, KNOWN, NOT_RUN

# What may have become of a side's results, of an item, or of what belongs to it, from worst to best.
LOST = "lost agreement"
BROKE = "broken"
NONFINITE = "new NaN or Inf"
LEFT = "left the budget"
DTYPE = "changed dtype"
REMOVED = "removed argument or symbol"
DEFAULT = "changed default"
VANISHED = "vanished"
MEMORY = "more memory"
SLOWER = "slower"
SLOWER_START = "slower first call"
UNSURE = "inconclusive"
SPEED_UNSURE = "speed inconclusive"
DRIFTED = "drifted inside the budget"
CHANGED = "case changed"
SIGNATURE = "other signature"
KNOWN_NOW = "known difference now"
KERNELS = "other kernels"
NEW = "new"
WARNING = "new warning"
GONE = "warning gone"
MENDED = "mended"
FASTER = "faster"
LESS_MEMORY = "less memory"
SPEED_EQUAL = "as fast as before"
UNASKED = "not asked this time"
ROUNDING = "within rounding"
BITWISE = "bitwise equal"

KINDS = (
    *(LOST, BROKE, NONFINITE, LEFT, DTYPE, REMOVED, DEFAULT, VANISHED, MEMORY, SLOWER, SLOWER_START, UNSURE),
    *(SPEED_UNSURE, DRIFTED, CHANGED, KNOWN_NOW, SIGNATURE, KERNELS, NEW, WARNING, GONE, MENDED),
    *(FASTER, LESS_MEMORY, UNASKED),
    *(SPEED_EQUAL, ROUNDING, BITWISE),
)

#: growth of the root mean square error that is listed, and that which is out of proportion; below the floor is noise
LISTED, LARGE, FLOOR = 2.0, 4.0, 0.25

_GOOD, _BAD = (AGREE, KNOWN), (DIFFER, BROKEN)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that changed, or a side's results that did not."""

    kind: str
    item: str
    side: str = ""
    output: str = ""
    text: str = ""
    #: how much worse, for sorting: growth of the error in units
    growth: float = 0.0
    #: of speed, the smallest relative change that would have been seen
    seen: float = 0.0


def name_of(entry: Mapping[str, Any]) -> str:
    """``core:layers/Dense[default] agree float32, seed 0``."""
    told = " ".join([entry["check"], *entry["parameters"]])
    return f"{entry['case']}[{entry['variant']}] {told}, seed {entry['seed']}"


def drift(old: Record, new: Record) -> list[Change]:
    """Everything that changed, one :data:`BITWISE` or :data:`ROUNDING` entry for each side's results that hold."""
    found = [Change(kind=kind, item=name, side=side, text=text) for kind, side, name, text in _interfaces(old, new)]
    timed: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for key, before in old.items.items():
        after = new.items.get(key)
        if after is not None and before["outcome"] == "timed":
            timed.append((before, after))
        elif after is not None:
            found += changes(before, after)
        elif before["outcome"] != "timed":
            kind = VANISHED if asked(before, new, old) else UNASKED
            found.append(Change(kind=kind, item=name_of(before), text=f"was {before['outcome']}"))
    found += _paces(timed)
    for key in new.items:
        if key in old.items:
            continue
        after = new.items[key]
        if after["outcome"] != "timed" and asked(after, old, new):
            found.append(Change(kind=NEW, item=name_of(after), text=str(after["outcome"])))
    return found


def asked(entry: Mapping[str, Any], by: Record, other: Record) -> bool:
    """Whether the run ``by`` should have had an item of ``other``: it ended, selected nothing, had that level and seed."""
    if not by.finished or by.header.get("whole") is False:
        return False
    seeds = by.header.get("seeds")
    if seeds is not None and entry["seed"] not in seeds:
        return False
    levels = [record.header.get("level") for record in (by, other)]
    return not all(level in LEVELS for level in levels) or LEVELS.index(levels[0]) >= LEVELS.index(levels[1])


_OF_INTERFACE = {interface.REMOVED: REMOVED, interface.DEFAULT: DEFAULT, interface.SIGNATURE: SIGNATURE}


def _interfaces(old: Record, new: Record) -> Iterator[tuple[str, str, str, str]]:
    """Kind, side, symbol and text of every change in the signatures of the symbols that the cases name."""
    for side, before in old.interfaces.items():
        after = new.interfaces.get(side)
        if after is None:
            continue
        for kind, name, text in interface.difference(before, after, old.used):
            yield _OF_INTERFACE[kind], side, name, text


_OF_PACE = {
    pace.SLOWER: SLOWER,
    pace.FASTER: FASTER,
    pace.START: SLOWER_START,
    pace.MEMORY: MEMORY,
    pace.LESS: LESS_MEMORY,
    pace.UNSURE: SPEED_UNSURE,
    pace.EQUAL: SPEED_EQUAL,
}


def _paces(timed: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterator[Change]:
    """Speed, first call and memory of the speed items."""
    entries = [
        (name_of(after), side, before["sides"][side].get("speed", {}), after["sides"][side].get("speed", {}))
        for before, after in timed
        for side in before["sides"]
        if side in after["sides"]
    ]
    host = pace.shift([(one, other) for _, _, one, other in entries])
    if abs(host.calls) > math.log(pace.TOLD):
        text = f"all speed items, {100 * math.expm1(host.calls):+.1f} % in the median: the host at another time, or the stack"
        text += "; only launches side by side (--fwparity-candidate) tell which"
        yield Change(kind=SPEED_UNSURE, item=f"{len(entries)} items", text=text, growth=float("inf"))
    for name, side, one, other in entries:
        for found in pace.compare(one, other, host):
            if found.kind in _OF_PACE:
                kind = _OF_PACE[found.kind]
                yield Change(kind=kind, item=name, side=side, text=found.text, growth=found.growth, seen=found.seen)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What became of one item, each side's results included."""
    name = name_of(after)
    if before.get("inputs") and after.get("inputs") and before["inputs"] != after["inputs"]:
        yield Change(kind=CHANGED, item=name, text="its inputs differ: nothing can be compared")
        return
    found: list[Change] = []
    shared = [side for side in before["sides"] if side in after["sides"]]
    for side in shared:
        for label, one in before["sides"][side].items():
            other = after["sides"][side].get(label)
            if other is not None and label != "speed":
                found += _answer(name, side, label, one, other, before, after)
    moved, found = _joined(_outcome(name, before, after), found)
    if moved is not None and before.get("source") != after.get("source"):
        moved = replace(moved, text=f"{moved.text}; the file of its case is another, too")
    if moved is not None:
        yield _traced(moved, shared, found) if moved.kind == LOST else moved
    yield from found


def _joined(moved: Change | None, found: Sequence[Change]) -> tuple[Change | None, list[Change]]:
    """The item's own change with the sides' errors that it consists of; of one output, one entry for all its dtypes."""
    if moved is not None and moved.kind in (BROKE, MENDED):
        own = [change for change in found if change.kind == moved.kind and not change.output]
        found = [change for change in found if change not in own]
        if own:
            text = moved.text if moved.kind == BROKE else f"{moved.text}; {own[0].text}"
            moved = replace(moved, side=",".join(dict.fromkeys(change.side for change in own)), text=text)
    kept: list[Change] = []
    for change in sorted(found, key=lambda change: -change.growth):  # the worst first
        told = [one for one in kept if (one.kind, one.side, one.output) == (change.kind, change.side, change.output)]
        if not told or change.kind not in (DRIFTED, LEFT):
            kept.append(change)
    return moved, kept


def _traced(lost: Change, shared: Sequence[str], found: Sequence[Change]) -> Change:
    """Lost agreement, with the side it came from: the one whose results are no longer what they were, if it is one."""
    altered = {change.side for change in found if change.kind not in (BITWISE, WARNING, GONE, KERNELS)}
    if len(shared) < 2 or not found:
        return lost
    if not altered:
        text = (
            "every recorded result has the same bits: what it is judged by changed, or a step forced from another state"
        )
        return replace(lost, text=f"{lost.text}; {text}")
    told = " and ".join(sorted(altered))
    rest = " and ".join(side for side in shared if side not in altered)
    still = f", {rest} the same bits as before" if rest else ""
    side = lost.side or (next(iter(altered)) if len(altered) == 1 else "")
    return replace(lost, side=side, text=f"{lost.text}; {told} changed{still}")


def _outcome(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change | None:
    old, new = before["outcome"], after["outcome"]
    line = str(after.get("message", "")).splitlines()
    text = f"{old} -> {new}" + (f": {line[0]}" if line else "")
    if new == BROKEN and old != BROKEN:
        return Change(kind=BROKE, item=name, text=text, growth=float("inf"))
    if new == DIFFER and old in (*_GOOD, INCONCLUSIVE, NOT_RUN):
        return Change(kind=LOST, item=name, side=",".join(after.get("blamed", [])), text=text, growth=float("inf"))
    if new == NOT_RUN and old in _GOOD:
        return Change(kind=VANISHED, item=name, text=text)
    if new == INCONCLUSIVE and old in _GOOD:
        return Change(kind=UNSURE, item=name, text=text)
    if new in _GOOD and old in (*_BAD, INCONCLUSIVE):
        return Change(kind=MENDED, item=name, text=text)
    if old == AGREE and new == KNOWN and after.get("kind") != "mended":
        return Change(kind=KNOWN_NOW, item=name, text=text)
    gone = old == KNOWN and new == AGREE
    if gone or (after.get("kind") == "mended" and before.get("kind") != "mended"):
        return Change(kind=MENDED, item=name, text=f"a known difference is gone: {text}")
    return None


def _answer(
    name: str,
    side: str,
    label: str,
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[Change]:
    if "error" in other or "error" in one:
        if "error" not in one:
            yield Change(kind=BROKE, item=name, side=side, text=str(other["error"]), growth=float("inf"))
        elif "error" not in other:
            yield Change(kind=MENDED, item=name, side=side, text=f"no longer: {one['error']}")
        return
    yield from _warnings(name, side, one, other)
    yield from _kernels(name, side, one, other)
    old, new = one["arrays"], other["arrays"]
    faults = []
    for output in old:
        if output not in new:
            faults.append(Change(kind=VANISHED, item=name, side=side, output=output, text="the result is gone"))
    for output, told in new.items():
        if output not in old:
            faults.append(Change(kind=NEW, item=name, side=side, output=output, text="a result that was not there"))
        else:
            faults += _array(name, side, output, old[output], told)
    yield from faults
    moved = [output for output in new if output in old and old[output]["digest"] != new[output]["digest"]]
    if not moved:
        if not faults:
            yield Change(kind=BITWISE, item=name, side=side)
        return
    yield _numbers(name, side, label, moved, old, new, before, after)


def _kernels(name: str, side: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Change]:
    """Another path to the result, where both records say which one was taken."""
    old, new = (told.get("kernels") for told in (one, other))
    if old and new and set(old) != set(new):
        parts = [("no longer", set(old) - set(new)), ("now", set(new) - set(old))]
        text = "; ".join(f"{word} {', '.join(sorted(names))}" for word, names in parts if names)
        yield Change(kind=KERNELS, item=name, side=side, text=text)


def _array(name: str, side: str, output: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old.get("dtype") != new.get("dtype") or old.get("shape") != new.get("shape"):
        text = f"{old.get('dtype')}{old.get('shape')} -> {new.get('dtype')}{new.get('shape')}"
        yield Change(kind=DTYPE, item=name, side=side, output=output, text=text)
    if new.get("nonfinite", 0) != old.get("nonfinite", 0):
        text = f"{old.get('nonfinite', 0)} -> {new.get('nonfinite', 0)} elements that are not finite"
        kind = NONFINITE if new.get("nonfinite", 0) > old.get("nonfinite", 0) else MENDED
        yield Change(kind=kind, item=name, side=side, output=output, text=text, growth=float("inf"))


def _numbers(
    name: str,
    side: str,
    label: str,
    moved: Sequence[str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Change:
    """How the errors of the results whose bits changed have grown; the worst of them speaks for all."""
    worst = Change(kind=ROUNDING, item=name, side=side, text=f"other bits in {', '.join(moved[:3])}")
    for output in moved:
        one, other = _finding(before, side, output), _finding(after, side, output)
        error, now = _size(one), _size(other)
        growth = max(now, FLOOR) / max(error, FLOOR)
        limit = f"limit {other.get('limit', one.get('limit', 0)):g}" + ", beyond it before too" * bool(one.get("fault"))
        text = f"{label}: {_moved(old[output], new[output])}; error {error:.3g} -> {now:.3g} units ({limit})"
        if other.get("fault") and not one.get("fault") and growth > LARGE:
            kind = LEFT
        elif growth > LISTED:
            kind = DRIFTED
        else:
            continue
        change = Change(kind=kind, item=name, side=side, output=output, text=text, growth=growth)
        if worst.kind == ROUNDING or (change.kind == LEFT, change.growth) > (worst.kind == LEFT, worst.growth):
            worst = change
    return worst


def _moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Of the sampled elements the one that moved most, relative to its size."""

    def size(row: tuple[int, Any, Any]) -> float:
        _, was, now = row
        if was == now:
            return 0.0
        if isinstance(was, str) or isinstance(now, str):
            return float("inf")
        return float(abs(now - was) / max(abs(was), abs(now)))

    samples = (told.get("sample", []) for told in (old, new))
    rows = list(zip(arrays.places(math.prod(old.get("shape", []))), *samples, strict=False))
    if old.get("shape") != new.get("shape") or not rows:
        return "other elements"
    most = max(rows, key=size)
    if not size(most):
        return "the sampled elements are equal to 9 digits"
    return f"{most[1]} -> {most[2]} (element {most[0]})"


def _finding(entry: Mapping[str, Any], side: str, output: str) -> Mapping[str, Any]:
    """What the item's verdict found of one output on a side; an item that compares two sides speaks for both."""
    named: list[dict[str, Any]] = [found for found in entry["findings"] if found["name"] == output]
    own = [found for found in named if found.get("side") == side]
    return (own or named or [{}])[0]


def _size(finding: Mapping[str, Any]) -> float:
    for name in ("rms", "units"):
        value = finding.get(name)
        if isinstance(value, (int, float)) and value:
            return float(value)
        if isinstance(value, str):
            return float("inf")
    return 0.0


def _warnings(name: str, side: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Change]:
    """By category and text; the line that raises may move."""
    old, new = ({(w[0], w[1]): w for w in told.get("warnings", [])} for told in (one, other))
    for key, entry in new.items():
        if key not in old:
            yield Change(kind=WARNING, item=name, side=side, output=key[0], text=f"{key[0]}: {key[1]} ({entry[2]})")
    for key, entry in old.items():
        if key not in new:
            yield Change(kind=GONE, item=name, side=side, output=key[0], text=f"{key[0]}: {key[1]} ({entry[2]})")
