"""Faults on real frameworks: each turns its item red, with a message that names the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import broken_cases as cases
import numpy as np
import pytest

from pytest_fwparity.sides.pool import Pool
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Reply, Request

FILE = Path(cases.__file__)


def test_each_fault_turns_its_item_red_and_no_other(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", pytest="[pytest]\nfwparity_suite = own\n")
    (pytester.path / "test_broken.py").write_text(FILE.read_text())
    result = pytester.runpytest_subprocess(
        "--fwparity", "-p", "no:cacheprovider", "--fwparity-timeout", "first=8", "-v", "-k", "not Unseeded"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    for name in ("Healthy", "Chatty", "WrongEpsilon", "ScaledGradient", "PythonFloat"):
        result.stdout.fnmatch_lines([f"test_broken.py::{name}::agree?default-float32? PASSED*"])
    result.stdout.fnmatch_lines(
        [
            "differ (semantic): own:layers/TransposedWeight?default? agree float64, seed 0",
            "*semantic: y?*: keras-tensorflow *, torch *",
            "*difference * units (limit 1024)",
            "*blame: the NumPy reference agrees with keras-tensorflow (*), not with torch (*",
            "differ (semantic): own:layers/ScaledGradient?default? agree float64, seed 0",
            "*semantic: grad x?*: keras-tensorflow *, torch *",
            "*relative 0.00*units (limit 1024)",
            "*first off: grad x; every output before it agrees, so that it is a backward pass that is off",
            "*blame: finite differences of its own outputs agree with the gradient of keras-tensorflow, not of torch (*",
            "differ (non-finite): own:layers/NotANumber?default? agree float64, seed 0",
            "*y?0, 0? is * on keras-tensorflow, but nan on torch*",
            "differ (missing): own:layers/MissingOutput?default? agree float64, seed 0",
            "*'extra' is missing on torch, which gives *'y'*",
            "broken (died): own:layers/Killed?default? agree float64, seed 0",
            "*the worker of side 'torch' * was killed by SIGKILL*",
            "broken (hung): own:layers/Sleeper?default? agree float64, seed 0",
            "*side 'torch' did not answer within 8 s and was killed*",
            "broken (garbled): own:layers/Rubbish?default? agree float64, seed 0",
            "*side 'torch' broke its private pipe*",
            "differ (leak): own:optimizers/WrongEpsilon?default? agree float64, seed 0",
            "*leak: matrix?0?*: keras-tensorflow *, torch *",
            "differ (semantic): own:ops/UndeclaredTail?default? agree float64, seed 0",
            "*blame: the mpmath reference (40 digits) agrees with keras-tensorflow (*), not with torch (*",
            "broken (dirty): own:layers/Dirty?default? agree float64, seed 0",
            "*torch deterministic algorithms: False -> True; torch threads: 1 -> 2; torch anomaly mode: False -> True",
            "float64 as shipped on keras-tensorflow: not float64 in 3 variants, worst *: * is off by * units *",
        ]
    )


@pytest.mark.parametrize("name", ["Healthy", "UnseededDraw"])
def test_a_dirty_case_changes_no_bit_of_the_next(pool: Pool, asked: Callable[..., Request], name: str) -> None:
    """Alone, after a dirty case and after many others, the same bits; a dirty worker is replaced."""
    cls = getattr(cases, name)
    plain = asked(FILE, cls)
    alone = pool.ask({side: [plain] for side in pool.specs})
    dirty = pool.ask({side: [asked(FILE, cases.Dirty)] for side in pool.specs})
    for side in pool.specs:
        first = dirty[side][0]
        assert isinstance(first, Reply)
        assert first.leaks, side
    after = pool.ask({side: [plain] for side in pool.specs})
    wide = asked(FILE, cls, "float64", pure=True, movement={"count": 2, "delta": 2.0**-24})
    shuffled = pool.ask({side: [wide, asked(FILE, cases.WrongEpsilon), plain] for side in pool.specs})
    for side in pool.specs:
        replies = [alone[side][0], after[side][0], shuffled[side][2]]
        for reply in replies:
            assert isinstance(reply, Reply), reply
            assert not reply.leaks, reply.leaks
            for key, value in reply.arrays.items():
                assert np.array_equal(value, replies[0].arrays[key]), f"{side} {key}"  # type: ignore[union-attr]


def test_what_a_backend_cannot_do_in_any_dtype_is_told_in_its_words(pool: Pool, asked: Callable[..., Request]) -> None:
    request = asked(FILE, cases.ChannelsFirst, dtype="float64")  # in float32 oneDNN has it on some processors
    answers = pool.ask({side: [request] for side in pool.specs})
    assert isinstance(answers["torch"][0], Reply)
    failure = answers["keras-tensorflow"][0]
    assert isinstance(failure, Failure)
    assert failure.kind == "unsupported"
    assert "keras-tensorflow has no kernel for it: " in failure.message
    assert "only supports the NHWC tensor format on the CPU" in failure.message
