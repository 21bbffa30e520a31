"""What faults put in the place of a framework's functions, methods, modules and options."""

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any


class Instead:
    """A module with some of its functions exchanged."""

    def __init__(self, stock: Any, **exchanged: Any) -> None:
        self._stock = stock
        vars(self).update(exchanged)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stock, name)


def changed_result(patch: Any, owner: Any, name: str, change: Callable[[Any], Any]) -> None:
    """``owner.name`` gives ``change`` of what it gave; its signature stays, which Keras reads."""
    stock = getattr(owner, name)

    @functools.wraps(stock)
    def changed(*args: Any, **options: Any) -> Any:
        return change(stock(*args, **options))

    patch(owner, name, changed)


def rescaled(patch: Any, owner: Any, name: str, by: float = 1e-7, dtype: str = "") -> None:
    """What ``owner.name`` gives is ``1 + by`` times as large, in one dtype or in all."""
    changed_result(patch, owner, name, lambda y: y * (1 + by) if not dtype or dtype_of(y) == dtype else y)


def after_init(patch: Any, kind: Any, change: Callable[[Any], None]) -> None:
    """``change`` every object of this kind as it is made."""
    made = kind.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        change(self)

    patch(kind, "__init__", _signed(init, made))


def with_options(patch: Any, kind: Any, **forced: Any) -> None:
    """Objects of this kind are made with these options, whatever was asked for."""
    made = kind.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, **forced})

    patch(kind, "__init__", _signed(init, made))


def _signed(new: Any, stock: Any) -> Any:
    """``new`` with the signature of ``stock``, by which Keras tells positional arguments apart."""
    new.__signature__ = inspect.signature(stock)
    return new


def every_other_call(owner: Any) -> bool:
    """Whether this process has asked an odd number of times; a fault is mended after each request, the count goes on."""
    owner.fwparity_calls = getattr(owner, "fwparity_calls", 0) + 1
    return bool(owner.fwparity_calls % 2)


def dtype_of(x: Any) -> str:
    """``float16`` and so on, of a tensor of any framework; empty for no float."""
    found = re.search(r"b?float\d+", str(getattr(x, "dtype", "")))
    return found.group() if found else ""
