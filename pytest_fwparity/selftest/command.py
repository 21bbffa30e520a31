"""The command ``fwparity selftest``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pytest_fwparity.selftest import healthy, kill
from pytest_fwparity.selftest.bench import Bench, Refused, bench_of
from pytest_fwparity.writing import write_whole


def selftest(given: argparse.Namespace) -> int:
    """0 where every fault is killed and nothing healthy fails, 1 where not, 3 for unusable input."""
    if given.merge:
        return _merged(given)
    if given.seeds < 1:
        return _refuse(f"--seeds {given.seeds}: at least 1")
    try:
        bench = bench_of(given.suite, given.sides)
    except Refused as error:
        return _refuse(str(error))
    try:
        return _healthy(bench, given) if given.healthy else _killed(bench, given)
    finally:
        bench.close()


def _killed(bench: Bench, given: argparse.Namespace) -> int:
    faults = bench.faults(given.fault)
    if not faults:
        return _refuse(f"--fault {given.fault}: the suite {bench.suite.name!r} has no such fault")
    for found in faults:
        if found.fault.case not in bench.refs or found.fault.variant not in bench.refs[found.fault.case].cls.settings():
            return _refuse(
                f"fault {found.fault.name!r} names {found.fault.case}[{found.fault.variant}], which the suite has not"
            )
    kills = kill.run(bench, faults, range(given.seeds), _tell)
    _say(kill.table(kills))
    _keep(given.json, [entry.to_json() for entry in kills])
    return int(not all(entry.good for entry in kills))


def _healthy(bench: Bench, given: argparse.Namespace) -> int:
    health = healthy.run(bench, range(given.seeds), given.case, given.checks.split(","), _tell)
    _keep(given.json, health.to_json())
    return _report(health, given.fit)


def _merged(given: argparse.Namespace) -> int:
    health = healthy.Health()
    for name in given.merge:
        try:
            health.merge(json.loads(Path(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return _refuse(f"{name} is not what --healthy --json writes: {error}")
    return _report(health, given.fit)


def _report(health: healthy.Health, fit: bool) -> int:
    _say(health.lines())
    if fit:
        _say([healthy.proposal(health)])
    return int(bool(health.alarms) or not health.statistics)


def _keep(name: str | None, value: Any) -> None:
    if name is not None:
        write_whole(Path(name), json.dumps(value))


def _say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _refuse(text: str) -> int:
    sys.stderr.write(f"fwparity selftest: {text}\n")
    return 3
