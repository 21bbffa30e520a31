"""The commands about environments and records."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pytest_fwparity.records.environment import lines, machine, side
from pytest_fwparity.records.gate import FAIL, gate
from pytest_fwparity.records.plain import Plainer
from pytest_fwparity.records.policy import BUILT_IN as BUILT_IN_POLICIES
from pytest_fwparity.records.policy import DEFAULT, Policy, PolicyError
from pytest_fwparity.records.policy import read as read_policy
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
        policy = _policy(given.policy)
        old = read(Path(given.old))
        gates = [(name, gate(old, read(Path(name)), policy)) for name in given.new]
    except (RecordError, PolicyError) as error:
        sys.stderr.write(f"fwparity compare: {error}\n")
        return 3
    gates.sort(key=lambda entry: (-len(entry[1].failures), entry[0]))  # the odd ones first
    for name, found in gates:
        sys.stdout.write("\n".join(found.lines(given.old, name)) + "\n")
    if given.json:
        write_whole(Path(given.json), json.dumps({name: found.to_json() for name, found in gates}, indent=1) + "\n")
    statuses = {found.status for _, found in gates}
    return FAIL if FAIL in statuses else max(statuses)


def _policy(text: str | None) -> Policy | None:
    if text is None or text in BUILT_IN_POLICIES:
        return None if text is None else BUILT_IN_POLICIES[text]
    return read_policy(Path(text), DEFAULT)
