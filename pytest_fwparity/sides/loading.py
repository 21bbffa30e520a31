"""Worker half: find the case that a request names, without the host's packages and without shadowing the framework."""

from __future__ import annotations

import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any


class SubjectError(Exception):
    """The file of a case cannot be imported here. The message names file, module, interpreter and the remedies."""


class PackageFinder(importlib.abc.MetaPathFinder):
    """Finds given top-level packages in given folders, and nothing else that stands beside them."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        folder = self.folders.get(fullname)
        if folder is None:
            return None
        return importlib.util.spec_from_file_location(
            fullname, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )


class _Anything(types.ModuleType):
    """A stand-in for a module that this interpreter lacks: every attribute is a harmless callable."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


class _Nothing:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **options: Any) -> Any:
        if len(args) == 1 and not options and callable(args[0]):
            return args[0]
        return self


class Loader:
    """Imports case files and keeps what it imported."""

    def __init__(self) -> None:
        self.finder = PackageFinder()
        self._pytest_seen = False
        sys.meta_path.insert(0, self.finder)

    def load(self, subject: Mapping[str, str]) -> Any:
        """The class or function that ``{"path", "module", "package", "root", "name"}`` names."""
        self._stand_in_for_pytest()
        module = self._module(subject)
        found: Any = module
        for part in subject["name"].split("."):
            found = getattr(found, part, None)
        if found is None:
            raise SubjectError(f"{subject['path']} holds no {subject['name']!r}")
        return found

    def _module(self, subject: Mapping[str, str]) -> types.ModuleType:
        path, dotted, package, root = (subject[key] for key in ("path", "module", "package", "root"))
        if package:
            top = dotted.split(".")[0]
            self.finder.folders.setdefault(top, package)
            name = dotted
        else:
            name = "fwparity_case_" + hashlib.sha256(path.encode()).hexdigest()[:16]
        if root and root not in sys.path:
            sys.path.append(root)
        if name in sys.modules:
            return sys.modules[name]
        try:
            if package:
                return importlib.import_module(name)
            spec = importlib.util.spec_from_file_location(name, path)
            if spec is None or spec.loader is None:
                raise ImportError(f"no loader for {path}")
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[name]
                raise
            return module
        except ImportError as error:
            missing = getattr(error, "name", None) or str(error)
            raise SubjectError(
                f"{path} cannot be imported in this side's interpreter {sys.executable}: no module {missing!r}; "
                f"install it there, or add its folder with --fwparity-path SIDE=DIR ({error})"
            ) from error

    def _stand_in_for_pytest(self) -> None:
        """A user's test file imports pytest; a side's interpreter need not have it."""
        if self._pytest_seen:
            return
        self._pytest_seen = True
        if "pytest" not in sys.modules and importlib.util.find_spec("pytest") is None:
            sys.modules["pytest"] = _Anything("pytest")
