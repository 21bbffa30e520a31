"""Worker half: slopes of a case's outputs by central differences, beside those that its gradients give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pytest_fwparity.cases.hashing import signs
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

#: step sizes relative to each element; each is taken whole and halved
STEPS = (1e-2, 3e-3, 1e-3, 3e-4)
#: taken where these are too coarse for the function
FINER = (1e-4, 3e-5, 1e-5, 3e-6)
#: change between a step and its half, relative to what is added up, at which no finer step is taken
ENOUGH = 1e-6
_GRADIENT = "grad "


def slopes(
    case: Any, run: Callable[[Mapping[str, np.ndarray], Cotangents], Any], request: Request, results: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """One entry for each direction and group of results: ``name``, ``product``, ``norm`` and ``central``.

    A direction moves every element of every differentiated array by +-h of its size, but for what the case holds fixed
    and what would leave a declared domain; ``options["by"]`` names one array that is moved alone. The settings of a
    loss are groups of their own, since each has gradients of its own.
    """
    found = []
    only = request.options.get("by")
    for number in range(1, int(request.options["directions"]) + 1):
        moves = {
            path: value * signs(f"direction {number}:{path}", value.shape) * _inside(case, _leaf(path), value)
            for path, value in request.arrays.items()
            if value.dtype.kind == "f" and _leaf(path) not in getattr(case, "fixed", ())
        }
        ends = _ends(run, request.arrays)
        for group, names in _groups(results).items():
            gradients = _by_path(moves, results, group, len(request.skeleton))
            if only is not None:
                gradients = {path: name for path, name in gradients.items() if name == only}
            if not gradients:
                continue
            terms = [(results[name] * moves[path]).ravel() for path, name in gradients.items()]
            outputs = [(results[name] * Cotangents()(name, results[name].shape)).ravel() for name in names]
            norm = float(sum(np.abs(part[np.isfinite(part)]).sum() for part in [*terms, *outputs]))
            weights = {
                name: np.where(np.isfinite(results[name]), Cotangents()(name, results[name].shape), 0.0)
                for name in names
            }
            along = {path: moves[path] for path in gradients}
            steps: list[float] = []
            central: list[list[float]] = []
            for h in (*STEPS, *FINER):
                if h in FINER and min(abs(half - whole) for whole, half in central) <= ENOUGH * norm:
                    break
                steps.append(h)
                central.append([_central(ends(along, size), size, weights) for size in (h, h / 2)])
            found.append(
                {
                    "name": f"direction {number}" + (f", {group}" if group else "") + (f", {only}" if only else ""),
                    "product": float(sum(float(term.sum()) for term in terms)),
                    "norm": norm,
                    "steps": steps,
                    "central": central,
                }
            )
    return found


def _ends(
    run: Callable[[Mapping[str, np.ndarray], Cotangents], Any], arrays: Mapping[str, np.ndarray]
) -> Callable[[Mapping[str, np.ndarray], float], tuple[Any, Any]]:
    """What ``run`` gives at ``x + h v`` and ``x - h v``; each is run once for all the settings of a loss."""
    met: dict[tuple[tuple[str, ...], float], tuple[Any, Any]] = {}

    def ends(moves: Mapping[str, np.ndarray], size: float) -> tuple[Any, Any]:
        key = (tuple(moves), size)
        if key not in met:
            up, down = (
                run(
                    {**arrays, **{path: arrays[path] + step * move for path, move in moves.items()}},
                    Cotangents(backward=False),
                ).arrays
                for step in (size, -size)
            )
            met[key] = up, down
        return met[key]

    return ends


def _central(ends: tuple[Any, Any], size: float, weights: Mapping[str, np.ndarray]) -> float:
    """``(f(x + h v) - f(x - h v)) / 2h`` for the outputs that ``weights`` names, contracted with these."""
    up, down = ends
    total = 0.0
    for name, weight in weights.items():
        with np.errstate(invalid="ignore"):
            change = np.where(weight != 0, up[name] - down[name], 0.0)
        total += float((change * weight).sum())
    return total / (2 * size)


def _groups(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Floating outputs that are differentiated together: those of one setting of a loss, or all."""
    groups: dict[str, list[str]] = {}
    for name, value in results.items():
        if value.dtype.kind == "f" and not name.startswith((_GRADIENT, "state ")):
            groups.setdefault(_setting(name), []).append(name)
    return groups


def _setting(name: str) -> str:
    """``sum,weighted`` of ``y[sum,weighted]``; empty for a name without a setting."""
    found = re.search(r"\[([^\]\d][^\]]*)\]$", name)
    return found.group(1) if found else ""


def _by_path(moves: Mapping[str, Any], results: Mapping[str, Any], group: str, calls: int) -> dict[str, str]:
    """Path of each array to the result that is its gradient in ``group``."""
    found = {}
    for path in moves:
        name = _leaf(path)
        if path.startswith("inputs/") and calls > 1:
            name = f"{name}[{path.split('/')[1]}]"
        gradient = f"{_GRADIENT}{name}[{group}]" if group else f"{_GRADIENT}{name}"
        if gradient in results:
            found[path] = gradient
    return found


def _leaf(path: str) -> str:
    return path.split("/", 2)[-1] if path.startswith("inputs/") else path.split("/", 1)[-1]


def _inside(case: Any, name: str, value: np.ndarray) -> np.ndarray:
    """1 where the largest step stays inside the declared domain, 0 elsewhere."""
    low, high = getattr(case, "domains", {}).get(name, (-np.inf, np.inf))
    reach = np.abs(value) * max(STEPS)
    return np.where((value - reach > low) & (value + reach < high), 1.0, 0.0)
