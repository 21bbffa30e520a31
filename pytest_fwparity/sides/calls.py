"""Worker half: which public symbols of a framework exist, and which of them a case calls."""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Calls:
    """Listens to the public names of some namespaces.

    ``namespaces`` maps a dotted name to what counts as a symbol there: ``""`` every public callable, ``"function"``
    functions alone, else the dotted name of the class whose subclasses count. A call counts where neither the framework
    itself nor this package makes it: what a layer calls inside is no case's doing.
    """

    def __init__(self, framework: Any, namespaces: Mapping[str, str]) -> None:
        self._inside = {framework.__name__.partition(".")[0], __name__.partition(".")[0]}
        self._called: set[str] = set()
        #: symbol to its further names in the same namespace
        self.symbols: dict[str, list[str]] = {}
        names: dict[int, set[str]] = {}
        found: dict[int, tuple[Any, list[tuple[Any, str]]]] = {}
        for namespace, kind in namespaces.items():
            module = _attribute(framework, namespace)
            if module is None:
                continue
            same: dict[int, list[str]] = {}
            for name, value in _public(framework, module, kind):
                same.setdefault(id(value), []).append(name)
                found.setdefault(id(value), (value, []))[1].append((module, name))
            for key, listed in same.items():
                own = getattr(found[key][0], "__name__", "")
                best = own if own in listed else min(listed)
                self.symbols[f"{namespace}.{best}"] = sorted(f"{namespace}.{n}" for n in listed if n != best)
                names.setdefault(key, set()).add(f"{namespace}.{best}")
        self._values = {name: found[key][0] for key, listed in names.items() for name in listed}
        self._places: list[tuple[Any, str, Any]] = []
        for key, (value, places) in found.items():
            if isinstance(value, type):
                self._places.append((value, "__init__", self._made(value, names[key])))
            else:
                wrapper = self._heard(value, names[key])
                self._places += [(module, name, wrapper) for module, name in places]

    def signatures(self) -> dict[str, list[list[str | None]] | None]:
        """Every symbol, under each of its names, to its arguments: name, kind (``*``, ``**`` or empty), default as text.

        None for a default says that the argument is required; None for a symbol that it has no signature.
        """
        told: dict[str, list[list[str | None]] | None] = {}
        for name, value in self._values.items():
            found = _arguments(value)
            told |= dict.fromkeys([name, *self.symbols.get(name, ())], found)
        return told

    @contextlib.contextmanager
    def listening(self) -> Iterator[set[str]]:
        """The symbols called meanwhile, by their first names."""
        self._called = set()
        undo: list[Callable[[], None]] = []
        try:
            for owner, name, wrapper in self._places:
                if name in vars(owner):
                    undo.append(functools.partial(setattr, owner, name, vars(owner)[name]))
                else:
                    undo.append(functools.partial(delattr, owner, name))
                setattr(owner, name, wrapper)
            yield self._called
        finally:
            for mend in reversed(undo):
                mend()

    def _outside(self) -> bool:
        caller = str(sys._getframe(2).f_globals.get("__name__", ""))
        return caller.partition(".")[0] not in self._inside

    def _heard(self, function: Callable[..., Any], names: set[str]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **options: Any) -> Any:
            if self._outside():
                self._called.update(names)
            return function(*args, **options)

        return wrapper

    def _made(self, cls: Any, names: set[str]) -> Callable[..., None]:
        original = cls.__init__

        @functools.wraps(original)
        def wrapper(instance: Any, *args: Any, **options: Any) -> None:
            if self._outside():
                self._called.update(names)
            original(instance, *args, **options)

        with contextlib.suppress(TypeError, ValueError):  # a class whose __init__ has no signature
            wrapper.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        return wrapper


_STARS = {int(inspect.Parameter.VAR_POSITIONAL): "*", int(inspect.Parameter.VAR_KEYWORD): "**"}


def _arguments(value: Any) -> list[list[str | None]] | None:
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):  # written in C, without a text of its arguments
        return None
    told: list[list[str | None]] = []
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        default = None if parameter.default is parameter.empty else _ADDRESS.sub("", repr(parameter.default))
        told.append([parameter.name, _STARS.get(int(parameter.kind), ""), default])
    return told


#: where an object lies in memory says nothing of a default
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def _attribute(framework: Any, dotted: str) -> Any:
    """What ``keras.ops.image`` names, from the module ``keras`` on; None where the framework has not got it."""
    found = framework
    for part in dotted.split(".")[1:]:
        found = getattr(found, part, None)
    return found


def _public(framework: Any, module: Any, kind: str) -> Iterator[tuple[str, Any]]:
    root = framework.__name__.partition(".")[0]
    base = _attribute(framework, kind) if kind not in ("", "function") else None
    for name in dir(module):
        value = getattr(module, name, None)
        if name.startswith("_") or not callable(value) or inspect.ismodule(value):
            continue
        if (getattr(value, "__module__", "") or root).partition(".")[0] != root:
            continue  # what the module imports from elsewhere
        if isinstance(value, type):
            if kind == "function" or (base is not None and not issubclass(value, base)):
                continue
        elif base is not None:
            continue
        yield name, value
