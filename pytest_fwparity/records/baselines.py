"""Baselines: records that a gate compares with, one for each stack, in one folder."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_fwparity.records.environment import difference
from pytest_fwparity.records.store import HEADER, Record, RecordError, files, read


@dataclass(frozen=True, kw_only=True)
class Picked:
    """The baseline that a gate uses, and why it is that one."""

    record: Record
    why: str


def records(folder: Path) -> list[Path]:
    """The folder itself where it is a record, else the records in it; raises :class:`RecordError` for neither."""
    if (folder / HEADER).is_file():
        return [folder]
    if not folder.is_dir():
        raise RecordError(f"{folder} is no folder; a baseline is a record, or a folder of records")
    found = sorted(path.parent for path in folder.glob(f"*/{HEADER}") if not path.parent.name.startswith("."))
    if not found:
        raise RecordError(f"{folder} holds no record: a record has a {HEADER}, and 'fwparity accept' puts one there")
    return found


def pick(folder: Path, environment: Mapping[str, Any]) -> Picked:
    """The record whose stack is most like ``environment``: the same, else on the same device, else the nearest.

    Of several that differ in as much, the newest.
    """
    paths = records(folder)
    read_in = [read(path) for path in paths]
    if len(read_in) == 1:
        return Picked(record=read_in[0], why="the only one")

    def rank(record: Record) -> tuple[bool, int, float]:
        changes = difference(record.environment, environment)
        other_device = any(change.component == "device" for change in changes)
        parts = len({change.component for change in changes})
        return other_device, parts, -float(record.header.get("begun", 0.0))

    best = min(read_in, key=rank)
    other_device, parts, _ = rank(best)
    if not parts:
        return Picked(record=best, why="the same stack")
    device = "another device" if other_device else "the same device"
    return Picked(record=best, why=f"{device}, {parts} parts of the stack differ; nearest of {len(read_in)}")


def name_of(environment: Mapping[str, Any]) -> str:
    """The name of a stack's baseline: versions of the frameworks and the kind of device."""
    versions: dict[str, str] = {}
    devices: dict[str, None] = {}
    for stack in environment.get("sides", {}).values():
        versions |= {n: str(v) for n, v in stack.get("versions", {}).items() if n not in ("numpy", "jaxlib")}
        devices[str(stack.get("device", "cpu"))] = None
    parts = [*(f"{name}-{version}" for name, version in sorted(versions.items())), *devices]
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", "_".join(parts))[:120].strip("-.") or "baseline"


def accept(record: Record, folder: Path) -> Path:
    """Copy a record into the folder of baselines, in the place of the one of its stack; whole or not at all."""
    if (folder / HEADER).is_file():
        raise RecordError(f"{folder} is a record itself; name the folder that holds, or shall hold, the baselines")
    if not record.finished:
        raise RecordError(f"{record.folder} was cut off: a baseline has to be whole")
    target = folder / name_of(record.environment)
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".accepting-", dir=folder))
    try:
        copy = made / "new"
        for path in files(record):
            place = copy / path.relative_to(record.folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        read(copy)  # what was copied is what was read
        if target.exists():
            target.rename(made / "old")
        copy.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target
