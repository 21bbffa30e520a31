"""Inputs that many operations of whole arrays share."""

from typing import Any, ClassVar

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


class Square(Array, abstract=True):
    """A batch of matrices with a strong diagonal, so that none is near to a singular one."""

    without: ClassVar[dict[str, str]] = {"*16": "decompositions and solvers have no kernels for half precision"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(-1.0, 1.0, size=(2, 3, 3)) + np.diag([3.0, 5.0, 7.0])}


class System(Array, abstract=True):
    """Matrices like those of :class:`Square` and right-hand sides."""

    without: ClassVar[dict[str, str]] = {"*16": "decompositions and solvers have no kernels for half precision"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        a = rng.uniform(-1.0, 1.0, size=(2, 3, 3)) + np.diag([3.0, 5.0, 7.0])
        return {"a": a, "b": rng.normal(size=(2, 3, 2))}


class Holes(Array, abstract=True):
    """One array of rank 3 whose elements all differ, some of them NaN, no row without a number."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (2, 3, 4))
        x[0, 0, 1] = x[0, 2, 3] = x[1, 1, 0] = x[1, 1, 2] = np.nan
        return {"x": x}


class Labels(Array, abstract=True):
    """Scores and class numbers."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (5,)), "index": np.array([2, 0, 3, 2, 0], np.int32)}


class Picture(Array, abstract=True):
    """One picture of 4 by 6 places and 2 channels, channels last."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (1, 4, 6, 2))}


class Kernel(Array, abstract=True):
    """A picture and a kernel of 3 by 2 places."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(1, 4, 6, 2)), "kernel": rng.normal(size=(3, 2, 2, 3))}


class Sorted(Array, abstract=True):
    """A rising row and values between its entries."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        row = np.arange(5.0)
        return {"row": row, "values": rng.integers(-1, 5, size=7) + rng.uniform(0.3, 0.7, size=7)}


class Counts(Array, abstract=True):
    """Small numbers."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(np.array([0, 1, 1, 3, 4, 4, 4, 2], np.int32))}


class Segments(Array, abstract=True):
    """Rows in three segments."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (5, 3)), "index": np.array([0, 0, 1, 2, 2], np.int32)}
