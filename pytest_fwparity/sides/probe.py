"""What an interpreter holds, found without importing any framework."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_fwparity.sides.spec import SideSpec

_SOURCE = """
import os, sys
here = os.path.realpath(os.getcwd())
sys.path[:] = [p for p in sys.path if p and os.path.realpath(p) != here]
import importlib.metadata as metadata, importlib.util as util, json
asked = json.loads(sys.argv[1])
sys.path[:0] = asked["first"]
found = {"python": sys.version.split()[0], "numpy": util.find_spec("numpy") is not None, "modules": {}}
for name, distributions in asked["modules"].items():
    spec = util.find_spec(name)
    if spec is None or spec.origin is None:
        found["modules"][name] = None
        continue
    version = ""
    for distribution in distributions:
        try:
            version = metadata.version(distribution)
            break
        except metadata.PackageNotFoundError:
            continue
    found["modules"][name] = {"version": version, "file": spec.origin}
print(json.dumps(found))
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What stands in the interpreter of a side."""

    python: str = ""
    #: module to (version, file)
    modules: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: why the side cannot run; empty if it can
    missing: str = ""

    def text(self) -> str:
        """``torch 2.13.0`` or ``keras 3.15.1 on tensorflow 2.21.0``."""
        return " on ".join(f"{name} {version}".strip() for name, (version, _) in self.modules.items())


def probe(specs: Iterable[SideSpec]) -> dict[str, Found]:
    """Side name to what its interpreter holds; all interpreters are asked at the same time."""
    running = [(spec, _start(spec)) for spec in specs]
    return {spec.name: _read(spec, process) for spec, process in running}


def _start(spec: SideSpec) -> Any:
    modules = {name: spec.kind.distributions.get(name, (name,)) for name in spec.kind.needs}
    asked = json.dumps({"modules": modules, "first": list(spec.first)})
    try:
        return subprocess.Popen(
            [spec.python, "-c", _SOURCE, asked],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
        )
    except OSError as error:
        return error


def _read(spec: SideSpec, process: Any) -> Found:
    if isinstance(process, OSError):
        return Found(missing=f"the interpreter {spec.python!r} of side {spec.name!r} cannot be started: {process}")
    try:
        out, _err = process.communicate(timeout=60)
        found = json.loads(out)
    except (subprocess.TimeoutExpired, ValueError):
        process.kill()
        process.communicate()
        return Found(missing=f"the interpreter {spec.python!r} of side {spec.name!r} does not answer as Python does")
    modules = {name: (entry["version"], entry["file"]) for name, entry in found["modules"].items() if entry}
    absent = [name for name in spec.kind.needs if name not in modules]
    if not found["numpy"]:
        absent.append("numpy")
    missing = ""
    if absent:
        extras = list(dict.fromkeys(spec.kind.needs[name] for name in absent if name in spec.kind.needs))
        extra = ",".join(extras) or "test"
        missing = (
            f"side {spec.name!r} needs {' and '.join(absent)}, which {spec.python} lacks; "
            f"install it with: pip install 'pytest-fwparity[{extra}]', name another interpreter with "
            f"--fwparity-python {spec.name}=PYTHON, or leave the side out with --fwparity-sides"
        )
    return Found(python=found["python"], modules=modules, missing=missing)
