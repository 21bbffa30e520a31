"""Which suites, files and node ids a command line asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_fwparity.suites import OWN, SHIPPED, Suite


@dataclass(frozen=True, kw_only=True)
class Selection:
    """``suites`` with the files chosen of each (None: all); ``chosen`` node ids in them; ``own`` arguments for pytest."""

    suites: Sequence[tuple[Suite, set[Path] | None]] = ()
    chosen: Sequence[str] = ()
    own: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        suites = [[suite.name, sorted(map(str, files)) if files is not None else None] for suite, files in self.suites]
        return json.dumps({"suites": suites, "chosen": list(self.chosen), "own": self.own})

    @classmethod
    def from_json(cls, text: str, known: Mapping[str, Suite]) -> Selection:
        loaded = json.loads(text)
        suites = [
            (known[name], {Path(f) for f in files} if files is not None else None) for name, files in loaded["suites"]
        ]
        return cls(suites=suites, chosen=loaded["chosen"], own=loaded["own"])


def select(config: pytest.Config, asked: Sequence[str], known: Mapping[str, Suite]) -> Selection:
    """Read ``--fwparity-suite`` and the path arguments; a node id of a suite may be pasted from anywhere."""
    names = [SHIPPED if name == "shipped" else name for name in asked]
    for name in names:
        if name != OWN and name not in known:
            listed = ", ".join(["shipped", OWN, *known])
            raise pytest.UsageError(f"--fwparity-suite {name}: no such suite; suites are {listed}")
    wanted = [suite for suite in known.values() if not names or suite.name in names]
    own = not names or OWN in names
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return Selection(suites=[(suite, None) for suite in wanted], own=list(config.args) if own else [])
    rest: list[str] = []
    chosen: list[str] = []
    files: dict[str, set[Path] | None] = {}
    for argument in config.args:
        hit = _in_suite(argument, config.invocation_params.dir, wanted)
        if hit is None:
            rest.append(argument)
            continue
        suite, path, node_id = hit
        inside = {file for file in suite.files() if file == path or path in file.parents}
        if not inside:
            raise pytest.UsageError(f"not found: {argument} ({path} holds no cases)")
        files[suite.name] = inside | (files.get(suite.name) or set())
        chosen.append(node_id)
    suites = [(suite, files[suite.name]) for suite in wanted if suite.name in files]
    return Selection(suites=suites, chosen=chosen, own=rest if own else [])


def _in_suite(argument: str, here: Path, suites: Sequence[Suite]) -> tuple[Suite, Path, str] | None:
    """The suite, file or folder, and node id that an argument names; None for one that lies in no suite."""
    name, sign, tail = argument.partition("::")
    local = Path(here, name).resolve()
    for suite in suites:
        top = suite.package.replace(".", "/")
        if local == suite.folder or suite.folder in local.parents:
            path = local
        elif not local.exists() and (name == top or name.startswith(f"{top}/")):
            path = suite.folder / name[len(top) :].lstrip("/")
        else:
            continue
        if not path.exists():
            raise pytest.UsageError(f"not found: {argument} (the suite {suite.name!r} lies in {suite.folder})")
        relative = path.relative_to(suite.folder).as_posix()
        node_id = top if relative == "." else f"{top}/{relative}"
        return suite, path, f"{node_id}{sign}{tail}"
    return None
