"""What every kind of case has: fields, facts, hooks, variants and an id."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pytest_fwparity.cases.differences import Difference
from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.cases.variants import Variants, frozen, variant_id


class Case:
    """One thing that Keras and PyTorch both implement.

    Annotated attributes of a subclass are its *fields* (JSON values that variants may change); plain attributes that a
    kind names are its *facts*; methods that a kind names are its *hooks*. A class made with ``abstract=True`` is a
    base for others and is not run.
    """

    #: name of the kind; the operation that a worker runs for it
    kind: ClassVar[str] = ""
    #: area of a case that lies in no area folder
    home: ClassVar[str] = ""
    #: hooks that a case must define
    required: ClassVar[tuple[str, ...]] = ()
    #: parameters of each hook after ``self``; a trailing ``...`` stands for the case's own arrays
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: facts of every kind, with their defaults; a kind adds its own
    facts: ClassVar[dict[str, Any]] = {}
    abstract: ClassVar[bool] = True

    variants: ClassVar[Variants] = Variants([(None, {})])
    #: lowest level at which the case runs
    level: ClassVar[str] = "quick"
    #: ids of the variants of level quick; None: all of them
    quick: ClassVar[tuple[str, ...] | None] = None
    #: lowest level at which its speed is measured; None: never
    speed: ClassVar[str | None] = "standard"
    #: names of the checks asked of it; None: those of its kind
    checks: ClassVar[tuple[str, ...] | None] = None
    #: oldest release of a framework that has what the case uses: ``{"keras": "3.6"}``
    needs: ClassVar[Mapping[str, str]] = {}
    #: inputs and weights confined to an interval: ``{"p": (0, 1)}``
    domains: ClassVar[Mapping[str, tuple[float, float]]] = {}
    #: inputs and weights that are exact: fill values, additive masks; rounding does not touch them
    fixed: ClassVar[tuple[str, ...]] = ()
    #: results that are zero in exact arithmetic (a bias before a softmax)
    vanishing: ClassVar[tuple[str, ...]] = ()
    #: results that are the same value everywhere
    constant: ClassVar[tuple[str, ...]] = ()
    #: working dtype to the results that are not finite in it though finite in float64: ``{"float16": ("y",)}``
    overflows: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: glob of ``VARIANT-DTYPE`` to the reason why that cannot be judged, which is shown: ``{"far-*16": "..."}``; after
    #: ``SIDES:`` it is so where one of these sides takes part, whatever is asked: ``{"keras-jax:*-bfloat16": "..."}``
    without: ClassVar[Mapping[str, str]] = {}
    #: ``"elementwise"`` judges the relative accuracy of every element; ``"tensor"`` lends a small element the magnitude
    #: that the inputs give its tensor
    floor: ClassVar[str] = "tensor"
    #: glob of sides to the kernels that must run there, so that a slow path that gives the same values is noticed:
    #: ``{"torch": ("aten::lstm",)}``
    kernels: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    #: kinds of device on which the same call must give the same bits again; elsewhere a change of bits is only told
    deterministic: ClassVar[tuple[str, ...]] = ("cpu",)
    #: case ids that this case had before it was renamed or moved
    former: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, abstract: bool = False, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.abstract = abstract

    def __init__(self, **fields: Any) -> None:
        known = self.fields()
        for name in fields:
            if name not in known:
                raise DefinitionError(
                    f"{describe(type(self))}: unknown field {name!r}; its fields are {sorted(known) or 'none'}"
                )
        for name, value in {**known, **fields}.items():
            setattr(self, name, frozen(value))

    @classmethod
    def fields(cls) -> dict[str, Any]:
        """Field names and defaults, base classes first."""
        found: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            if base is Case or not issubclass(base, Case):
                continue
            for name, kind in own_annotations(base).items():
                if not is_classvar(kind):
                    found[name] = base.__dict__.get(name, inspect.Parameter.empty)
        for name in list(found):
            found[name] = getattr(cls, name, inspect.Parameter.empty)
        return found

    @classmethod
    def settings(cls) -> dict[str, dict[str, Any]]:
        """Variant id to fields, in the order written."""
        defaults = cls.fields()
        made: dict[str, dict[str, Any]] = {}
        for explicit, fields in cls.variants:
            try:
                name = variant_id(explicit, fields, defaults)
            except ValueError as error:
                raise DefinitionError(f"{describe(cls)}: {error}") from None
            if name in made:
                raise DefinitionError(
                    f"{describe(cls)}: two variants have the id {name!r}; name one of them with named()"
                )
            made[name] = fields
        return made

    @classmethod
    def differences(cls) -> list[Difference]:
        """Known differences, in the order declared."""
        found: dict[str, Difference] = {}
        for base in reversed(cls.__mro__):
            own = vars(base)
            # A hook written anew leaves behind what a base class said of the old one.
            found = {name: known for name, known in found.items() if name not in own and known.replaces not in own}
            found |= {name: value for name, value in own.items() if isinstance(value, Difference)}
        return list(found.values())

    def with_differences(self, names: Sequence[str]) -> Case:
        """A copy whose hooks are replaced by the named differences."""
        twin = type(self)(**{name: getattr(self, name) for name in self.fields()})
        for known in self.differences():
            if known.name in names:
                setattr(twin, known.replaces, known.function.__get__(twin))
        return twin


def own_annotations(cls: type) -> dict[str, Any]:
    """Annotations written in the body of ``cls`` itself."""
    return dict(inspect.get_annotations(cls))


def is_classvar(annotation: Any) -> bool:
    text = annotation if isinstance(annotation, str) else str(annotation)
    return text.split("[")[0].split(".")[-1] == "ClassVar"


def describe(cls: type) -> str:
    """``Dense (path/to/dense.py:12)`` for messages."""
    return _described(cls)


@functools.lru_cache(maxsize=1024)
def _described(cls: Any) -> str:
    module = sys.modules.get(cls.__module__)
    path = getattr(module, "__file__", None) or cls.__module__
    try:
        line = f":{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):
        line = ""
    return f"{cls.__qualname__} ({path}{line})"
