"""How far results move, kept on disk between runs: nothing but a function of everything that it depends on."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import pytest_fwparity
from pytest_fwparity.sides import wire
from pytest_fwparity.writing import write_whole

#: bytes beyond which the entries that were used least recently are left out at the end of a session
MOST = 512 << 20
_README = """Movements of results under rounding, kept by pytest-fwparity. They can be deleted at any time.
"""


class MovementCache:
    """A folder of frames (JSON heads and raw arrays, checksummed); an entry that cannot be read is none.

    An entry holds the movement of each result and a digest of the results themselves: results are computed anew in
    every run, and a movement is used only beside the very bits it was measured at.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hits = self.misses = 0

    def get(self, key: str) -> tuple[str, dict[str, np.ndarray]] | None:
        """Digest of the results, and their movements."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                head, arrays = wire.read(file.fileno())
            digest = str(head["digest"])
        except (OSError, wire.WireError, KeyError):
            self.misses += 1
            return None
        self.hits += 1
        with contextlib.suppress(OSError):
            os.utime(path)
        return digest, arrays

    def put(self, key: str, digest: str, movement: Mapping[str, np.ndarray]) -> None:
        """Write an entry whole or not at all; a folder that cannot be written keeps nothing."""
        path = self._path(key)
        with contextlib.suppress(OSError, wire.WireError):
            if not self.folder.is_dir():
                self.folder.mkdir(parents=True, exist_ok=True)
                (self.folder / ".gitignore").write_text("*\n")
                (self.folder / "README").write_text(_README)
            path.parent.mkdir(exist_ok=True)
            frame = wire.encode({"digest": digest}, movement)
            write_whole(path, frame)

    def prune(self, most: int = MOST) -> None:
        """Leave out what was used least recently until ``most`` bytes remain."""
        found = []
        for path in self.folder.glob("??/*.move"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= most:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.move"


def movement_key(
    request: wire.Request, classes: Iterable[type], identity: Mapping[str, Any], level: str, further: Iterable[str] = ()
) -> str:
    """Digest of everything that a movement depends on.

    The text of the file of each of ``classes`` and of each path in ``further``, the request with every array (the
    cotangents and perturbations are functions of names and shapes), K and delta, the level, who computes it
    (``identity``: device, driver, builds, NumPy, threads, flags, purity patches), and this plugin's own text.
    """
    parts = {name: getattr(request, name) for name in wire.REQUEST_FIELDS if name not in ("subject", "stand_ins")}
    files = sorted({path for cls in classes if (path := _file(cls))} | set(further))
    told = {
        "request": parts,
        "name": request.subject.get("name"),
        "stand_ins": [(entry["replaces"], entry["name"]) for entry in request.stand_ins],
        "files": [(Path(path).name, _text_digest(path, _changed(path))) for path in files],
        "identity": dict(identity),
        "level": level,
        "plugin": [pytest_fwparity.__version__, _plugin_digest()],
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
    digest.update(arrays_digest(request.arrays).encode())
    return digest.hexdigest()


def arrays_digest(arrays: Mapping[str, np.ndarray]) -> str:
    """sha256 of names, dtypes, shapes and bytes."""
    digest = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        digest.update(f"{name}|{value.dtype.name}|{value.shape}|".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()


def _file(cls: type) -> str:
    try:
        return inspect.getfile(cls)
    except (OSError, TypeError):
        return ""


def _changed(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=4096)
def _text_digest(path: str, changed: tuple[int, int]) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@functools.cache
def _plugin_digest() -> str:
    """The text of what draws, runs and moves; a checkout changes without changing its version."""
    folder = Path(pytest_fwparity.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("cases/*.py"), *folder.glob("sides/**/*.py"), folder / "formats.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
