"""Signatures of the public symbols that cases name: what an upgrade removed, and which defaults it moved."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

REMOVED, DEFAULT, SIGNATURE = "removed", "default", "signature"

#: symbol to its arguments, each as name, kind of parameter and default as text (None: required)
Signatures = Mapping[str, list[list[Any]] | None]

_FRAMEWORKS = ("torch", "keras")


def difference(old: Signatures, new: Signatures, used: frozenset[str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Kind, symbol and text of each change; of ``used`` symbols alone, where these are known."""
    for symbol, before in old.items():
        if used is not None and symbol not in used:
            continue
        if symbol not in new:
            yield REMOVED, symbol, "the symbol is gone"
            continue
        after = new[symbol]
        if before is None or after is None:
            continue  # a symbol without a signature of its own
        yield from _arguments(symbol, before, after)


def _arguments(symbol: str, before: list[list[Any]], after: list[list[Any]]) -> Iterator[tuple[str, str, str]]:
    old, new = ({str(entry[0]): entry for entry in listed} for listed in (before, after))
    takes_any = any(entry[1] == "**" for entry in after)
    for name, entry in old.items():
        if name not in new:
            if entry[1] in ("*", "**"):
                yield SIGNATURE, symbol, f"takes no {entry[1]}{name} any more"
            elif takes_any:
                yield SIGNATURE, symbol, f"argument {name!r} is no longer named, but **arguments are taken"
            else:
                yield REMOVED, symbol, f"argument {name!r} is gone"
        elif entry[2] != new[name][2]:
            was, now = ("required" if text is None else text for text in (entry[2], new[name][2]))
            kind = SIGNATURE if entry[2] is None else DEFAULT  # what need not be given any more may still be
            yield kind, symbol, f"default of {name!r}: {was} -> {now}"
    for name, entry in new.items():
        if name not in old:
            required = entry[2] is None and entry[1] not in ("*", "**")
            kind = DEFAULT if required else SIGNATURE
            yield kind, symbol, f"new argument {name!r}" + (", which is required" if required else "")


def used(path: str | Path) -> frozenset[str]:
    """The symbols that a file of cases names: ``keras.layers.Dense`` as it stands there, and what ``getattr`` may reach."""
    return _used(str(path))


@functools.cache
def _used(path: str) -> frozenset[str]:
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return frozenset()
    found, reached, texts = set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(_dotted(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr" and node.args:
            reached.add(_dotted(node.args[0]))
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[A-Za-z_]\w*", node.value)
        ):
            texts.add(node.value)
    named = {name for name in found if name.partition(".")[0] in _FRAMEWORKS}
    spaces = {name for name in reached if name.partition(".")[0] in _FRAMEWORKS}
    return frozenset(named | {f"{space}.{text}" for space in spaces for text in texts})


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""
