"""Inputs that many operations of whole arrays share."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, distinct


class Array(FunctionCase, abstract=True):
    """One array of rank 3 whose elements all differ."""

    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4))}


class Row(Array, abstract=True):
    """One array of rank 1."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (4,))}


class Truths(Array, abstract=True):
    """Booleans; along every axis some hold for all, some for none."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.uniform(size=(2, 3, 4)) < 0.5
        x[0, :, 0], x[0, :, 1], x[1, 0], x[1, 1] = True, False, True, False
        return {"x": x}


class Pair(Array, abstract=True):
    """Two arrays of one shape."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        both = distinct(rng, (2, 3, 4))
        return {"a": both[0], "b": both[1]}


class Factors(Array, abstract=True):
    """Two batches of matrices that fit each other."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"a": rng.normal(size=(2, 3, 4)), "b": rng.normal(size=(2, 4, 5))}


class Places(Array, abstract=True):
    """An array and places along its second axis, one of them twice."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4)), "index": np.array([[2, 0], [1, 2]], np.int32)}


class Rows(Array, abstract=True):
    """An array and places along its last axis, others in every row."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (3, 4)), "index": rng.permuted(np.tile(np.arange(4), (3, 1)), axis=1)[:, :2]}
