"""From a case and a seed to the arrays that every side is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pytest_fwparity.cases.base import Case, describe
from pytest_fwparity.cases.definition import check_signatures
from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.cases.loss import LossCase
from pytest_fwparity.cases.streams import Streams


@dataclass(frozen=True)
class Draw:
    """What was drawn for one variant and seed.

    ``arrays`` maps ``inputs/<call>/<path>`` and ``weights/<name>`` to arrays (floats as float64 on the float32 grid);
    ``skeleton`` holds the nesting of each call's inputs, a leaf being ``None``.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    skeleton: list[Any] = field(default_factory=list)


def draw(case: Case, case_id: str, seed: int) -> Draw:
    """Draw the inputs and weights of a variant; raises :class:`DefinitionError` for a value that is no array."""
    where = describe(type(case))
    made = Draw()
    kind = case.kind
    if hasattr(case, "inputs"):
        calls = int(getattr(case, "calls", 1))
        rng = Streams(seed, case_id, "inputs")
        _add_calls(made, [case.inputs(rng) for _ in range(calls)], "inputs()", where)
    elif kind == "metric":
        _add_calls(made, case.updates(Streams(seed, case_id, "updates")), "updates()", where)  # type: ignore[attr-defined]
    elif kind == "optimizer":
        steps = case.gradients(Streams(seed, case_id, "gradients"))  # type: ignore[attr-defined]
        _add_calls(made, steps, "gradients()", where)
    if hasattr(case, "weights"):
        weights = case.weights(Streams(seed, case_id, "weights"))
        if not isinstance(weights, Mapping):
            raise DefinitionError(f"{where}: weights() returned {type(weights).__name__}, not a dict of arrays")
        for name, value in weights.items():
            made.arrays[f"weights/{name}"] = _array(value, f"weights()[{name!r}]", where)
    if kind == "schedule":
        made.arrays["base_rate"] = np.asarray(case.base_rate, np.float64)  # type: ignore[attr-defined]
    if isinstance(case, LossCase):
        _add_sample_weight_and_mask(case, made, Streams(seed, case_id, "sample_weight"))
    names = {"weights": [key.split("/", 1)[1] for key in made.arrays if key.startswith("weights/")]}
    if made.skeleton:
        names["update" if kind == "metric" else "inputs"] = list(made.skeleton[0])
        if isinstance(case, LossCase):
            names["torch_inputs"] = names["inputs"]
    check_signatures(case, names)
    return made


def arrays_of(inputs: Mapping[str, Any], where: str) -> Draw:
    """The draw of inputs that are given, not drawn."""
    made = Draw()
    _add_calls(made, [inputs], "inputs", where)
    return made


def _add_calls(made: Draw, calls: Any, hook: str, where: str) -> None:
    if not isinstance(calls, (list, tuple)) or not calls:
        what = type(calls).__name__ if not isinstance(calls, (list, tuple)) else "an empty list"
        raise DefinitionError(f"{where}: {hook} returned {what}, not a list of dicts of arrays")
    for index, inputs in enumerate(calls):
        if not isinstance(inputs, Mapping):
            raise DefinitionError(f"{where}: {hook} returned {type(inputs).__name__}, not a dict of arrays")
        made.skeleton.append(_flatten(inputs, f"inputs/{index}", hook, where, made.arrays))


def _flatten(value: Any, path: str, hook: str, where: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str) or "/" in key:
                raise DefinitionError(f"{where}: {hook} names an array {key!r}; names are strings without '/'")
        return {key: _flatten(entry, f"{path}/{key}", hook, where, arrays) for key, entry in value.items()}
    if isinstance(value, (list, tuple)) and any(_holds_arrays(entry) for entry in value):
        return [_flatten(entry, f"{path}/{index}", hook, where, arrays) for index, entry in enumerate(value)]
    arrays[path] = _array(value, f"{hook}[{path.split('/', 2)[2]!r}]", where)
    return None


def _holds_arrays(value: Any) -> bool:
    """Whether a list is a nesting of arrays, not itself one array."""
    if isinstance(value, (list, tuple)):
        return any(_holds_arrays(entry) for entry in value)
    return isinstance(value, (np.ndarray, Mapping))


def _array(value: Any, what: str, where: str) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of uneven length
        array = np.asarray(None)
    if array.dtype == object or array.dtype.kind not in "fiub":
        raise DefinitionError(
            f"{where}: {what} is {value!r:.80} ({type(value).__name__}), not an array of bools, integers or floats"
        )
    if array.dtype.kind == "f":
        array = snap(array, "float32")
    return np.ascontiguousarray(array) if array.ndim else array


def snap(array: np.ndarray, dtype: str) -> np.ndarray:
    """Float array on the float32 grid rounded to the grid of ``dtype`` (to nearest even), as float64."""
    if dtype in ("float64", ""):
        return array.astype(np.float64)
    single = array.astype(np.float32)
    if dtype == "bfloat16":
        bits = single.view(np.uint32)
        rounded = bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
        single = np.where(np.isfinite(single), rounded & np.uint32(0xFFFF0000), bits).astype(np.uint32).view(np.float32)
    elif dtype == "float16":
        with np.errstate(over="ignore"):
            single = single.astype(np.float16).astype(np.float32)
    return single.astype(np.float64)


def _add_sample_weight_and_mask(case: LossCase, made: Draw, rng: Streams) -> None:
    shape = made.arrays["inputs/0/y_pred"].shape[: case.sample_rank]
    made.arrays["sample_weight"] = snap(rng.uniform(0.5, 2.0, size=shape), "float32")
    mask = rng.uniform(size=shape) < 0.6
    flat = mask.reshape(-1)
    if flat.size:
        flat[0] = True
    if flat.size > 1:
        flat[-1] = False
    made.arrays["mask"] = mask
