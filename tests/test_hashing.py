"""Hashed arrays: the same bits whatever NumPy does, exact in the narrow dtypes."""

from __future__ import annotations

import numpy as np

from pytest_fwparity.cases.hashing import cotangent, hashed, signs
from pytest_fwparity.formats import snap


def test_pinned_numbers() -> None:
    """A change here changes every gradient and every movement: it invalidates every record."""
    assert hashed("fwparity", (3,)).tolist() == [3254938925022197396, 3603309093467816789, 1454785563857592035]
    assert cotangent("y", (2, 2)).tolist() == [[-0.6875, -1.359375], [1.359375, 1.015625]]
    assert signs("1:inputs/0/x", (8,)).tolist() == [-1.0, -1.0, 1.0, 1.0, 1.0, -1.0, 1.0, -1.0]


def test_splitmix64_of_a_plain_loop() -> None:
    mask = 2**64 - 1
    first = int(hashed("k", (1,))[0])
    start = __import__("hashlib").sha256(b"k").digest()[:8]
    z = (int.from_bytes(start, "little") + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    assert first == z ^ (z >> 31)


def test_shapes() -> None:
    assert hashed("a", ()).shape == ()
    assert cotangent("a", ()).shape == ()
    assert hashed("a", (0, 3)).shape == (0, 3)
    assert np.array_equal(hashed("a", (2, 3)).reshape(-1), hashed("a", (6,)))


def test_cotangents_are_exact_in_narrow_dtypes_and_no_two_names_share_one() -> None:
    made = cotangent("y", (1000,))
    for dtype in ("bfloat16", "float16", "float32"):
        assert np.array_equal(snap(made, dtype), made)
    assert (np.abs(made).min(), np.abs(made).max()) == (0.5, 95 / 64)
    assert len(np.unique(made)) == 128
    assert not np.array_equal(made, cotangent("h", (1000,)))


def test_signs_are_both_and_about_equally_often() -> None:
    made = signs("1:x", (1000,))
    assert set(made.tolist()) == {1.0, -1.0}
    assert abs(made.sum()) < 100
    assert not np.array_equal(made, signs("2:x", (1000,)))
