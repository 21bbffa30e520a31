"""The private pipe between host and worker: framed, checksummed, capped; JSON heads and raw array bytes.

A frame is ``FWPY | u32 head length | u64 body length | u32 crc32 of both | head | body``. The head's ``arrays`` lists
(name, dtype, shape) of what the body holds, in order. bfloat16 travels as its bits. Data only: nothing in a frame is
ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAGIC = b"FWPY"
_HEADER = struct.Struct("<4sIQI")
HEAD_CAP = 64 << 20
BODY_CAP = 4 << 30
_DTYPES = {
    *("float64", "float32", "float16", "int64", "int32", "int16", "int8"),
    *("uint64", "uint32", "uint16", "uint8", "bool", "complex64", "complex128"),
}


class WireError(Exception):
    """What came through the pipe is not a frame of ours."""


class WireClosed(WireError):
    """The other end is gone."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing asked of a worker."""

    op: str
    #: where the case lives: {"path", "module", "root", "name"}, and its JSON fields
    subject: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    dtype: str = "float64"
    #: Keras dtype policy and torch autocast of a mixed-precision run; "" for none
    policy: str = ""
    #: compute float64 truly in float64
    pure: bool = False
    #: {"count", "delta"}: also run ``count`` times with every float moved by +-delta; with "operations" every
    #: operation's result is moved too
    movement: dict[str, Any] | None = None
    #: names of the declared differences that take the place of their hooks
    differences: list[str] = field(default_factory=list)
    #: functions that take the place of hooks and are not the case's own: {"replaces", and where the function lives}
    stand_ins: list[dict[str, Any]] = field(default_factory=list)
    #: where the injected faults live that break the framework during this request
    faults: list[dict[str, Any]] = field(default_factory=list)
    #: what only some operations take
    options: dict[str, Any] = field(default_factory=dict)
    #: nesting of each call's inputs; a leaf is None
    skeleton: list[Any] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def identity(self) -> str:
        """Digest of everything that is asked, arrays included."""
        return hashlib.sha256(pack_request(self)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a side computed."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    #: root mean square movement of each result, where it was asked for
    movement: dict[str, np.ndarray] = field(default_factory=dict)
    #: what a training or optimizer held before each step, where it was asked for: ``before/<step>/<name>``
    states: dict[str, np.ndarray] = field(default_factory=dict)
    #: dtype of each result as the framework gave it
    dtypes: dict[str, str] = field(default_factory=dict)
    #: results that have no gradient there (sent as zeros)
    no_gradient: list[str] = field(default_factory=list)
    #: global state that the case left changed
    leaks: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def encode(head: Mapping[str, Any], arrays: Mapping[str, np.ndarray], dtypes: Mapping[str, str] | None = None) -> bytes:
    """One frame. Arrays whose entry in ``dtypes`` is bfloat16 (held as float32) are sent as 16 bits each."""
    listed, parts = [], []
    for name, array in arrays.items():
        array = np.asarray(array)
        kind = array.dtype.name
        shape = list(array.shape)
        if kind == "float32" and dtypes and dtypes.get(name) == "bfloat16":
            kind = "bfloat16"
            array = (np.ascontiguousarray(array).view(np.uint32) >> np.uint32(16)).astype(np.uint16)
        elif kind not in _DTYPES:
            raise WireError(f"array {name!r} has dtype {array.dtype}, which does not travel")
        listed.append([name, kind, shape])
        parts.append(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    text = json.dumps({**head, "arrays": listed}, allow_nan=True).encode()
    body = b"".join(parts)
    if len(text) > HEAD_CAP or len(body) > BODY_CAP:
        raise WireError(f"a message of {len(text) + len(body)} bytes is larger than the pipe takes ({BODY_CAP} bytes)")
    check = zlib.crc32(body, zlib.crc32(text))
    return _HEADER.pack(MAGIC, len(text), len(body), check) + text + body


def decode(head: bytes, body: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Head and arrays of one frame; raises :class:`WireError` for anything that does not add up."""
    try:
        fields = json.loads(head)
        listed = fields.pop("arrays")
        arrays, at = {}, 0
        for name, kind, shape in listed:
            travels = "uint16" if kind == "bfloat16" else kind
            if travels not in _DTYPES or any(not isinstance(n, int) or n < 0 for n in shape):
                raise WireError(f"array {name!r} is announced as {kind}{shape}")
            dtype = np.dtype(travels).newbyteorder("<")
            count = 1
            for n in shape:
                count *= n
            size = count * dtype.itemsize
            if at + size > len(body):
                raise WireError(f"array {name!r} is cut short")
            array = np.frombuffer(body, dtype, count, at).astype(np.dtype(travels), copy=True)
            if kind == "bfloat16":
                array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
            arrays[name] = array.reshape(shape)
            at += size
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WireError(f"a message that cannot be read: {error}") from error
    if at != len(body):
        raise WireError(f"{len(body) - at} bytes too many behind the arrays")
    return fields, arrays


def write(fd: int, frame: bytes) -> None:
    """Write a whole frame; raises :class:`WireClosed` when nobody reads."""
    view = memoryview(frame)
    try:
        while view:
            view = view[os.write(fd, view[: 1 << 20]) :]
    except (BrokenPipeError, OSError) as error:
        raise WireClosed(f"the pipe is closed: {error}") from error


def read(fd: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a whole frame; raises :class:`WireClosed` at its end, :class:`WireError` for rubbish."""
    header = _exactly(fd, _HEADER.size)
    magic, head_size, body_size, check = _HEADER.unpack(header)
    if magic != MAGIC:
        raise WireError(f"rubbish in the pipe: {header!r}")
    if head_size > HEAD_CAP or body_size > BODY_CAP:
        raise WireError(f"a message of {head_size + body_size} bytes is announced, more than the pipe takes")
    head = _exactly(fd, head_size)
    body = _exactly(fd, body_size)
    if zlib.crc32(body, zlib.crc32(head)) != check:
        raise WireError("a message whose checksum is wrong")
    return decode(head, body)


def _exactly(fd: int, count: int) -> bytes:
    parts = []
    while count:
        try:
            part = os.read(fd, min(count, 1 << 20))
        except OSError as error:
            raise WireClosed(f"the pipe is closed: {error}") from error
        if not part:
            raise WireClosed("the other end closed the pipe")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


REQUEST_FIELDS = (
    "op",
    "subject",
    "fields",
    "dtype",
    "policy",
    "pure",
    "movement",
    "differences",
    "stand_ins",
    "faults",
    "options",
    "skeleton",
)
_REPLY_FIELDS = ("dtypes", "no_gradient", "leaks", "info", "seconds")


def pack_request(request: Request) -> bytes:
    return encode({name: getattr(request, name) for name in REQUEST_FIELDS}, request.arrays)


def unpack_request(head: dict[str, Any], arrays: dict[str, np.ndarray]) -> Request:
    return Request(**{name: head[name] for name in REQUEST_FIELDS}, arrays=arrays)


def pack_reply(reply: Reply) -> bytes:
    arrays = {f"a:{name}": value for name, value in reply.arrays.items()}
    arrays |= {f"m:{name}": value for name, value in reply.movement.items()}
    arrays |= {f"s:{name}": value for name, value in reply.states.items()}
    dtypes = {f"a:{name}": kind for name, kind in reply.dtypes.items()}
    return encode({"ok": True, **{name: getattr(reply, name) for name in _REPLY_FIELDS}}, arrays, dtypes)


def unpack_reply(head: dict[str, Any], arrays: dict[str, np.ndarray]) -> Reply:
    try:
        return Reply(
            **{name: head[name] for name in _REPLY_FIELDS},
            arrays={name[2:]: value for name, value in arrays.items() if name.startswith("a:")},
            movement={name[2:]: value for name, value in arrays.items() if name.startswith("m:")},
            states={name[2:]: value for name, value in arrays.items() if name.startswith("s:")},
        )
    except KeyError as error:
        raise WireError(f"a reply without {error}") from error
