"""Worker half: the memory that a call takes beyond what was held before it, in bytes."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

#: calls measured; the least counts, since whatever else happens in the process only adds
_CALLS = 3
#: mallopt(3): arrays from this size on are mapped; the largest size that glibc's own choice reaches
_M_MMAP_THRESHOLD, _MAPPED, _LARGEST_THRESHOLD = -3, 64 << 10, 32 << 20


class Peak(NamedTuple):
    """``bytes`` at the most beyond those held before, ``by`` a framework's ``allocator`` or the process's ``resident`` size."""

    bytes: int
    by: str


def resident_peak(call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
    """Growth of the process's peak resident size during a call, the least of some; None where the system does not tell.

    Linux only: the kernel's high-water mark is set back before each call, and free memory is handed back first, so that a
    call cannot hide in what earlier ones left. Whole pages: small tensors do not show.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        with _mapped():
            return Peak(min(_growth(call, wait) for _ in range(_CALLS)), "resident")
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


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    """Arrays are mapped one by one meanwhile and given back when they are freed, where it is glibc.

    Else, once a large array was freed, the next of its size comes from the heap, where it may lie in pages that another one
    left: the same call takes now more, now less.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        yield
        return
    set_option(_M_MMAP_THRESHOLD, _MAPPED)
    try:
        yield
    finally:
        set_option(_M_MMAP_THRESHOLD, _LARGEST_THRESHOLD)  # where glibc's own choice ends after large arrays were freed


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    found = {line.partition(":")[0]: line.partition(":")[2] for line in lines}
    return int(found[name].split()[0]) << 10


def _trim() -> None:
    """Free memory that the C library keeps goes back to the system, where it is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
