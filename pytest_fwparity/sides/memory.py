"""Worker half: the memory that a call takes beyond what was held before it, in bytes."""

from __future__ import annotations

import ctypes
import ctypes.util
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: calls measured; the least counts, since whatever else happens in the process only adds
_CALLS = 3


def resident_peak(call: Callable[[], Any], wait: Callable[[Any], None]) -> int | None:
    """Growth of the process's peak resident size during a call, the least of some; None where the system does not tell.

    Linux only: the kernel's high-water mark is set back before each call, and free memory is handed back first, so that a
    call cannot hide in what earlier ones left. Whole pages: small tensors do not show.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        return min(_growth(call, wait) for _ in range(_CALLS))
    except (OSError, KeyError, ValueError):  # a container may forbid it
        return None


def _growth(call: Callable[[], Any], wait: Callable[[Any], None]) -> int:
    gc.collect()
    _trim()
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    value = call()
    wait(value)
    return max(0, _status("VmHWM") - before)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.partition(":")[0]: line.partition(":")[2] for line in lines}
    return int(found[name].split()[0]) << 10


def _trim() -> None:
    """Free memory that the C library keeps goes back to the system, where it is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
