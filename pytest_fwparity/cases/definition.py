"""Is a case declared rightly? Asked before anything is sent to a worker; each answer says what to write instead."""

from __future__ import annotations

import difflib
import inspect
import json
import math
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from pytest_fwparity.cases.base import Case, describe, is_classvar, own_annotations
from pytest_fwparity.cases.differences import Difference
from pytest_fwparity.cases.errors import DefinitionError

LEVELS = ("quick", "standard", "exhaustive")
FLOORS = ("tensor", "elementwise")
#: working dtypes that a side may be asked to compute in
LOW = ("float32", "tf32", "float16", "bfloat16")


def check_class(cls: type[Case]) -> None:
    """Raise :class:`DefinitionError` for the first fault in the body of a case class."""
    where = describe(cls)
    if "<locals>" in cls.__qualname__:
        raise DefinitionError(
            f"{where}: a case cannot be defined inside a function, the workers import it by name; "
            "define it at the top level of its file"
        )
    _check_methods(cls, where)
    _check_names(cls, where)
    for fact in ("vanishing", "constant", "deterministic", "fixed", "checks", "quick", "former", "outputs"):
        value = getattr(cls, fact, ())
        if isinstance(value, str):
            raise DefinitionError(f"{where}: {fact} = {value!r} should be a tuple: {fact} = ({value!r},)")
    for name in cls.required:
        if getattr(cls, name) is getattr(kind_of(cls), name):
            signature = ", ".join(["self", *(part.lstrip("*") for part in cls.hooks[name])])
            raise DefinitionError(f"{where}: hook {name!r} is missing; define {name}({signature})")
    _check_fields(cls, where)
    _check_variants(cls, where)
    _check_differences(cls, where)
    if cls.floor not in FLOORS:
        raise DefinitionError(f"{where}: floor = {cls.floor!r}, but should be one of {list(FLOORS)}")
    for dtype, names in cls.overflows.items():
        if dtype not in LOW or isinstance(names, str):
            raise DefinitionError(
                f"{where}: overflows = {dict(cls.overflows)!r} should map a dtype of {list(LOW)} to a tuple of results: "
                "overflows = {'float16': ('y',)}"
            )
    for sides, names in cls.kernels.items():
        if not isinstance(sides, str) or isinstance(names, str) or not names:
            raise DefinitionError(
                f"{where}: kernels = {dict(cls.kernels)!r} should map a glob of sides to a tuple of kernels: "
                "kernels = {'torch': ('aten::lstm',)}"
            )
    for glob, reason in cls.without.items():
        if not isinstance(reason, str) or not reason.strip() or not _fits(cls, glob):
            raise DefinitionError(
                f"{where}: without = {dict(cls.without)!r} should map a glob of VARIANT-DTYPE, with a dtype of {list(LOW)}, to "
                "the reason why that cannot be judged: without = {'*-float16': 'its squares underflow'}; "
                "for some sides alone: {'keras-jax:*-float16': '...'}"
            )
    for fact in ("level", "speed"):
        value = getattr(cls, fact)
        if value not in LEVELS and not (fact == "speed" and value is None):
            raise DefinitionError(f"{where}: {fact} = {value!r}, but should be one of {list(LEVELS)}")


def _fits(cls: type[Case], glob: str) -> bool:
    sides, sign, rest = glob.rpartition(":")
    dtypes = (*LOW, "float64") if sign else LOW
    named = bool(sides) == bool(sign)
    return named and any(fnmatchcase(f"{variant}-{dtype}", rest) for variant in cls.settings() for dtype in dtypes)


def kind_of(cls: type[Case]) -> type[Case]:
    """The kind that ``cls`` belongs to: the class that names it."""
    return next(base for base in cls.__mro__ if "kind" in vars(base))


def fact_names(cls: type[Case]) -> set[str]:
    found: set[str] = set()
    for base in kind_of(cls).__mro__:
        if base is not object:
            found |= {
                name
                for name, value in vars(base).items()
                if not name.startswith("_")
                and not callable(value)
                and not isinstance(value, (classmethod, staticmethod))
            }
    return found


def _check_methods(cls: type[Case], where: str) -> None:
    methods = {name for name, value in vars(Case).items() if not name.startswith("_") and callable(getattr(Case, name))}
    for base in cls.__mro__:
        if base is kind_of(cls):
            break
        for name in sorted(methods & {*vars(base), *own_annotations(base)}):
            raise DefinitionError(f"{where}: {name!r} is a method of every case; give it another name")


def _check_names(cls: type[Case], where: str) -> None:
    facts, fields = fact_names(cls), set(cls.fields())
    for base in cls.__mro__:
        if base is kind_of(cls):
            break
        for name, value in vars(base).items():
            if name.startswith("_") or name in cls.hooks or name in facts or name in fields:
                continue
            if isinstance(value, Difference):
                continue
            known: Iterable[str] = cls.hooks if callable(value) else facts
            close = difflib.get_close_matches(name, known, 1, 0.8 if callable(value) else 0.85)
            if close:
                what = "hook" if callable(value) else "fact"
                raise DefinitionError(f"{where}: no {what} is named {name!r}; did you mean {close[0]!r}?")


def _check_fields(cls: type[Case], where: str) -> None:
    facts = fact_names(cls)
    reserved = set(cls.hooks) | facts | {name for name in dir(Case) if not name.startswith("_")}
    for base in cls.__mro__:
        if base is kind_of(cls):
            break
        for name, annotation in own_annotations(base).items():
            if is_classvar(annotation):
                continue
            if name in cls.hooks:
                raise DefinitionError(f"{where}: field {name!r} is named like a hook; give the field another name")
            if name in reserved:
                raise DefinitionError(
                    f"{where}: {name!r} is a fact, not a field; write it without an annotation: {name} = ..."
                )
    for name, default in cls.fields().items():
        if default is inspect.Parameter.empty:
            raise DefinitionError(f"{where}: field {name!r} has no default; write {name}: ... = value")
        _check_json(name, default, where)


def _check_json(name: str, value: Any, where: str) -> None:
    hint = "a field is a JSON value: bool, int, float, str, None, or lists and dicts of them"
    if isinstance(value, float) and not math.isfinite(value):
        raise DefinitionError(f"{where}: field {name!r} = {value!r} cannot travel; {hint} (no NaN, no infinity)")
    try:
        json.dumps(value, allow_nan=False)
        plain = not isinstance(value, np.generic) and _string_keys(value)
    except (TypeError, ValueError):
        plain = False
    if not plain:
        raise DefinitionError(f"{where}: field {name!r} = {value!r} ({type(value).__name__}) cannot travel; {hint}")


def _string_keys(value: Any) -> bool:
    """JSON would make the key 1 the key "1"."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _string_keys(entry) for key, entry in value.items())
    return all(map(_string_keys, value)) if isinstance(value, (list, tuple)) else True


def _check_variants(cls: type[Case], where: str) -> None:
    known = cls.fields()
    settings = cls.settings()
    for made, fields in settings.items():
        for name, value in fields.items():
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"its fields are {sorted(known) or 'none'}"
                raise DefinitionError(f"{where}: variant {made!r} sets unknown field {name!r}; {hint}")
            _check_json(name, value, where)
    for made in cls.quick or ():
        if made not in settings:
            raise DefinitionError(f"{where}: quick names no variant {made!r}; its variants are {list(settings)}")


def _check_differences(cls: type[Case], where: str) -> None:
    for known in cls.differences():
        if known.replaces not in cls.hooks:
            close = difflib.get_close_matches(known.replaces, cls.hooks, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"hooks are {sorted(cls.hooks)}"
            raise DefinitionError(
                f"{where}: difference {known.name!r} replaces {known.replaces!r}, which is no hook; {hint}"
            )
        if known.replaces.split("_")[0] != "torch":
            raise DefinitionError(
                f"{where}: difference {known.name!r} replaces {known.replaces!r}; "
                "write the difference on the torch side, which is the side that follows"
            )
        odd = [dtype for dtype in known.dtypes if dtype not in LOW]
        if odd:
            raise DefinitionError(
                f"{where}: difference {known.name!r} names the dtypes {odd}; dtypes of a difference of rounding are "
                f"{list(LOW)}, one of the function itself names none"
            )


def check_signatures(case: Case, arrays: Mapping[str, Iterable[str]]) -> None:
    """Raise :class:`DefinitionError` where a hook cannot take what it will be given.

    Args:
        case: the variant.
        arrays: names that stand for ``*inputs``, ``*weights``, ``*outputs``, ``*update``; hooks whose names are not
            known before a side has run (``*torch_inputs``) are not asked.
    """
    where = describe(type(case))
    for name, parts in case.hooks.items():
        hook = getattr(case, name, None)
        if hook is not None and not callable(hook):
            raise DefinitionError(f"{where}: {name} = {hook!r} is the name of a hook, but not a function")
        if hook is None or any(part.startswith("**") for part in parts):
            continue
        stars = [part[1:] for part in parts if part.startswith("*")]
        if any(star not in arrays for star in stars):
            continue
        positional = [part for part in parts if not part.startswith("*")]
        keywords = [key for star in stars for key in arrays[star]]
        try:
            inspect.signature(hook).bind(*positional, **dict.fromkeys(keywords))
        except TypeError as error:
            should = ", ".join(["self", *positional, *keywords])
            raise DefinitionError(
                f"{where}: {name}{inspect.signature(hook)}: {error}; write {name}({should})"
            ) from None
