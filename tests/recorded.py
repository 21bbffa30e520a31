"""Records made by hand, without pytest."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

from pytest_fwparity.records import store
from pytest_fwparity.records.store import Record

ENVIRONMENT = {
    "machine": {"identity": {"kernel": "6.1", "gpu driver driver": "550", "boot": "a"}, "condition": {"load": "1"}},
    "sides": {"torch": {"versions": {"torch": "2.13.0"}, "file": "/a/torch", "libraries": {"libcudnn.so": "9.1"}}},
}


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


def record(*items: dict[str, Any], environment: dict[str, Any] = ENVIRONMENT, finished: bool = True) -> Record:
    held = {(e["case"], e["variant"], e["check"], tuple(e["parameters"]), e["seed"]): copy.deepcopy(e) for e in items}
    return Record(folder=Path("r"), header={"finished": finished}, items=held, environment=environment)


def changed(number: int = 0, side: str = "torch", output: str = "y", **more: Any) -> dict[str, Any]:
    """An item whose array has other bits; ``more`` goes into the array."""
    entry = item(number)
    told = entry["sides"][side]["float32"]["arrays"][output]
    told |= {"digest": "f" * 16, **more}
    return entry


def with_units(entry: dict[str, Any], rms: float, fault: str = "") -> dict[str, Any]:
    entry["findings"] = [{"name": "y", "side": "torch", "units": rms, "rms": rms, "limit": 8.0, "fault": fault}]
    return entry


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
