"""Suites: packages of cases, found by entry point without importing them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

GROUP = "fwparity.suites"
SHIPPED = "core"
OWN = "own"
#: folders of a suite that hold no cases
_ASIDE = {"differences", "faults", "__pycache__"}


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A package of cases; ``folder`` is where it lies."""

    name: str
    package: str
    folder: Path
    #: version of the distribution that brings it
    version: str = ""

    def files(self) -> Iterator[Path]:
        """Every file that may hold cases, in order."""
        for path in sorted(self.folder.rglob("*.py")):
            parts = path.relative_to(self.folder).parts
            if not path.name.startswith("_") and not _ASIDE & set(parts[:-1]):
                yield path

    def node_id(self, path: Path) -> str:
        """``conformance_cases/layers/dense.py``, wherever the package is installed."""
        return f"{self.package.replace('.', '/')}/{path.relative_to(self.folder).as_posix()}"

    def module(self, path: Path) -> str:
        return ".".join([self.package, *path.relative_to(self.folder).with_suffix("").parts])

    def area(self, path: Path) -> str:
        """The folder that a file lies in; empty at the top."""
        parts = path.relative_to(self.folder).parts
        return parts[0] if len(parts) > 1 else ""

    def place(self, path: Path) -> dict[str, str]:
        """Where a worker finds a module of this suite."""
        depth = self.package.count(".")
        top = self.folder.parents[depth - 1] if depth else self.folder
        return {"path": str(path), "module": self.module(path), "package": str(top), "root": ""}

    def listed(self) -> set[str] | None:
        """Ids that the committed list ``ids.txt`` promises at every level; None without a list."""
        path = self.folder / "ids.txt"
        if not path.is_file():
            return None
        return {line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()}


def installed() -> dict[str, Suite]:
    """Every suite that an entry point names."""
    found: dict[str, Suite] = {}
    for entry in metadata.entry_points(group=GROUP):
        spec = importlib.util.find_spec(entry.value)
        if spec is None or not spec.submodule_search_locations:
            raise pytest.UsageError(
                f"suite {entry.name!r} names the package {entry.value!r}, which cannot be found; reinstall what brings it"
            )
        if entry.name == OWN or (entry.name in found and found[entry.name].package != entry.value):
            raise pytest.UsageError(f"two suites are named {entry.name!r}; uninstall one of them")
        folder = Path(next(iter(spec.submodule_search_locations))).resolve()
        found[entry.name] = Suite(
            name=entry.name, package=entry.value, folder=folder, version=entry.dist.version if entry.dist else ""
        )
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != SHIPPED, pair[0])))


def case_ids(suite: Suite, load: Callable[[str], Any]) -> list[str]:
    """``suite:area/Name[variant]`` of every case, whatever its level, in the order of files; ``load`` imports a module."""
    return [
        f"{suite.name}:{suite.area(path) or cls.home}/{cls.__qualname__}[{variant}]"
        for path, cls in case_classes(suite, load)
        for variant in cls.settings()
    ]


def case_classes(suite: Suite, load: Callable[[str], Any]) -> Iterator[tuple[Path, Any]]:
    """Every case class of a suite and its file, in the order of files; ``load`` imports a module."""
    from pytest_fwparity.cases import Case

    for path in suite.files():
        module = load(suite.module(path))
        for cls in vars(module).values():
            if (
                isinstance(cls, type)
                and issubclass(cls, Case)
                and cls.__module__ == module.__name__
                and not cls.abstract
            ):
                yield path, cls
