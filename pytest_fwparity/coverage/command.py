"""The command ``fwparity coverage``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pytest_fwparity.coverage.page import lines, page
from pytest_fwparity.coverage.survey import ReasonsError, Survey, survey
from pytest_fwparity.selftest.bench import Refused, bench_of
from pytest_fwparity.writing import write_whole


def coverage(given: argparse.Namespace) -> int:
    """0; 1 where a variant fails, a reason is needless or, with ``--against``, coverage dropped; 3 for unusable input."""
    try:
        before = None if given.against is None else _read(Path(given.against))
        bench = bench_of(given.suite, given.sides)
    except (Refused, ValueError, OSError) as error:
        return _refuse(str(error))
    try:
        found = survey(bench, given.case, _tell)
    except (ReasonsError, RuntimeError) as error:
        return _refuse(str(error))
    finally:
        bench.close()
    told = lines(found)
    fallen = dropped(found, before) if before is not None else []
    sys.stdout.write("\n".join([*told, *fallen]) + "\n")
    if given.json:
        write_whole(Path(given.json), json.dumps(found.to_json(), indent=1) + "\n")
    if given.page:
        write_whole(Path(given.page), page(found))
    return int(bool(fallen or found.failed or found.needless()))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not what 'fwparity coverage --json' writes: {error}") from None
    if not isinstance(found, dict) or not isinstance(found.get("covered"), dict):
        raise ValueError(f"{path} is not what 'fwparity coverage --json' writes: it has no table 'covered'")
    return found


def dropped(found: Survey, before: dict[str, Any]) -> list[str]:
    """What CI fails for: symbols covered of old and no longer, and new symbols that nobody has looked at."""
    told = []
    if lost := found.lost(before):
        listed = [f"{symbol} ({before['covered'][symbol][0]} did)" for symbol in lost]
        told.append(f"no case calls these any more: {' '.join(listed)}")
    known = {*before["covered"], *before.get("reasons", {}), *before.get("without", [])}
    if fresh := [s for s in found.without() if s not in known]:
        told.append(f"new in these versions, without a case or a reason: {' '.join(fresh)}")
    return told


def _refuse(text: str) -> int:
    sys.stderr.write(f"fwparity coverage: {text}\n")
    return 3


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
