"""Records made by hand, without pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pytest_fwparity.records import store


def item(number: int, **more: Any) -> dict[str, Any]:
    told = {"digest": f"{number:016x}", "dtype": "float32", "shape": [2], "sample": [1.0]}
    return {
        "type": "item",
        "case": f"own:layers/Case{number}",
        "variant": "default",
        "check": "agree",
        "parameters": ["float32"],
        "seed": 0,
        "outcome": "agree",
        "findings": [{"name": "y", "units": 1.0}],
        "sides": {"torch": {"float32": {"arrays": {"y": told}}}},
        **more,
    }


def made(folder: Path, count: int = 5, slim: bool = False, finished: bool = True) -> Path:
    """A record of ``count`` items with their values."""
    store.begin(folder, {"size": "slim" if slim else "full"})
    writer = store.Writer(folder, slim=slim)
    writer.line({"type": "machine", "facts": {"identity": {"host": "h"}}})
    writer.line({"type": "side", "side": "torch", "facts": {"versions": {"torch": "1"}}})
    for number in range(count):
        values = writer.values({"y": np.full(2, number, np.float32)}, {})
        entry = item(number)
        if values:
            entry["sides"]["torch"]["float32"]["values"] = values
        writer.line(entry)
    writer.close()
    if finished:
        store.finish(folder, {"ended": 1.0})
    return folder
