"""Keras on PyTorch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pytest_fwparity.sides.kernels import allocated_peak, allow_tf32, build_facts, no_kernel, watched
from pytest_fwparity.sides.memory import Peak
from pytest_fwparity.sides.on_keras.backend import Backend, Computed, Pullback


class Torch(Backend):
    """Shares its kernels with native PyTorch, so that agreement of the two proves less."""

    name = "torch"
    torch: Any

    def start(self) -> dict[str, Any]:
        import torch

        self.torch = torch
        torch.set_num_threads(self.threads)
        name = "cpu"
        if self.device.startswith("cuda"):
            if not torch.cuda.is_available():
                raise RuntimeError(
                    f"torch {torch.__version__} sees no CUDA device; use --fwparity-device keras-torch=cpu"
                )
            name = torch.cuda.get_device_name()
        self.tf32(False)
        return {"versions": {"torch": torch.__version__}, "file": torch.__file__, "device": name}

    def facts(self) -> dict[str, str]:
        return build_facts(self.torch, self.device)

    def tensor(self, array: np.ndarray, dtype: str) -> Any:
        kind = getattr(self.torch, dtype) if array.dtype.kind == "f" else None
        return self.torch.as_tensor(array, dtype=kind, device=self._device()).clone()

    def vjp(self, function: Callable[[Sequence[Any]], Computed], leaves: Sequence[Any]) -> tuple[Computed, Pullback]:
        torch = self.torch
        given = [leaf.detach().requires_grad_() for leaf in leaves]
        outputs, rest = function(given)

        def pullback(cotangents: Sequence[Any]) -> list[Any]:
            pairs = [(y, c) for y, c in zip(outputs, cotangents, strict=True) if y.requires_grad]
            if not pairs or not given:
                return [None] * len(given)
            grounds, weights = zip(*pairs, strict=True)
            return list(torch.autograd.grad(grounds, given, grad_outputs=weights, allow_unused=True))

        return (outputs, rest), pullback

    def constant(self, value: Any) -> Any:
        return value.detach().clone()

    def globals(self) -> dict[str, Any]:
        torch = self.torch
        return {
            "torch default dtype": str(torch.get_default_dtype()),
            "torch deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
            "torch threads": torch.get_num_threads(),
            "torch grad mode": torch.is_grad_enabled(),
        }

    def reset(self) -> None:
        self.torch.manual_seed(0)

    def watched(self) -> contextlib.AbstractContextManager[set[str]]:
        return watched(self.torch)

    def lacks(self, error: Exception) -> bool:
        return no_kernel(error)

    def tf32(self, allowed: bool) -> None:
        allow_tf32(self.torch, allowed and self.device.startswith("cuda"))

    def wait(self, value: Any) -> None:
        if self.device.startswith("cuda"):
            self.torch.cuda.synchronize()

    def peak_memory(self, device: str, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        return allocated_peak(self.torch, device, call, wait)

    def _device(self) -> str:
        return self.device if self.device.startswith("cuda") else "cpu"
