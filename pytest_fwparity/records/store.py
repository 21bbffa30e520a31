"""A record on disk: written line by line so that a killed run leaves all it finished, read only if it is whole.

``record.json`` is the header, with a digest of itself. ``items-NAME.jsonl`` holds one line for each thing recorded, a
checksum before its JSON; every pytest process writes its own. ``values/`` holds safetensors files named by their
content. Once a run has ended the header lists each file of items with its size and digest; before that, a file may
end in the middle of a line, which is then left out.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import marshal
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from pytest_fwparity.records import arrays, schema
from pytest_fwparity.writing import write_whole

#: elements of an array beyond which a record keeps its digest and samples, and not its values
LARGEST = 8192
#: version of the layout; a reader refuses a newer one
SCHEMA = 1
HEADER = "record.json"
_WIDEST = 1 << 64
_HEADER_CAP, _ITEMS_CAP, _VALUES_CAP = 16 << 20, 2 << 30, 1 << 30
_NAME = re.compile(r"^items-[A-Za-z0-9_]{1,32}\.jsonl(\.gz|\.xz)?$")
_VALUES = re.compile(r"^[0-9a-f]{2}/[0-9a-f]{62}\.safetensors$")


class RecordError(Exception):
    """What is there is no usable record; the message says what and where."""


class Writer:
    """One process's part of a record."""

    def __init__(self, folder: Path, part: str = "main", slim: bool = False) -> None:
        self.folder, self.slim = folder, slim
        self.path = folder / f"items-{part}.jsonl"
        self._file: BinaryIO | None = None

    def line(self, entry: Mapping[str, Any]) -> None:
        """Append one thing and hand it to the system at once."""
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("ab", buffering=0)
        text = json.dumps(entry, separators=(",", ":"), allow_nan=False).encode()
        self._file.write(b"%08x " % zlib.crc32(text) + text + b"\n")

    def values(self, held: Mapping[str, np.ndarray], dtypes: Mapping[str, str]) -> str:
        """Keep arrays of up to :data:`LARGEST` elements; returns the name of their file, empty where there is none."""
        held = {name: array for name, array in held.items() if array.size <= LARGEST}
        if self.slim or not held:
            return ""
        content = arrays.packed(held, dtypes)
        name = hashlib.sha256(content).hexdigest()
        path = self.folder / "values" / name[:2] / f"{name[2:]}.safetensors"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        return f"{name[:2]}/{name[2:]}.safetensors"

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def begin(folder: Path, header: Mapping[str, Any], overwrite: bool = False) -> None:
    """Write the header of a record that is being made; raises :class:`RecordError` where one lies already."""
    if folder.exists() and not folder.is_dir():
        raise RecordError(f"{folder} is a file; a record needs a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / HEADER).is_file():
            raise RecordError(f"{folder} holds files and no record; name an empty or a new folder")
        if not overwrite:
            raise RecordError(f"{folder} holds a record already; name another folder, or use --fwparity-overwrite")
        _remove(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write_header(folder, {**header, "schema": SCHEMA, "finished": False, "files": {}})


def finish(folder: Path, more: Mapping[str, Any]) -> None:
    """Seal a record: its files are listed with their digests, those of a slim one are compressed."""
    header = _read_header(folder)
    files = {}
    for path in sorted(folder.glob("items-*.jsonl")):
        if header.get("size") == "slim":
            squeezed = path.with_name(path.name + ".xz")
            write_whole(squeezed, lzma.compress(path.read_bytes()))
            path.unlink()
            path = squeezed
        content = path.read_bytes()
        files[path.name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    _write_header(folder, {**header, **more, "finished": True, "files": files})


class Items(Mapping[tuple[Any, ...], dict[str, Any]]):
    """Item key to its line, packed until it is looked at: as tables, those of a long record would fill the memory."""

    def __init__(self) -> None:
        self._packed: dict[tuple[Any, ...], bytes] = {}

    def add(self, key: tuple[Any, ...], entry: dict[str, Any]) -> None:
        """Where a rerun gave two lines, the last counts."""
        self._packed[key] = marshal.dumps(entry)

    def __getitem__(self, key: tuple[Any, ...]) -> dict[str, Any]:
        found: dict[str, Any] = marshal.loads(self._packed[key])  # packed above, never read from a file
        return found

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, key: object) -> bool:
        return key in self._packed


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record that was read and found whole."""

    folder: Path
    header: dict[str, Any]
    #: item key to its line
    items: Mapping[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)
    #: side to symbol to arguments; the symbols that the cases name, None where the record does not tell
    interfaces: dict[str, dict[str, Any]] = field(default_factory=dict)
    used: frozenset[str] | None = None

    @property
    def finished(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.header["finished"])

    def values(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of one file; raises :class:`RecordError` where they are not what was recorded."""
        if not _VALUES.match(name):
            raise RecordError(f"{self.folder}: {name!r} names no file of values")
        content = _content(self.folder / "values" / name, _VALUES_CAP)
        if hashlib.sha256(content).hexdigest() != name[:2] + name[3:65]:
            raise RecordError(f"{self.folder / 'values' / name} is damaged: its content has another digest")
        try:
            return arrays.unpacked(content)
        except ValueError as error:
            raise RecordError(f"{self.folder / 'values' / name}: {error}") from None


def read(folder: Path) -> Record:
    """Read a record whole; raises :class:`RecordError` for one that is damaged, foreign or newer."""
    header = _read_header(folder)
    items = Items()
    machine: dict[str, Any] = {}
    sides: dict[str, Any] = {}
    interfaces: dict[str, dict[str, Any]] = {}
    used: set[str] | None = None
    names = sorted(header["files"]) if header["finished"] else [p.name for p in sorted(folder.glob("items-*"))]
    for name in names:
        if not _NAME.match(name):
            raise RecordError(f"{folder / HEADER} lists {name!r}, which is no file of items")
        for number, entry in _lines(folder / name, header):
            where = f"{folder / name}, line {number}"
            kind = str(entry.get("type"))
            if kind not in schema.LINES:
                raise RecordError(f"{where}: unknown kind of line {kind!r}")
            entry = _fits(entry, schema.LINES[kind], where)
            if kind == "item":
                _whole(entry, where)
                items.add(_key(entry), entry)
            elif kind == "machine":
                machine = entry["facts"]
            elif kind == "side":
                _fits(entry["facts"], schema.Stack, where)
                sides[entry["side"]] = entry["facts"]
            elif kind == "interface":
                interfaces[entry["side"]] = entry["symbols"]
            else:
                used = (used or set()) | set(entry["symbols"])
    return Record(
        folder=folder,
        header=header,
        items=items,
        environment={"machine": machine, "sides": sides, "tool": _tool(header)},
        interfaces=interfaces,
        used=None if used is None else frozenset(used),
    )


def _tool(header: Mapping[str, Any]) -> dict[str, Any]:
    """What judged: versions of this plugin, of the rule's constants and of the suites."""
    suites = header.get("suites")
    told = {name: str(header[name]) for name in ("plugin", "constants") if name in header}
    return {**told, "suites": suites if isinstance(suites, dict) else {}}


def files(record: Record) -> list[Path]:
    """The files of a sealed record, the header first; the values that its items name among them."""
    names = {
        told["values"]
        for entry in record.items.values()
        for labels in entry["sides"].values()
        for told in labels.values()
        if isinstance(told.get("values"), str) and _VALUES.match(told["values"])
    }
    listed = [record.folder / HEADER, *(record.folder / name for name in sorted(record.header["files"]))]
    return listed + [record.folder / "values" / name for name in sorted(names)]


def _fits(found: Any, shape: Any, where: str) -> dict[str, Any]:
    """Only what the shape names; raises where it is of another type."""
    try:
        made: dict[str, Any] = msgspec.convert(found, shape)
    except (msgspec.ValidationError, RecursionError, SystemError) as error:
        # SystemError: msgspec before 0.22, of an integer that no float holds
        raise RecordError(f"{where}: {error}") from None
    return made


def _whole(entry: dict[str, Any], where: str) -> None:
    for side, labels in entry["sides"].items():
        for label, told in labels.items():
            if not told.keys() & {"error", "arrays", "launches"}:
                raise RecordError(f"{where}: the answer of {side} in {label!r} has no error, arrays or launches")
            for name, array in told.get("arrays", {}).items():
                if any(isinstance(value, int) and abs(value) >= _WIDEST for value in array.get("sample", ())):
                    raise RecordError(f"{where}: {name!r} of {side} has an element that no dtype holds")


def _key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What results of two records are matched by."""
    names = [entry[name] for name in ("case", "variant", "check")]
    return (*names, tuple(entry["parameters"]), entry["seed"])


def _lines(path: Path, header: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    content = _content(path, _ITEMS_CAP)
    if header["finished"]:
        said = header["files"][path.name]
        if said.get("bytes") != len(content):
            raise RecordError(f"{path} has {len(content)} bytes, not the {said.get('bytes')} that it ended with")
        if said.get("sha256") != hashlib.sha256(content).hexdigest():
            raise RecordError(f"{path} is damaged: its content has another digest than when it was written")
        if path.suffix in (".gz", ".xz"):
            content = _unzipped(path, content)
    *whole, rest = content.split(b"\n")
    if rest and header["finished"]:
        raise RecordError(f"{path} ends in the middle of a line")
    for number, line in enumerate(whole, 1):
        sum_, _, text = line.partition(b" ")
        if sum_ != b"%08x" % zlib.crc32(text):
            raise RecordError(f"{path}, line {number}: its checksum is wrong")
        yield number, _parsed(text, f"{path}, line {number}")


def _unzipped(path: Path, content: bytes) -> bytes:
    gzipped = path.suffix == ".gz"  # as the first records were
    engine: Any = zlib.decompressobj(wbits=31) if gzipped else lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=256 << 20)
    try:
        made: bytes = engine.decompress(content, _ITEMS_CAP)
    except (zlib.error, lzma.LZMAError) as error:
        raise RecordError(f"{path}: {error}") from None
    if not engine.eof:
        raise RecordError(f"{path} is larger than a record may be, or cut off")
    return made


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{where}: no JSON: {error}") from None
    if not isinstance(found, dict):
        raise RecordError(f"{where}: not a table")
    return found


def _content(path: Path, cap: int) -> bytes:
    """A file of a record; links are not followed, since they may lead out of its folder."""
    try:
        if path.is_symlink() or not path.is_file():
            raise RecordError(f"{path} is not there, or no plain file")
        if path.stat().st_size > cap:
            raise RecordError(f"{path} has {path.stat().st_size} bytes, more than a record may have ({cap})")
        return path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror or error}") from None


def _read_header(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise RecordError(f"{folder} is no folder; a record is the folder that --fwparity-record made")
    path = folder / HEADER
    if not path.is_file():
        raise RecordError(f"{folder} holds no record: {HEADER} is missing")
    found = _parsed(_content(path, _HEADER_CAP), str(path))
    version = found.get("schema")
    if found.get("kind") != "fwparity record" or not isinstance(version, int):
        raise RecordError(f"{path} is not the header of a record of this tool")
    if version > SCHEMA:
        raise RecordError(f"{path} has schema {version}; this version reads up to {SCHEMA}: upgrade pytest-fwparity")
    if found.get("digest") != _header_digest(found):
        raise RecordError(f"{path} is damaged: its digest is wrong")
    _fits(found, schema.Header, str(path))
    return found


def _write_header(folder: Path, header: Mapping[str, Any]) -> None:
    told = {"kind": "fwparity record", **{key: value for key, value in header.items() if key != "digest"}}
    told["digest"] = _header_digest(told)
    write_whole(folder / HEADER, json.dumps(told, indent=1) + "\n")


def _header_digest(header: Mapping[str, Any]) -> str:
    plain = {key: value for key, value in header.items() if key != "digest"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _remove(folder: Path) -> None:
    """Take away the files of a record and nothing else."""
    for path in [folder / HEADER, *folder.glob("items-*.jsonl"), *folder.glob("items-*.jsonl.[gx]z")]:
        path.unlink(missing_ok=True)
    for path in (folder / "values").glob("??/*.safetensors"):
        path.unlink()
