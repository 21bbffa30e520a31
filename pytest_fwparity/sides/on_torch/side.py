"""PyTorch in this process: its start, its global state, arrays to tensors and back."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from pytest_fwparity.cases.base import describe
from pytest_fwparity.sides.adapter import Adapter, CaseError, Results
from pytest_fwparity.sides.kernels import allocated_peak, allow_tf32, build_facts, driver, no_kernel, watched
from pytest_fwparity.sides.memory import Peak
from pytest_fwparity.sides.on_torch.noise import noise
from pytest_fwparity.sides.wire import Request


class TorchSide(Adapter):
    """``torch`` on the CPU or one GPU."""

    package = "pytest_fwparity.sides.on_torch"
    namespaces: ClassVar[dict[str, str]] = {
        "torch.nn": "torch.nn.Module",
        "torch.nn.functional": "function",
        "torch.nn.init": "function",
        "torch.optim": "torch.optim.Optimizer",
        "torch.optim.lr_scheduler": "torch.optim.lr_scheduler.LRScheduler",
    }
    torch: Any

    def start(self) -> dict[str, Any]:
        import torch

        self.torch = torch
        torch.set_num_threads(self.threads)
        if self.device.startswith("cuda") and not torch.cuda.is_available():
            raise RuntimeError(f"torch {torch.__version__} sees no CUDA device; use --fwparity-device torch=cpu")
        allow_tf32(torch, False)
        if self.device.startswith("cuda"):
            torch.set_default_device(self.device)  # for what a hook makes by itself: masks, index ranges
        name = torch.cuda.get_device_name(self.device) if self.device.startswith("cuda") else "cpu"
        versions = {"torch": torch.__version__, "numpy": np.__version__}
        if torch.version.cuda and self.device.startswith("cuda"):
            versions["cuda"] = torch.version.cuda
            versions["cudnn"] = str(torch.backends.cudnn.version())
        return {"versions": versions, "file": torch.__file__, "device": name}

    def globals(self) -> dict[str, Any]:
        torch = self.torch
        return {
            "torch default dtype": str(torch.get_default_dtype()),
            "torch default device": str(torch.get_default_device()) if hasattr(torch, "get_default_device") else "",
            "torch deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
            "torch threads": torch.get_num_threads(),
            "torch grad mode": torch.is_grad_enabled(),
            "torch inference mode": torch.is_inference_mode_enabled(),
            "torch autocast": torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"),
            "torch anomaly mode": torch.is_anomaly_enabled(),
            "torch float32 matmul precision": torch.get_float32_matmul_precision(),
            "torch flush denormal": bool(torch.tensor([5e-324], dtype=torch.float64).mul(1.0).eq(0).item()),
            "torch oneDNN": torch.backends.mkldnn.enabled,
            "torch cuDNN flags": (
                torch.backends.cudnn.enabled,
                torch.backends.cudnn.benchmark,
                torch.backends.cudnn.deterministic,
                torch.backends.cudnn.allow_tf32,
                torch.backends.cuda.matmul.allow_tf32,
            ),
        }

    def framework(self) -> Any:
        return self.torch

    def build(self) -> dict[str, str]:
        torch = self.torch
        found = {"torch git": str(torch.version.git_version), "kernels": str(torch.backends.cpu.get_cpu_capability())}
        if self.device.startswith("cuda"):
            found["device"] = torch.cuda.get_device_name()
            found["driver"] = driver()
        return found

    def device_facts(self) -> dict[str, str]:
        return build_facts(self.torch, self.device)

    def noise(self, index: int, delta: float) -> contextlib.AbstractContextManager[None]:
        return noise(self.torch, index, delta)

    def watched(self) -> contextlib.AbstractContextManager[set[str]]:
        return watched(self.torch)

    def peak_memory(self, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        return allocated_peak(self.torch, self.device, call, wait) or super().peak_memory(call, wait)

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any]:
        """``torch.compile`` by Inductor, in this process: no other processes are started to compile in."""
        torch = self.torch
        dynamo = importlib.import_module("torch._dynamo")
        inductor: Any = importlib.import_module("torch._inductor.config")
        inductor.compile_threads = 1
        dynamo.reset()  # a function that is compiled too often anew is no longer compiled
        importlib.import_module("torch._dynamo.utils").counters.clear()
        made: Callable[..., Any] = torch.compile(function, dynamic=False)
        return made

    def compiled_parts(self) -> int:
        return int(importlib.import_module("torch._dynamo.utils").counters["stats"]["unique_graphs"])

    def lacks(self, error: Exception) -> bool:
        return no_kernel(error)

    def refuses(self, error: Exception) -> bool:
        """Inductor finds no C++ compiler, or no Triton."""
        text = f"{type(error).__name__}: {error}"
        return "InvalidCxxCompiler" in text or "TritonMissing" in text or "Cannot find a working triton" in text

    def reset(self, request: Request) -> None:
        torch = self.torch
        torch.set_default_dtype(self.dtype(request.dtype))
        allow_tf32(torch, bool(request.options.get("tf32")) and self.device.startswith("cuda"))
        if self.device.startswith("cuda"):
            torch.manual_seed(0)
        else:
            torch.random.default_generator.manual_seed(0)

    def restore(self, request: Request) -> None:
        self.torch.set_default_dtype(self.torch.float32)
        allow_tf32(self.torch, False)

    def clear(self) -> None:
        import gc

        gc.collect()

    # arrays and tensors

    def dtype(self, name: str) -> Any:
        return getattr(self.torch, name)

    def tensor(self, array: np.ndarray, dtype: str) -> Any:
        """Floats in ``dtype``; integers and bools as they are."""
        kind = self.dtype(dtype) if array.dtype.kind == "f" else None
        return self.torch.as_tensor(array, dtype=kind, device=self.device).clone()

    def leaf(self, array: np.ndarray, dtype: str) -> Any:
        """Like :meth:`tensor`; a float tensor asks for its gradient."""
        made = self.tensor(array, dtype)
        return made.requires_grad_() if made.is_floating_point() else made

    def is_tensor(self, value: Any) -> bool:
        return isinstance(value, self.torch.Tensor)

    def array(self, value: Any) -> tuple[np.ndarray, str]:
        """NumPy array and torch dtype; bfloat16 as float32.

        The parts of a complex conjugate are views that carry a sign of their own, which NumPy has not.
        """
        torch = self.torch
        if not isinstance(value, torch.Tensor):
            made = np.asarray(value)
            return made, made.dtype.name
        value = value.detach()
        kind = str(value.dtype).removeprefix("torch.")
        if value.dtype == torch.bfloat16:
            value = value.float()
        return value.cpu().resolve_conj().resolve_neg().numpy().copy(), kind

    def add(self, results: Results, name: str, value: Any) -> None:
        array, kind = self.array(value)
        results.add(name, array, kind)

    # weights

    def check_weights(self, case: Any, module: Any, mapped: Mapping[str, Any]) -> None:
        """Every parameter and floating buffer must be given, with its shape, and nothing else."""
        where = describe(type(case))
        given = dict([*module.named_parameters(), *module.named_buffers()])
        wanted = {name for name, value in given.items() if value.is_floating_point()}
        kind = type(module).__name__
        for name in wanted - set(mapped):
            raise CaseError(
                f"{where}: torch_weights() leaves {name!r} at its random start value; "
                f"give every parameter and floating buffer of {kind}: {sorted(wanted)}"
            )
        for name, value in mapped.items():
            if name not in given:
                raise CaseError(f"{where}: torch_weights() gives {name!r}, but {kind} has only {sorted(given)}")
            if tuple(value.shape) != tuple(given[name].shape):
                raise CaseError(
                    f"{where}: torch_weights()[{name!r}] has shape {tuple(value.shape)}, "
                    f"but should be {tuple(given[name].shape)} for {kind}"
                )

    def canonical(
        self, case: Any, weights: Mapping[str, Any], values: Mapping[str, Any], only: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Torch-layout ``values`` brought back to Keras' layout: the vector-Jacobian product of ``torch_weights``.

        The map only permutes, so that its vector-Jacobian product is its inverse; applying it again must give the
        same bits, or an error names the map.
        """
        torch = self.torch
        leaves = {
            name: value.detach().clone().requires_grad_(value.is_floating_point()) for name, value in weights.items()
        }
        mapped = case.torch_weights(torch, **leaves)
        chosen = [name for name in mapped if (only is None or name in only) and mapped[name].requires_grad]
        floats = [name for name, value in leaves.items() if value.requires_grad]
        if not chosen or not floats:
            return {}
        back = torch.autograd.grad(
            [mapped[name] for name in chosen],
            [leaves[name] for name in floats],
            grad_outputs=[values[name].detach().to(mapped[name].dtype) for name in chosen],
            allow_unused=True,
        )
        found = {name: value for name, value in zip(floats, back, strict=True) if value is not None}
        again = case.torch_weights(torch, **{**{name: value.detach() for name, value in leaves.items()}, **found})
        for name in chosen:
            if not torch.equal(again[name].detach(), values[name].detach().to(again[name].dtype)):
                raise CaseError(
                    f"{describe(type(case))}: torch_weights() does more to {name!r} than permute, reshape, join and "
                    "fill, so that what torch computed cannot be brought back to Keras' layout; put arithmetic into "
                    "torch() or torch_call()"
                )
        return found
