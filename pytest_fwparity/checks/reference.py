"""What a case's own reference gives: NumPy in float64, or mpmath to 40 digits for a function of scalars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.drawing import Draw
from pytest_fwparity.cases.loss import setting_names
from pytest_fwparity.sides.adapter import name_outputs, nest
from pytest_fwparity.verdict.measured import STATE, Measured

_DIGITS = 40
NUMPY, MPMATH = "the NumPy reference", "the mpmath reference (40 digits)"


def reference(case: Any, drawn: Draw, reductions: tuple[str, ...] = ()) -> Measured | None:
    """The results that a case's ``reference`` or ``exact`` gives for what was drawn; None without one."""
    if getattr(case, "exact", None) is not None:
        return Measured(side=MPMATH, arrays=_named(case, _exactly(case, _inputs(drawn, 0))))
    if getattr(case, "reference", None) is None:
        return None
    arrays = {
        "layer": _call,
        "function": _call,
        "loss": _loss,
        "metric": _metric,
        "optimizer": _optimizer,
        "schedule": _schedule,
    }[case.kind](case, drawn, reductions)
    return Measured(side=NUMPY, arrays=arrays)


def outputs(case: Case) -> tuple[str, ...]:
    """What a reference could give, for kinds whose outputs are named by the case."""
    return tuple(getattr(case, "outputs", None) or ()) if "reference" in case.hooks else ()


def _inputs(drawn: Draw, call: int) -> dict[str, Any]:
    """Inputs of one call by name, nested as the case nests them."""
    nested: dict[str, Any] = nest(drawn.skeleton[call], f"inputs/{call}", lambda path: drawn.arrays[path])
    return nested


def _weights(drawn: Draw) -> dict[str, np.ndarray]:
    return {key.split("/", 1)[1]: value for key, value in drawn.arrays.items() if key.startswith("weights/")}


def _call(case: Any, drawn: Draw, _: tuple[str, ...]) -> dict[str, np.ndarray]:
    """A layer or function, call by call; a result named ``state w`` is the weight ``w`` of the next call."""
    arrays: dict[str, np.ndarray] = {}
    weights, count = _weights(drawn), len(drawn.skeleton)
    for call in range(count):
        for name, value in _named(case, case.reference(**_inputs(drawn, call), **weights)).items():
            arrays[name if count == 1 else f"{name}[{call}]"] = value
            if name.startswith(STATE):
                weights[name.removeprefix(STATE)] = value
    return arrays


def _named(case: Any, made: Any) -> dict[str, np.ndarray]:
    return {key: np.asarray(value) for key, value in name_outputs(case, made).items()}


def _exactly(case: Any, given: Mapping[str, np.ndarray]) -> np.ndarray:
    """``exact(mpmath, x)`` of every element, rounded to float64 once."""
    import mpmath

    context = mpmath.mp.clone()
    context.dps = _DIGITS
    spread = np.broadcast_arrays(*given.values())
    flat = [
        float(case.exact(context, *(context.mpf(float(value)) for value in values)))
        for values in zip(*(array.ravel() for array in spread), strict=True)
    ]
    return np.asarray(flat, np.float64).reshape(spread[0].shape)


def _loss(case: Any, drawn: Draw, reductions: tuple[str, ...]) -> dict[str, np.ndarray]:
    """One value per sample, then Keras' reductions (see :meth:`LossCase.torch_reduce`)."""
    values = np.asarray(case.reference(**_inputs(drawn, 0)), np.float64)
    arrays = {}
    for suffix, reduction, weighted, masked in setting_names(reductions):
        mask = drawn.arrays["mask"].astype(np.float64) if masked else None
        weight = drawn.arrays["sample_weight"] if weighted else None
        arrays[f"y[{suffix}]"] = np.asarray(_reduced(values, reduction, weight, mask))
    return arrays


def _reduced(values: np.ndarray, reduction: str, weight: np.ndarray | None, mask: np.ndarray | None) -> Any:
    if mask is not None:
        kept = mask * (mask.size / mask.sum()) if reduction == "sum_over_batch_size" else mask
        weight = kept if weight is None else weight * kept
    weighed = values if weight is None else values * weight
    if reduction == "none":
        return weighed
    if reduction == "sum_over_batch_size":
        return weighed.sum() / values.size
    if reduction == "mean_with_sample_weight":
        return weighed.sum() / (values.size if weight is None else weight.sum())
    return weighed.sum()


def _metric(case: Any, drawn: Draw, _: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Of everything seen so far, after each update."""
    seen: dict[str, list[np.ndarray]] = {}
    arrays = {}
    for call in range(len(drawn.skeleton)):
        for name, value in _inputs(drawn, call).items():
            seen.setdefault(name, []).append(value)
        joined = {name: np.concatenate(parts) for name, parts in seen.items()}
        arrays[f"result[{call}]"] = np.asarray(case.reference(**joined))
    return arrays


def _optimizer(case: Any, drawn: Draw, _: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Each parameter by itself: its value after every step."""
    arrays = {}
    for name, value in _weights(drawn).items():
        gradients = [drawn.arrays[f"inputs/{step}/{name}"] for step in range(len(drawn.skeleton))]
        for step, after in enumerate(case.reference(value, gradients)):
            arrays[f"{name}[{step}]"] = np.array(after)
    return arrays


def _schedule(case: Any, drawn: Draw, _: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {"rate": np.asarray([case.reference(step) for step in range(case.steps)], np.float64)}
