"""How far rounding can move a result: run again with every float input, weight and cotangent moved by one rounding."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pytest_fwparity.cases.hashing import cotangent, signs


def perturbed(
    arrays: Mapping[str, np.ndarray],
    index: int,
    delta: float,
    domains: Mapping[str, tuple[float, float]],
    fixed: tuple[str, ...],
) -> dict[str, np.ndarray]:
    """``x * (1 + delta * xi)`` for every float array, ``xi`` = +-1, reflected back into the declared domain."""
    moved = {}
    for name, value in arrays.items():
        short = name.split("/", 2)[-1] if name.startswith("inputs/") else name.split("/", 1)[-1]
        if value.dtype.kind != "f" or short in fixed:
            moved[name] = value
            continue
        shifted = value * (1 + delta * signs(f"{index}:{name}", value.shape))
        if short in domains:
            low, high = domains[short]
            shifted = np.where(shifted > high, 2 * high - shifted, shifted)
            shifted = np.where(shifted < low, 2 * low - shifted, shifted)
        moved[name] = shifted
    return moved


@dataclass(frozen=True)
class Cotangents:
    """What outputs are contracted with in one run: fixed random arrays, moved like the inputs in a perturbed run.

    ``index`` is the number of the perturbed run (0: the plain run), ``delta`` the relative size of its perturbation.
    Without ``backward`` no gradient is asked for.
    """

    index: int = 0
    delta: float = 0.0
    backward: bool = True

    def __call__(self, name: str, shape: Sequence[int]) -> np.ndarray:
        """float64 array of ``shape`` for the output ``name``."""
        plain = cotangent(name, shape)
        if not self.index:
            return plain
        return np.asarray(plain * (1 + self.delta * signs(f"{self.index}:cotangent:{name}", shape)))


def movement(
    run: Callable[[Mapping[str, np.ndarray], Cotangents], Mapping[str, np.ndarray]],
    arrays: Mapping[str, np.ndarray],
    results: Mapping[str, np.ndarray],
    count: int,
    delta: float,
    domains: Mapping[str, tuple[float, float]],
    fixed: tuple[str, ...],
    noise: Callable[[int, float], contextlib.AbstractContextManager[None]] | None = None,
) -> dict[str, np.ndarray]:
    """Root mean square over ``count`` perturbed runs of the change of each floating result, per element (float64).

    ``run(arrays, cotangents)`` computes the results; ``noise(index, delta)``, where given, moves the result of every
    operation meanwhile.
    """
    total = {name: np.zeros(value.shape) for name, value in results.items() if value.dtype.kind == "f"}
    for k in range(1, count + 1):
        with noise(k, delta) if noise is not None else contextlib.nullcontext():
            moved = run(perturbed(arrays, k, delta, domains, fixed), Cotangents(k, delta))
        for name in total:
            with np.errstate(invalid="ignore", over="ignore"):
                change = moved[name] - results[name]
                total[name] += np.where(np.isfinite(change), change, 0.0) ** 2
    return {name: np.sqrt(value / count) for name, value in total.items()}
