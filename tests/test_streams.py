"""Random streams: every draw has its own, the same on every machine."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from pytest_fwparity import distinct
from pytest_fwparity.cases.streams import Streams


def two(seed: int = 0, case_id: str = "core:layers/Dense", hook: str = "inputs", size: int = 3) -> list[np.ndarray]:
    rng = Streams(seed, case_id, hook)
    return [rng.normal(size=size), rng.normal(size=3)]


def test_the_size_of_one_array_shifts_no_other() -> None:
    assert np.array_equal(two(size=3)[1], two(size=1000)[1])
    assert np.array_equal(two(size=3)[0], two(size=1000)[0][:3])


def test_draws_seeds_cases_and_hooks_differ() -> None:
    draws = [*two(), *two(seed=1), *two(case_id="core:layers/Embedding"), *two(hook="weights")]
    assert len({draw.tobytes() for draw in draws}) == 8


def test_the_same_again_gives_the_same_bits() -> None:
    assert [draw.tobytes() for draw in two()] == [draw.tobytes() for draw in two()]


def test_every_method_draws_from_a_stream_of_its_own() -> None:
    rng, again = Streams(0, "a", "b"), Streams(0, "a", "b")
    rng.integers(0, 2, size=1000)
    rng.permutation(8)
    again.random()
    again.choice(3)
    assert np.array_equal(rng.uniform(size=4), again.uniform(size=4))


def test_arrays_are_independent_of_global_generators() -> None:
    before = two()
    np.random.seed(7)
    assert np.array_equal(before[0], two()[0])


def test_pinned_numbers() -> None:
    """A change here changes the inputs of every case: it invalidates every record."""
    rng = Streams(0, "core:layers/Dense", "inputs")
    assert rng.random(2).tolist() == [0.41510540002527463, 0.9437468564716781]
    assert rng.integers(0, 1000, 4).tolist() == [576, 630, 218, 432]
    assert Streams(3, "core:layers/Dense", "inputs").random() == 0.0944303300039312


def test_streams_do_not_travel() -> None:
    with pytest.raises(TypeError, match="a case's random streams cannot be pickled"):
        pickle.dumps(Streams(0, "a", "b"))


def test_distinct_values_keep_their_distance_from_each_other_and_from_zero() -> None:
    for shape in ((7,), (3, 4)):
        values = distinct(Streams(0, "a", "b"), shape)
        assert values.shape == shape
        flat = np.sort(values.reshape(-1))
        assert np.diff(flat).min() >= 0.125
        assert np.abs(flat).min() >= 0.0625
    assert not np.array_equal(distinct(Streams(0, "a", "b"), 7), np.sort(distinct(Streams(0, "a", "b"), 7)))
