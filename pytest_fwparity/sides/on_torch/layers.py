"""Layers and functions on PyTorch: outputs, gradients by every floating array, state after each call."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_fwparity.sides.adapter import Bare, Results, Run, flatten_outputs, name_outputs, nest, numbered
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

if TYPE_CHECKING:
    from pytest_fwparity.sides.on_torch.side import TorchSide


def autocast(side: TorchSide, policy: str) -> contextlib.AbstractContextManager[Any]:
    """``torch.autocast`` of a ``mixed_...`` policy; nothing for the empty policy."""
    if not policy:
        return contextlib.nullcontext()
    kind = side.dtype(policy.removeprefix("mixed_"))
    made: contextlib.AbstractContextManager[Any] = side.torch.autocast(side.device.split(":")[0], dtype=kind)
    return made


def layer(side: TorchSide, case: Any, request: Request) -> Run:
    """A module called ``calls`` times through ``functional_call``, so that weights are inputs."""
    torch = side.torch
    built = case.torch(torch)
    is_module = isinstance(built, torch.nn.Module)
    if is_module:
        built = built.to(device=side.device, dtype=side.dtype(request.dtype))
    wrapper = _wrapper(torch, case, built) if is_module else None

    def call(
        mapped: Mapping[str, Any], buffers: Mapping[str, Any], inputs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        with autocast(side, request.policy):
            if wrapper is None:
                return case.torch_call(torch, partial(built, **mapped), **inputs), {}
            given = {f"module.{name}": value for name, value in {**mapped, **buffers}.items()}
            returned: tuple[Any, dict[str, Any]] = torch.func.functional_call(wrapper, given, (), inputs, strict=False)
            return returned

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        weights = {
            name.split("/", 1)[1]: side.leaf(array, request.dtype)
            for name, array in arrays.items()
            if name.startswith("weights/")
        }
        # contiguous, as a module's own parameters are: the cuDNN RNNs take no others
        mapped = {name: value.contiguous() for name, value in case.torch_weights(torch, **weights).items()}
        buffers: dict[str, Any] = {}
        if is_module:
            side.check_weights(case, built, mapped)
            buffers = {name: value.detach().clone() for name, value in built.named_buffers()}
            for name in [name for name in mapped if name in buffers]:
                buffers[name] = mapped.pop(name).detach().clone()
        state_names = list(buffers)
        leaves = dict(weights)
        count = len(request.skeleton)
        outputs: list[tuple[str, Any]] = []
        for index, skeleton in enumerate(request.skeleton):
            inputs = nested_leaves(side, arrays, skeleton, index, count, request.dtype, leaves)
            inputs = case.torch_inputs(torch, **inputs)
            returned, buffers = side.formed(call)(mapped, buffers, inputs)
            named = case.torch_outputs(torch, **name_outputs(case, returned))
            for name, value in flatten_outputs(case, named, side.is_tensor):
                outputs.append((numbered(name, index, count), value))
            buffers = {name: value.detach().clone() for name, value in buffers.items()}
            state = side.canonical(case, weights, buffers, state_names) if state_names else {}
            for name, value in state.items():
                leaves.pop(name, None)
                side.add(results, numbered(f"state {name}", index, count), value)
        add_outputs_and_gradients(side, results, outputs, leaves, cotangents)
        return results

    return run


def call(side: TorchSide, subject: Any, request: Request) -> Run:
    """A plain function ``f(torch, **arrays)``."""
    return function(side, Bare(subject), request)


def function(side: TorchSide, case: Any, request: Request) -> Run:
    """A plain function of the inputs."""

    def call(inputs: dict[str, Any]) -> Any:
        with autocast(side, request.policy):
            return case.torch(side.torch, **inputs)

    def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
        results = Results()
        leaves: dict[str, Any] = {}
        inputs = nested_leaves(side, arrays, request.skeleton[0], 0, 1, request.dtype, leaves)
        inputs = case.torch_inputs(side.torch, **inputs)
        returned = side.formed(call)(inputs)
        named = case.torch_outputs(side.torch, **name_outputs(case, returned))
        outputs = list(flatten_outputs(case, named, side.is_tensor))
        add_outputs_and_gradients(side, results, outputs, leaves, cotangents)
        return results

    return run


def nested_leaves(
    side: TorchSide,
    arrays: Mapping[str, np.ndarray],
    skeleton: Any,
    index: int,
    count: int,
    dtype: str,
    leaves: dict[str, Any],
) -> dict[str, Any]:
    """The inputs of one call as tensors; each is entered into ``leaves`` under its path."""

    def leaf(path: str) -> Any:
        made = side.leaf(arrays[path], dtype)
        leaves[numbered(path.split("/", 2)[2], index, count)] = made
        return made

    nested: dict[str, Any] = nest(skeleton, f"inputs/{index}", leaf)
    return nested


def add_outputs_and_gradients(
    side: TorchSide, results: Results, outputs: list[tuple[str, Any]], leaves: Mapping[str, Any], cotangents: Cotangents
) -> None:
    """Enter every output, and the gradient by every floating leaf of its contraction with the random cotangents."""
    torch = side.torch
    grounds, weights = [], []
    for name, value in outputs:
        side.add(results, name, value)
        if side.is_tensor(value) and value.is_floating_point() and value.requires_grad:
            grounds.append(value)
            weights.append(side.tensor(cotangents(name, tuple(value.shape)), "float64").to(value.dtype))
    wanted = {name: leaf for name, leaf in leaves.items() if side.is_tensor(leaf) and leaf.requires_grad}
    if not wanted or not cotangents.backward:
        return
    found = [None] * len(wanted)
    if grounds:
        found = torch.autograd.grad(grounds, list(wanted.values()), grad_outputs=weights, allow_unused=True)
    for (name, leaf), gradient in zip(wanted.items(), found, strict=True):
        if gradient is None:
            results.no_gradient.append(f"grad {name}")
            gradient = torch.zeros_like(leaf)
        side.add(results, f"grad {name}", gradient)


def _wrapper(torch: Any, case: Any, module: Any) -> Any:
    """The module and its call as one module that also returns the buffers as they stand after the call."""

    class Called(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, **inputs: Any) -> tuple[Any, dict[str, Any]]:
            returned = case.torch_call(torch, self.module, **inputs)
            return returned, dict(self.module.named_buffers())

    return Called()
