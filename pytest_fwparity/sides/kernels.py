"""Worker half: what native torch and Keras on torch share about torch's kernels."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pytest_fwparity.sides.memory import Peak


@contextlib.contextmanager
def watched(torch: Any) -> Iterator[set[str]]:
    """Names of torch's operations (``aten::lstm``) that run meanwhile, composite ones included."""
    ran: set[str] = set()
    with torch.autograd.profiler.profile() as profile:
        yield ran
    ran |= {event.name for event in profile.function_events}


def no_kernel(error: Exception) -> bool:
    """Whether torch says that an operation has no kernel for a dtype."""
    text = str(error)
    return isinstance(error, NotImplementedError) or (
        isinstance(error, RuntimeError)
        and ("not implemented for" in text or "unsupported dtype" in text.lower() or "not supported for" in text)
    )


def allow_tf32(torch: Any, allowed: bool) -> None:
    """TensorFloat-32 in products and convolutions of CUDA devices."""
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def allocated_peak(torch: Any, device: str, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
    """Bytes that torch's allocator hands out at most during a call, beyond those held before it; None where it does not tell."""
    if device.startswith("cuda"):
        return Peak(_counted(torch, call, wait), "allocator")
    traced = _traced(torch, call, wait)
    return None if traced is None else Peak(traced, "allocator")


def _traced(torch: Any, call: Callable[[], Any], wait: Callable[[Any], None]) -> int | None:
    """On a CPU the allocator keeps no count: each of its steps, as torch's profiler hears it, summed in their order."""
    with torch.autograd.profiler.profile(profile_memory=True) as profile:
        value = call()
        wait(value)
    try:
        steps = [(e.start_ns(), e.nbytes()) for e in profile.kineto_results.events() if e.name() == "[memory]"]
    except AttributeError:  # a torch whose profiler is another
        return None
    sums = itertools.accumulate(size for _, size in sorted(steps, key=lambda step: step[0]))
    return max(sums, default=0)


def _counted(torch: Any, call: Callable[[], Any], wait: Callable[[Any], None]) -> int:
    """On a GPU, as the allocator counts itself."""
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = int(torch.cuda.memory_allocated())
    value = call()
    wait(value)
    torch.cuda.synchronize()
    return max(0, int(torch.cuda.max_memory_allocated()) - before)


def driver() -> str:
    """The NVIDIA kernel driver, as it tells itself; empty where there is none."""
    try:
        with open("/proc/driver/nvidia/version") as file:
            return file.readline().strip()
    except OSError:
        return ""


def build_facts(torch: Any, device: str) -> dict[str, str]:
    """What torch says of its build and of the device that it runs on."""
    found = {
        "git": str(torch.version.git_version),
        "cuda": str(torch.version.cuda or ""),
        "hip": str(torch.version.hip or ""),
        "kernels": str(torch.backends.cpu.get_cpu_capability()),
        "build": " ".join(torch.__config__.show().split()),
    }
    if device.startswith("cuda"):
        facts = torch.cuda.get_device_properties(torch.cuda.current_device())
        found |= {
            "name": facts.name,
            "uuid": str(getattr(facts, "uuid", "")),
            "capability": f"{facts.major}.{facts.minor}",
            "memory": str(facts.total_memory),
            "cudnn": str(torch.backends.cudnn.version()),
        }
    return found
