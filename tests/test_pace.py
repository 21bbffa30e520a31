"""Speed and memory, before and after: what is said of many launches, and what is left unsaid of few."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.records import pace
from pytest_fwparity.records.pace import Found


def entry(times: Any, first: Any = None, memory: Any = None, pairing: str = "", device: str = "cpu") -> dict[str, Any]:
    """A speed entry with one launch for each median of ``times``."""
    launches: list[dict[str, Any]] = [{"samples": [float(t)] * 3} for t in times]
    for name, values in (("first", first), ("memory", memory)):
        for launch, value in zip(launches, [] if values is None else values, strict=False):
            launch[name] = value
    return {"launches": launches, "pairing": pairing, "device": device}


def kinds(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [found.kind for found in pace.compare(old, new)]


def noisy(seed: int, count: int = 8, factor: float = 1.0, noise: float = 0.3, own: float = 0.02) -> Any:
    """Pairs of launches that share the luck of their moment and differ by a little of their own."""
    rng = np.random.default_rng(seed)
    luck = np.exp(noise * rng.standard_normal(count))
    old, new = (luck * np.exp(own * rng.standard_normal(count)) for _ in range(2))
    return entry(1e-3 * old, pairing="p"), entry(1e-3 * factor * new, pairing="p")


def test_the_same_code_is_never_slower() -> None:
    found = [kind for seed in range(300) for kind in kinds(*noisy(seed))]
    assert not {pace.SLOWER, pace.FASTER} & set(found)
    assert found.count(pace.EQUAL) > 290


def test_a_third_more_shows_through_noise_that_the_pairs_share() -> None:
    found = [kind for seed in range(100) for kind in kinds(*noisy(seed, factor=1.3))]
    assert found.count(pace.SLOWER) == 100
    (found_one,) = pace.compare(*noisy(0, factor=1.3))
    assert found_one.text.startswith("a call: ") and "8 pairs of launches" in found_one.text
    assert found_one.growth == pytest.approx(1.3, rel=0.03)
    assert set(kinds(*noisy(3, factor=0.7))) == {pace.FASTER}
    assert set(kinds(*noisy(3, count=16, factor=1.3))) == {pace.SLOWER}


def test_below_the_floor_is_equal_and_a_gpu_has_a_lower_floor() -> None:
    old, new = noisy(1, factor=1.07, own=0.002)
    assert kinds(old, new) == [pace.EQUAL]
    assert kinds(old, {**new, "device": "NVIDIA H200"}) == [pace.SLOWER]


def test_what_noise_hides_is_unsure_and_says_what_would_have_been_seen() -> None:
    (found,) = pace.compare(*noisy(5, factor=1.1, own=0.3))
    assert found.kind == pace.UNSURE and "a change of +" in found.text and found.text.endswith("would have been seen")


def test_the_interval_is_that_of_an_exact_test() -> None:
    """Signs of eight values can be flipped in 256 ways: all of one sign is the one in 256 that a bound of 1 % lets by."""
    low, high = pace.interval([1.0] * 7 + [1.001])
    assert 0.99 < low <= 1.0 <= high < 1.01
    low, high = pace.interval([1, 1, 1, 1, 1, 1, 1, -1])
    assert low < 0 < high
    covered = 0
    for seed in range(400):
        low, high = pace.interval(list(np.random.default_rng(seed).standard_normal(8)))
        covered += low <= 0 <= high
    assert 385 <= covered <= 400  # 98 % two-sided
    listed = list(range(16))
    assert pace.interval(listed) == (2, 13)  # the sign test: at most 2 of 16 below, 0.2 %; 3 would be 1.06 %


def test_one_launch_says_nothing_of_speed() -> None:
    (found,) = pace.compare(entry([1.0]), entry([5.0]))
    assert (found.kind, found.growth) == (pace.UNTOLD, 1.0) and found.text.endswith("1 launch says nothing about speed")


def test_launches_at_different_times_need_a_change_beyond_their_spread() -> None:
    rng = np.random.default_rng(0)
    old, new = (np.exp(0.02 * rng.standard_normal(6)) for _ in range(2))
    assert kinds(entry(old), entry(1.5 * new)) == [pace.SLOWER]
    assert pace.SLOWER not in kinds(entry(old), entry(1.06 * new))
    assert kinds(entry(old, pairing="a"), entry(1.5 * new, pairing="b")) == [pace.SLOWER]


def test_a_host_that_is_slower_now_and_then_makes_nothing_slower() -> None:
    """Two of three launches disturbed: medians and their spread say slower, the fastest launch says otherwise."""
    old, disturbed = [1.0, 1.01, 1.0, 1.02, 1.01, 1.0], [1.3, 1.31, 1.0, 1.3, 1.32, 1.31]
    assert kinds(entry(old), entry(disturbed)) == [pace.UNSURE]
    assert kinds(entry(disturbed), entry(old)) == [pace.UNSURE]
    assert kinds(entry(old), entry([1.3, 1.31, 1.3, 1.3, 1.32, 1.31])) == [pace.SLOWER]


def test_what_moves_everything_a_little_between_two_times_is_the_hosts() -> None:
    rng = np.random.default_rng(0)

    def times(factor: float) -> Any:
        return entry(factor * np.exp(0.01 * rng.standard_normal(8)))

    pairs = [(times(size), times(1.12 * size)) for size in (1, 2, 3, 4, 5, 6, 7, 8)]
    host = pace.shift(pairs)
    assert math.exp(host.calls) == pytest.approx(1.12, rel=0.02)
    assert pace.shift(pairs[:7]) == pace.Host(), "too few to tell"
    assert pace.shift([(one, other) for one, other in [noisy(seed, factor=1.12) for seed in range(9)]]) == pace.Host()
    for old, new in pairs:
        assert kinds(old, new) == [pace.SLOWER]
        assert [found.kind for found in pace.compare(old, new, host)] == [pace.UNSURE]
    (found,) = pace.compare(times(1), times(1.12 * 1.3), host)
    assert found.kind == pace.SLOWER
    (found,) = pace.compare(times(1), times(0.8), host)
    assert found.kind == pace.FASTER, "though everything else became slower"


def test_what_moves_everything_by_a_third_is_no_hosts_mood() -> None:
    pairs = [(entry([size] * 8), entry([1.3 * size] * 8)) for size in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)]
    host = pace.shift(pairs)
    assert [[found.kind for found in pace.compare(old, new, host)] for old, new in pairs] == [[pace.SLOWER]] * 8


def test_a_first_call_has_a_floor_of_its_own() -> None:
    times = [1e-3] * 8
    old = entry(times, first=[1.0] * 8, pairing="p")
    assert kinds(old, entry(times, first=[1.2] * 8, pairing="p")) == [pace.EQUAL]
    assert kinds(old, entry(times, first=[1.4] * 8, pairing="p")) == [pace.EQUAL, pace.START]
    brief = entry(times, first=[0.01] * 8, pairing="p")
    assert kinds(brief, entry(times, first=[0.0149] * 8, pairing="p")) == [pace.EQUAL], "nothing is compiled in 5 ms"
    assert kinds(brief, entry(times, first=[0.0151] * 8, pairing="p")) == [pace.EQUAL, pace.START]


def test_first_calls_have_a_median_of_their_own_between_two_times() -> None:
    pairs = [(entry([1.0] * 8, first=[1.0] * 8), entry([1.0] * 8, first=[1.4] * 8)) for _ in range(8)]
    assert pace.shift(pairs) == pace.Host(calls=0.0, firsts=math.log(1.4))
    assert kinds(*pairs[0]) == [pace.EQUAL, pace.START]
    assert [found.kind for found in pace.compare(*pairs[0], pace.shift(pairs))] == [pace.EQUAL]


@pytest.mark.parametrize(
    ("old", "new", "by", "count", "kind"),
    [
        (10 << 20, 20 << 20, "allocator", 1, pace.MEMORY),
        (20 << 20, 10 << 20, "allocator", 1, pace.LESS),
        (0, 1 << 20, "allocator", 1, ""),
        (100 << 20, 102 << 20, "allocator", 1, ""),
        (100 << 20, 104 << 20, "allocator", 1, pace.MEMORY),
        (100 << 20, 104 << 20, "resident", 5, pace.MEMORY),
        (100 << 20, 104 << 20, "resident", 4, ""),
        (4 << 20, 8 << 20, "resident", 1, ""),
        (8 << 20, 16 << 20, "resident", 1, pace.MEMORY),
        (16 << 20, 8 << 20, "resident", 1, pace.LESS),
    ],
)
def test_memory_beyond_its_floor(old: int, new: int, by: str, count: int, kind: str) -> None:
    entries = [entry([1.0] * count, memory=[size] * count) for size in (old, new)]
    for made in entries:
        for launch in made["launches"]:
            launch["memory_by"] = by
    found = [f for f in pace.compare(*entries) if f.kind in (pace.MEMORY, pace.LESS)]
    assert [one.kind for one in found] == ([kind] if kind else [])
    if kind:
        assert found[0].text == f"peak memory of a call: {old >> 20:.1f} MiB -> {new >> 20:.1f} MiB"


def test_memory_by_two_measures_is_not_compared() -> None:
    old, new = entry([1.0], memory=[1 << 20]), entry([1.0], memory=[99 << 20])
    new["launches"][0]["memory_by"] = "allocator"
    assert kinds(old, new) == [pace.UNTOLD]


def test_noise_only_adds_memory() -> None:
    assert kinds(entry([1.0] * 2, memory=[9 << 20, 5 << 20]), entry([1.0] * 2, memory=[5 << 20, 90 << 20])) == [
        pace.UNTOLD
    ]


@pytest.mark.parametrize("launches", [[], [{"samples": []}], [{"samples": [0.0]}]])
def test_what_is_no_measurement_is_not_judged(launches: Any) -> None:
    """A clock may stand still."""
    assert list(pace.compare({"launches": launches}, entry([1.0]))) == []


def test_a_found_thing_is_plain() -> None:
    assert Found(kind=pace.EQUAL, text="t").growth == 1.0
