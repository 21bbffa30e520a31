"""A question: one check of one variant of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_fwparity.cases import Case
from pytest_fwparity.cases.definition import LEVELS


@dataclass(frozen=True, kw_only=True)
class CaseRef:
    """A case class, its id, and where a worker finds it."""

    cls: type[Case]
    suite: str
    area: str
    path: str
    #: dotted name where the file lies in a package, else its bare name
    module: str
    #: folder of the top-level package; empty where the file lies in none
    package: str
    #: folder put last on the worker's path, for modules beside the case
    root: str

    @property
    def case_id(self) -> str:
        return f"{self.suite}:{self.area}/{self.cls.__qualname__}"

    @property
    def subject(self) -> dict[str, str]:
        return {
            "path": self.path,
            "module": self.module,
            "package": self.package,
            "root": self.root,
            "name": self.cls.__qualname__,
        }


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a session asks about: its level, its sides with their forms, and the kinds of device they run on."""

    level: str = "quick"
    sides: tuple[str, ...] = ()
    devices: frozenset[str] = frozenset({"cpu"})
    #: side to the forms that it can compute in
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one item asks; ``parameters`` are the check's own (a dtype, a policy, a side)."""

    ref: CaseRef
    variant: str
    check: str
    parameters: tuple[str, ...] = ()
    seed: int = 0
    #: the session's first seed, which ids do not name
    base_seed: int = 0
    fields: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def id(self) -> str:
        """What stands in the brackets of the item's name."""
        seed = [f"seed{self.seed}"] if self.seed != self.base_seed else []
        return "-".join([self.variant, *self.parameters, *seed])

    @property
    def key(self) -> tuple[str, str, int]:
        """Case, variant and seed: what the same draw and referee serve."""
        return (self.ref.case_id, self.variant, self.seed)

    @property
    def text(self) -> str:
        return f"{self.ref.case_id}[{self.variant}] {' '.join([self.check, *self.parameters])}, seed {self.seed}"

    def case(self) -> Case:
        return self.ref.cls(**self.fields)


def at_level(lowest: str | None, level: str) -> bool:
    """Whether something whose lowest level is ``lowest`` runs at ``level``."""
    return lowest is not None and LEVELS.index(level) >= LEVELS.index(lowest)


def wanted(cls: type[Case], name: str, default: bool) -> bool:
    """Whether a case asks for the check ``name``: by its fact ``checks``, else by ``default``."""
    return default if cls.checks is None else name in cls.checks
