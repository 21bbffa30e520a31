"""A torch module whose state dictionary is loaded, saved to a file and loaded into another module."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Results, Run, flatten_outputs, name_outputs, nest, numbered
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def reload(side: TorchSide, case: Any, request: Request) -> Run:
    """Outputs and buffers of the module that is saved and of those that are loaded; a plain function saves nothing."""
    torch = side.torch

    def fresh() -> Any:
        made = case.torch(torch)
        if isinstance(made, torch.nn.Module):
            made = made.to(device=side.device, dtype=side.dtype(request.dtype))
        return made

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        module, results = fresh(), Results()
        results.info["forms"] = []
        if not isinstance(module, torch.nn.Module) or not module.state_dict():
            return results
        weights = {
            name.split("/", 1)[1]: side.tensor(array, request.dtype)
            for name, array in arrays.items()
            if name.startswith("weights/")
        }
        mapped = dict(case.torch_weights(torch, **weights))
        side.check_weights(case, module, mapped)
        module.load_state_dict({**module.state_dict(), **mapped})
        with tempfile.TemporaryDirectory(prefix="fwparity-") as folder:
            loaded = {"a file of torch.save": _saved(torch, module, fresh(), os.path.join(folder, "saved.pt"))}
            if importlib.util.find_spec("safetensors"):
                import safetensors.torch

                file, again = os.path.join(folder, "saved.safetensors"), fresh()
                safetensors.torch.save_model(module, file)
                safetensors.torch.load_model(again, file)
                loaded["a file of safetensors"] = again
        for prefix, target in {"saved": module, **loaded}.items():
            _called(side, case, target, request, arrays, prefix, results)
        results.info["forms"] = list(loaded)
        return results

    return run


def _saved(torch: Any, module: Any, fresh: Any, file: str) -> Any:
    """``fresh`` with what ``torch.save`` wrote of ``module``."""
    torch.save(module.state_dict(), file)
    fresh.load_state_dict(torch.load(file, weights_only=True))
    return fresh


def _called(
    side: TorchSide,
    case: Any,
    module: Any,
    request: Request,
    arrays: Mapping[str, np.ndarray],
    prefix: str,
    results: Results,
) -> None:
    """Every call in turn, and the buffers that each leaves."""
    torch, count = side.torch, len(request.skeleton)
    for index, skeleton in enumerate(request.skeleton):
        inputs = nest(skeleton, f"inputs/{index}", lambda path: side.tensor(arrays[path], request.dtype))
        with torch.no_grad():
            returned = case.torch_call(torch, module, **case.torch_inputs(torch, **inputs))
        named = case.torch_outputs(torch, **name_outputs(case, returned))
        for name, value in flatten_outputs(case, named, side.is_tensor):
            side.add(results, f"{prefix}: {numbered(name, index, count)}", value)
        for name, value in module.named_buffers():
            side.add(results, f"{prefix}: {numbered(f'buffer {name}', index, count)}", value)
