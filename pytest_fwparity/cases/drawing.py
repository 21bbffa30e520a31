"""From a case and a seed to the arrays that every side is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pytest_fwparity.cases.base import Case, describe
from pytest_fwparity.cases.definition import check_signatures
from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.cases.loss import LossCase
from pytest_fwparity.cases.streams import Streams
from pytest_fwparity.formats import UNIT, snap


@dataclass(frozen=True)
class Draw:
    """What was drawn for one variant and seed.

    ``arrays`` maps ``inputs/<call>/<path>`` and ``weights/<name>`` to arrays (floats as float64 on the float32 grid);
    ``skeleton`` holds the nesting of each call's inputs, a leaf being ``None``.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    skeleton: list[Any] = field(default_factory=list)


#: times that entries too near a kink are drawn again
_REDRAWS = 200


class NearKink(Exception):
    """No draw keeps its distance from the kinks of the case."""


def draw(case: Case, case_id: str, seed: int, inputs_on: str = "float32", weights_on: str = "float32") -> Draw:
    """Draw the inputs and weights of a variant.

    Args:
        case: the variant.
        case_id: names its random streams, with ``seed``.
        seed: likewise.
        inputs_on: dtype whose grid the floating inputs are rounded to.
        weights_on: likewise for weights.

    Raises:
        DefinitionError: for a value that is no array.
        NearKink: where :meth:`margin` still finds entries nearer to a kink than two roundings of ``inputs_on`` after 200
            draws of these entries.
    """
    made = _drawn(case, case_id, seed)
    made = replace(made, arrays=_on_grids(made.arrays, inputs_on, weights_on))
    if hasattr(case, "margin"):
        _keep_distance(case, case_id, seed, made, inputs_on, weights_on)
    return made


def _on_grids(arrays: Mapping[str, np.ndarray], inputs_on: str, weights_on: str) -> dict[str, np.ndarray]:
    """Weights on one grid, inputs and sample weights on the other; a learning rate is a number of Python's."""
    grids = {"weights": weights_on, "inputs": inputs_on, "sample_weight": inputs_on}
    return {
        key: snap(value, grids.get(key.split("/")[0], "float64")) if value.dtype.kind == "f" else value
        for key, value in arrays.items()
    }


def _keep_distance(case: Any, case_id: str, seed: int, made: Draw, inputs_on: str, weights_on: str) -> None:
    """Draw entries again until each is at least two roundings away from where the case's function has a kink.

    ``margin`` gives, for each entry along the leading axes of the inputs, the relative change of its terms that reaches
    the nearest kink (``|sum x w| / sum |x| |w|`` before a ``relu``).
    """
    where, least = describe(type(case)), 2 * UNIT[inputs_on]
    for attempt in range(1, _REDRAWS + 1):
        given = {key.split("/", 2)[2]: value for key, value in made.arrays.items() if key.startswith("inputs/0/")}
        given |= {key.split("/", 1)[1]: value for key, value in made.arrays.items() if key.startswith("weights/")}
        near = ~(np.asarray(case.margin(**given)) >= least)
        if not near.any():
            return
        again: dict[str, np.ndarray] = {}
        _flatten(case.inputs(Streams(seed, case_id, f"inputs, redraw {attempt}")), "inputs/0", "inputs()", where, again)
        for key, value in _on_grids(again, inputs_on, weights_on).items():
            if value.shape[: near.ndim] != near.shape:
                raise DefinitionError(
                    f"{where}: margin() has shape {near.shape}, which is not the leading shape of {key[9:]!r}, "
                    f"{value.shape}; give one margin for each entry that is drawn again"
                )
            made.arrays[key][near] = value[near]
    raise NearKink(
        f"{int(near.sum())} of {near.size} entries are still within {least:.3g} of a kink after {_REDRAWS} draws; "
        "draw inputs that keep away from it"
    )


def _drawn(case: Case, case_id: str, seed: int) -> Draw:
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
    names: dict[str, list[str]] = {
        "weights": [key.split("/", 1)[1] for key in made.arrays if key.startswith("weights/")]
    }
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


def _add_sample_weight_and_mask(case: LossCase, made: Draw, rng: Streams) -> None:
    shape = made.arrays["inputs/0/y_pred"].shape[: case.sample_rank]
    made.arrays["sample_weight"] = snap(rng.uniform(0.5, 2.0, size=shape), "float32")
    mask = np.asarray(rng.uniform(size=shape) < 0.6)
    flat = mask.reshape(-1)
    if flat.size:
        flat[0] = True
    if flat.size > 1:
        flat[-1] = False
    made.arrays["mask"] = mask
