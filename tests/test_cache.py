"""Movements kept between runs: what is used again, and everything that must not be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from project import AFFINE, Project

from pytest_fwparity.cases import FunctionCase
from pytest_fwparity.checks.cache import MovementCache, arrays_digest, movement_key
from pytest_fwparity.sides.wire import Request

REQUEST = Request(
    op="function",
    subject={"name": "Twice", "path": "x.py"},
    fields={"units": 3},
    movement={"count": 8, "delta": 2.0**-24},
    arrays={"inputs/0/x": np.arange(3.0), "weights/kernel": np.ones(2)},
)
IDENTITY = {"versions": {"torch": "2.13.0"}, "threads": 1}


def key(request: Request = REQUEST, level: str = "quick", further: tuple[str, ...] = (), **identity: Any) -> str:
    return movement_key(request, [FunctionCase], {**IDENTITY, **identity}, level, further)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*.move"))


def test_the_same_question_has_the_same_key() -> None:
    assert key() == key(replace(REQUEST, arrays={name: value.copy() for name, value in REQUEST.arrays.items()}))


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"units": 4}},
        {"arrays": {**REQUEST.arrays, "weights/kernel": np.array([1.0, 1 + 2.0**-52])}},
        {"arrays": {**REQUEST.arrays, "inputs/0/x": np.arange(3.0) + 1}},
        {"movement": {"count": 3, "delta": 2.0**-24}},
        {"movement": {"count": 8, "delta": 2.0**-8}},
        {"movement": {"count": 8, "delta": 2.0**-24, "operations": True}},
        {"dtype": "float32"},
        {"differences": ["thrice"]},
        {"options": {"states": True}},
    ],
    ids=str,
)
def test_a_change_of_the_request_misses(change: dict[str, Any]) -> None:
    assert key(replace(REQUEST, **change)) != key()


@pytest.mark.parametrize(
    "identity",
    [{"versions": {"torch": "2.14.0"}}, {"threads": 2}, {"device": "gpu"}, {"purity": "other"}, {"driver": "610"}],
    ids=str,
)
def test_a_change_of_who_computes_misses(identity: dict[str, Any]) -> None:
    assert key(**identity) != key()


def test_a_change_of_level_or_of_a_file_misses(tmp_path: Path) -> None:
    assert key(level="standard") != key()
    file = tmp_path / "case.py"
    file.write_text("x = 1")
    first = key(further=(str(file),))
    file.write_text("x = 22")
    assert first != key(further=(str(file),))


def test_what_is_put_is_got_and_what_is_damaged_is_not(tmp_path: Path) -> None:
    cache = MovementCache(tmp_path / "kept")
    assert cache.get(key()) is None
    cache.put(key(), "digest", {"y": np.arange(3.0)})
    digest, found = cache.get(key()) or ("", {})
    assert (digest, found["y"].tolist(), cache.hits, cache.misses) == ("digest", [0, 1, 2], 1, 1)
    (path,) = entries(cache.folder)
    whole = path.read_bytes()
    for damaged in (whole[:-3], whole[:40] + b"\xff" + whole[41:], b"", b"rubbish"):
        path.write_bytes(damaged)
        assert cache.get(key()) is None
    cache.put(key(), "digest", {"y": np.arange(3.0)})
    assert cache.get(key()) is not None


def test_what_was_used_least_recently_is_left_out(tmp_path: Path) -> None:
    import os

    cache = MovementCache(tmp_path / "kept")
    for number in range(3):
        cache.put(f"{number}0" * 32, "d", {"y": np.zeros(100)})
    first, second, third = entries(cache.folder)
    for age, path in ((100, first), (1, second), (50, third)):
        os.utime(path, (1e9 - age, 1e9 - age))
    cache.prune(second.stat().st_size)
    assert entries(cache.folder) == [second]


def test_digests_tell_names_shapes_and_bits() -> None:
    plain = {"y": np.zeros(4)}
    others = [
        {"z": np.zeros(4)},
        {"y": np.zeros((2, 2))},
        {"y": np.zeros(4, np.float32)},
        {"y": np.array([0, 0, 0, -0.0])},
    ]
    assert len({arrays_digest(arrays) for arrays in [plain, *others]}) == 5


def test_a_second_run_measures_nothing_anew(project: Project) -> None:
    project.cases(AFFINE)
    project.run().assert_outcomes(passed=4)
    folder = project.path / ".fwparity_cache"
    kept = {path: path.stat().st_mtime_ns for path in entries(folder)}
    assert len(kept) == 2
    assert (folder / ".gitignore").read_text() == "*\n"
    contents = {path: path.read_bytes() for path in kept}
    project.run().assert_outcomes(passed=4)
    assert {path: path.read_bytes() for path in entries(folder)} == contents


def test_results_of_other_bits_are_measured_anew(project: Project) -> None:
    """The key cannot know everything: a movement is used only beside the bits that it was measured at."""
    project.cases(AFFINE)
    project.run().assert_outcomes(passed=4)
    cache = MovementCache(project.path / ".fwparity_cache")
    for path in entries(cache.folder):
        _, movement = cache.get(path.stem) or ("", {})
        cache.put(path.stem, "other", {name: value * 1e12 for name, value in movement.items()})
    project.run().assert_outcomes(passed=4)  # a movement of 1e12 would be inconclusive
    assert all((cache.get(path.stem) or ("other",))[0] != "other" for path in entries(cache.folder))


def test_it_can_be_switched_off_or_put_elsewhere(project: Project) -> None:
    project.cases(AFFINE)
    project.run("--fwparity-cache", "off").assert_outcomes(passed=4)
    assert not (project.path / ".fwparity_cache").exists()
    project.run("--fwparity-cache", "kept/here").assert_outcomes(passed=4)
    assert len(entries(project.path / "kept" / "here")) == 2
    result = project.run("--fwparity-cache", "pytest.ini")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: --fwparity-cache pytest.ini: *pytest.ini is no folder; name one, or off")
