"""What the Keras side needs from a backend: tensors, gradients, purity."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pytest_fwparity.sides.memory import Peak

#: floating outputs, and whatever else the function computed
Computed = tuple[list[Any], Any]
#: cotangents of the outputs to gradients of the leaves; None where there is none
Pullback = Callable[[Sequence[Any]], list[Any]]


class Backend(abc.ABC):
    """One backend of Keras."""

    name = ""
    #: whether what is compiled may assign no variables
    stateless = False

    def __init__(self, device: str, threads: int) -> None:
        self.device, self.threads = device, threads

    @abc.abstractmethod
    def start(self) -> dict[str, Any]:
        """Import and configure the backend, before Keras; returns versions, file and device."""

    @abc.abstractmethod
    def tensor(self, array: np.ndarray, dtype: str) -> Any:
        """Floats in ``dtype``; integers and bools as they are."""

    @abc.abstractmethod
    def vjp(self, function: Callable[[Sequence[Any]], Computed], leaves: Sequence[Any]) -> tuple[Computed, Pullback]:
        """Run ``function`` on floating ``leaves`` and return how to pull cotangents of its outputs back."""

    @abc.abstractmethod
    def constant(self, value: Any) -> Any:
        """The value with no gradient through it."""

    def globals(self) -> dict[str, Any]:
        """Global state of the backend that a case must leave as it found it."""
        return {}

    def facts(self) -> dict[str, str]:
        """What the backend says of its device and build."""
        return {}

    def watched(self) -> contextlib.AbstractContextManager[set[str]] | None:
        """The names of the kernels that run meanwhile; None where the backend does not tell."""
        return None

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any] | None:
        """``function`` (of tensors, in lists and dicts) as ``graph`` or ``compiled``; None where the backend has no such form."""
        return None

    def lacks(self, error: Exception) -> bool:
        """Whether an exception says that the backend has no kernel for this dtype."""
        return isinstance(error, NotImplementedError)

    def refuses(self, error: Exception) -> bool:
        """Whether an exception says that the backend cannot do it on this device, whatever the dtype."""
        return False

    def tf32(self, allowed: bool) -> None:
        """Allow or forbid TensorFloat-32 in float32 products, where the device has it."""

    def wide(self, dtype: str) -> contextlib.AbstractContextManager[None]:
        """Allow float64 where the backend switches it off."""
        return contextlib.nullcontext()

    def wait(self, value: Any) -> None:
        """Block until the device has computed ``value``."""

    def peak_memory(self, device: str, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        """Bytes that a call takes of the backend's allocator beyond those held before it; None where that does not tell."""
        return None

    def reset(self) -> None:
        """Seed the backend's own generators, where that is cheap."""
