"""The commands about environments and records."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pytest_fwparity.records import baselines
from pytest_fwparity.records.attribution import attribution
from pytest_fwparity.records.baselines import Picked, pick
from pytest_fwparity.records.environment import lines, machine, side
from pytest_fwparity.records.gate import FAIL, gate
from pytest_fwparity.records.plain import Plainer
from pytest_fwparity.records.policy import PolicyError, named
from pytest_fwparity.records.store import RecordError, read
from pytest_fwparity.sides.pool import Pool
from pytest_fwparity.sides.probe import probe
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.spec import BUILT_IN, Limits, SideSpec
from pytest_fwparity.writing import write_whole


def environment(given: argparse.Namespace) -> int:
    """Start every side that the interpreter holds and print what it loaded; 1 where one is missing or fails."""
    specs = [SideSpec(kind=kind, python=given.python, device=given.device) for kind in BUILT_IN]
    found = probe(specs)
    pool = Pool([spec for spec in specs if not found[spec.name].missing], Limits())
    sides: dict[str, Any] = {}
    missing = {name: entry.missing for name, entry in found.items() if entry.missing}
    try:
        for name in pool.specs:
            stack = side(pool, name)
            if isinstance(stack, Failure):
                missing[name] = stack.message
            else:
                sides[name] = stack
    finally:
        pool.stop()
    told = Plainer().value({"machine": machine(given.host), "sides": sides})
    sys.stdout.write("\n".join([*lines(told), *(f"{name}: {text}" for name, text in missing.items())]) + "\n")
    if given.json:
        write_whole(Path(given.json), json.dumps(told, indent=1) + "\n")
    return int(bool(missing))


def compare(given: argparse.Namespace) -> int:
    """0 pass, 1 fail, 2 where something that gates is inconclusive, 3 for unusable input."""
    try:
        policy = named(given.policy)
        gates = []
        for name in given.new:
            new = read(Path(name))
            old = pick(Path(given.old), new.environment)
            gates.append((name, old, gate(old.record, new, policy, given.perf == "gate")))
    except (RecordError, PolicyError) as error:
        sys.stderr.write(f"fwparity compare: {error}\n")
        return 3
    gates.sort(key=lambda entry: (-len(entry[2].failures), entry[0]))  # the odd ones first
    for name, old, found in gates:
        sys.stdout.write("\n".join(found.lines(_shown(old, given.old), name)) + "\n")
    for line in attribution({name: found for name, _, found in gates}):
        sys.stdout.write(f"{line}\n")
    if given.json:
        told = {name: {"old": str(old.record.folder), **found.to_json()} for name, old, found in gates}
        write_whole(Path(given.json), json.dumps(told, indent=1) + "\n")
    statuses = {found.status for _, _, found in gates}
    return FAIL if FAIL in statuses else max(statuses)


def accept(given: argparse.Namespace) -> int:
    """Make a record the baseline of its stack and print what changes with it; 3 for unusable input."""
    folder = Path(given.baselines)
    try:
        new = read(Path(given.record))
        try:
            old = pick(folder, new.environment)
        except RecordError:
            if folder.is_dir() and any(folder.iterdir()):
                raise  # what lies there must not be lost for being unreadable
            old = None
        if old is not None:
            told = gate(old.record, new).lines(_shown(old, given.baselines), given.record)
            sys.stdout.write("for review:\n" + "\n".join(f"  {line}" for line in told) + "\n")
        target = baselines.accept(new, folder)
    except (RecordError, OSError) as error:
        sys.stderr.write(f"fwparity accept: {error}\n")
        return 3
    sys.stdout.write(f"accepted: {given.record} is the baseline {target}\n")
    return 0


def _shown(picked: Picked, given: str) -> str:
    """The baseline as it was named, or which of several it is."""
    folder = str(picked.record.folder)
    return folder if folder == str(Path(given)) else f"{folder} ({picked.why})"
