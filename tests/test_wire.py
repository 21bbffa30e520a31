"""The private pipe: what travels comes back bit for bit; anything else is a WireError, never an array."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.sides import wire
from pytest_fwparity.sides.wire import Reply, Request, WireClosed, WireError

DTYPES = [
    *("float64", "float32", "float16", "int64", "int32", "int16", "int8"),
    *("uint64", "uint32", "uint16", "uint8", "bool", "complex64", "complex128"),
]


def received(frame: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the other end of a pipe reads of ``frame``, after which the pipe is closed."""
    reads, writes = os.pipe()
    try:
        wire.write(writes, frame)
        os.close(writes)
        return wire.read(reads)
    finally:
        os.close(reads)


def framed(head: bytes, body: bytes = b"", **changes: Any) -> bytes:
    """A frame made by hand; ``magic``, ``head_size``, ``body_size`` and ``check`` may be wrong."""
    right = {"magic": b"FWPY", "head_size": len(head), "body_size": len(body), "check": zlib.crc32(head + body)}
    return struct.pack("<4sIQI", *{**right, **changes}.values()) + head + body


def announced(*listed: Any, body: bytes = b"") -> bytes:
    return framed(json.dumps({"arrays": listed}).encode(), body)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 3)])
def test_arrays_of_every_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    sent = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape) * 3 + 1, dtype)
    head, arrays = received(wire.encode({"a": 1}, {"x": sent, "y": sent[..., None].T}))
    assert head == {"a": 1}
    assert (arrays["x"].dtype, arrays["x"].shape) == (sent.dtype, shape)
    assert arrays["x"].tobytes() == sent.tobytes()
    assert np.array_equal(arrays["y"], sent[..., None].T)
    assert arrays["x"].flags.writeable


def test_floats_come_back_bit_for_bit() -> None:
    bits = np.array([0x7FF8000000000001, 0xFFF0000000000000, 0x8000000000000000, 1], np.uint64)
    assert received(wire.encode({}, {"x": bits.view(np.float64)}))[1]["x"].view(np.uint64).tolist() == bits.tolist()


def test_other_byte_orders_arrive_in_ours() -> None:
    got = received(wire.encode({}, {"x": np.array([1.5, -2.0], ">f4")}))[1]["x"]
    assert got.tolist() == [1.5, -2.0]
    assert got.dtype == np.float32


def test_bfloat16_travels_as_its_bits() -> None:
    sent = np.array([1.0, -1.0078125, np.inf, np.nan, 2.0**-133, 0.0], np.float32)
    frame = wire.encode({}, {"x": sent, "y": sent}, {"x": "bfloat16", "y": "float32"})
    head, arrays = received(frame)
    assert head == {}
    assert arrays["x"].dtype == np.float32
    assert np.array_equal(arrays["x"], sent, equal_nan=True)
    assert len(frame) < len(wire.encode({}, {"x": sent, "y": sent}))


def test_a_big_message_passes_a_small_pipe() -> None:
    import threading

    reads, writes = os.pipe()
    sent = np.arange(2**18, dtype=np.float64)
    thread = threading.Thread(target=wire.write, args=(writes, wire.encode({}, {"x": sent})))
    thread.start()
    assert np.array_equal(wire.read(reads)[1]["x"], sent)
    thread.join()
    os.close(reads)
    os.close(writes)


def test_heads_keep_nested_json_and_numbers_that_are_not_finite() -> None:
    sent = {"a": [1, {"b": [None, True, "ü\n"]}], "inf": float("inf"), "nan": float("nan")}
    head, _ = received(wire.encode(sent, {}))
    assert repr(head) == repr(sent)


def test_requests_and_replies() -> None:
    request = Request(
        op="layer",
        subject={"path": "/a.py", "name": "Dense"},
        fields={"units": [1, 2]},
        dtype="bfloat16",
        policy="mixed_float16",
        pure=True,
        movement={"count": 8, "delta": 2.0**-24},
        differences=["odd"],
        options={"mode": "step"},
        skeleton=[{"x": None, "s": [None]}],
        arrays={"inputs/0/x": np.ones(2)},
    )
    got = wire.unpack_request(*received(wire.pack_request(request)))
    assert {**vars(got), "arrays": None} == {**vars(request), "arrays": None}
    assert got.arrays["inputs/0/x"].tolist() == [1.0, 1.0]
    reply = Reply(
        arrays={"y": np.array([1.0], np.float32), "m": np.array([3], np.int32)},
        movement={"y": np.ones(1)},
        dtypes={"y": "bfloat16"},
        no_gradient=["grad x"],
        leaks=["floatx: a -> b"],
        info={"rss": 1},
        seconds=0.5,
    )
    back = wire.unpack_reply(*received(wire.pack_reply(reply)))
    assert {**vars(back), "arrays": None, "movement": None} == {**vars(reply), "arrays": None, "movement": None}
    assert (list(back.arrays), list(back.movement)) == (["y", "m"], ["y"])


@pytest.mark.parametrize(
    "value", [np.array(["a"]), np.array([object()]), np.array([1], "M8[s]"), np.array([1], np.longdouble)]
)
def test_arrays_that_do_not_travel(value: np.ndarray) -> None:
    with pytest.raises(WireError, match=r"array 'x' has dtype .*, which does not travel"):
        wire.encode({}, {"x": value})


@pytest.mark.parametrize("kept", [0, 3, 20, 25, -1])
def test_a_frame_that_is_cut_off(kept: int) -> None:
    frame = wire.encode({"a": 1}, {"x": np.ones(3)})
    with pytest.raises(WireClosed, match="the other end closed the pipe"):
        received(frame[:kept])


@pytest.mark.parametrize("at", [20, 24, -1])
def test_a_bit_that_flips(at: int) -> None:
    frame = bytearray(wire.encode({"a": 1}, {"x": np.ones(3)}))
    frame[at] ^= 1
    with pytest.raises(WireError, match="a message whose checksum is wrong"):
        received(bytes(frame))


BROKEN = {
    "rubbish": (b"rubbish" * 100, "rubbish in the pipe: b'rubbishrubbish"),
    "magic": (framed(b"{}", magic=b"FWPX"), "rubbish in the pipe: b'FWPX"),
    "head too big": (framed(b"{}", head_size=2**32 - 1), "a message of 4294967295 bytes is announced, more than"),
    "body too big": (framed(b"{}", body_size=2**63), "a message of 9223372036854775810 bytes is announced, more than"),
    "no JSON": (framed(b"{"), "a message that cannot be read: "),
    "no UTF-8": (framed(b"\xff\xfe\xfd"), "a message that cannot be read: "),
    "a list": (framed(b"[]"), "a message that cannot be read: "),
    "a number": (framed(b"5"), "a message that cannot be read: "),
    "deep": (framed(b"[" * 5_000), "a message that cannot be read: "),
    "no arrays": (framed(b"{}"), "a message that cannot be read: 'arrays'"),
    "arrays no list": (framed(b'{"arrays": 5}'), "a message that cannot be read: "),
    "no shape": (announced(["x", "float64"]), "a message that cannot be read: "),
    "shape none": (announced(["x", "float64", None]), "a message that cannot be read: "),
    "unknown dtype": (announced(["x", "object", [1]], body=b"12345678"), "array 'x' is announced as object[1]"),
    "dtype a list": (announced(["x", ["f8"], [1]], body=b"12345678"), "a message that cannot be read: "),
    "negative": (announced(["x", "float64", [-1]]), "array 'x' is announced as float64[-1]"),
    "fraction": (announced(["x", "float64", [1.5]], body=b"12345678"), "array 'x' is announced as float64[1.5]"),
    "too short": (announced(["x", "float64", [2]], body=b"12345678"), "array 'x' is cut short"),
    "huge": (announced(["x", "float64", [2**62, 2**62]]), "array 'x' is cut short"),
    "too long": (announced(["x", "uint8", [2]], body=b"123"), "1 bytes too many behind the arrays"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_add_up(name: str) -> None:
    frame, text = BROKEN[name]
    with pytest.raises(WireError) as caught:
        received(frame)
    assert str(caught.value).startswith(text)


def test_a_reply_without_a_field() -> None:
    head, arrays = received(wire.encode({"dtypes": {}}, {}))
    with pytest.raises(WireError, match="a reply without 'no_gradient'"):
        wire.unpack_reply(head, arrays)


def test_a_message_larger_than_the_cap_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_CAP", 16)
    with pytest.raises(WireError, match=r"a message of \d+ bytes is larger than the pipe takes \(16 bytes\)"):
        wire.encode({}, {"x": np.ones(3)})


@pytest.mark.parametrize("work", [lambda fd: wire.write(fd, b"x"), wire.read])
def test_a_closed_pipe(work: Callable[[int], Any]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    os.close(writes)
    with pytest.raises(WireClosed, match="the pipe is closed: "):
        work(reads)


def test_writing_to_a_reader_that_is_gone() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with pytest.raises(WireClosed, match=r"the pipe is closed: .*Broken pipe"):
        wire.write(writes, b"x")
    os.close(writes)
