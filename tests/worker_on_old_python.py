"""Run by tox on Python 3.10 with NumPy 1.26 and nothing else: what a side's interpreter needs of this package.

Imports the worker half, the public names and every shipped case; checks each case; draws its arrays; answers a request
through the worker's own loop on a NumPy-only side.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> int:
    import os

    import conformance_cases
    import pytest_fwparity
    from pytest_fwparity.cases import Case
    from pytest_fwparity.cases.definition import check_class
    from pytest_fwparity.cases.drawing import draw
    from pytest_fwparity.sides.wire import Reply, Request, read, unpack_reply
    from pytest_fwparity.sides.worker import Server, serve

    for name in pytest_fwparity.__all__:
        getattr(pytest_fwparity, name)
    checked = 0
    for module in pkgutil.walk_packages(conformance_cases.__path__, "conformance_cases."):
        loaded = importlib.import_module(module.name)
        for cls in vars(loaded).values():
            if isinstance(cls, type) and issubclass(cls, Case) and not cls.abstract and cls.__module__ == module.name:
                check_class(cls)
                for fields in cls.settings().values():
                    draw(cls(**fields), cls.__name__, 0)
                    checked += 1
    for module in pkgutil.walk_packages([str(ROOT / "pytest_fwparity" / "sides")], "pytest_fwparity.sides."):
        importlib.import_module(module.name)
    settings = {"side": "old", "adapter": f"{ROOT / 'tests' / 'fakes.py'}:FakeSide", "backend": "torch"}
    server = Server(settings)
    server.start()
    case_file = ROOT / "tests" / "old_python_case.py"
    spec = importlib.util.spec_from_file_location("old_python_case", case_file)
    assert spec is not None
    assert spec.loader is not None
    module_ = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module_)
    drawn = draw(module_.Square(), "own:Square", 0)
    subject = {"path": str(case_file), "module": "", "package": "", "root": "", "name": "Square"}
    request = Request(op="function", subject=subject, skeleton=drawn.skeleton, arrays=drawn.arrays)
    reads, writes = os.pipe()
    os.write(writes, serve(server, request))
    head, arrays = read(reads)
    reply: Reply = unpack_reply(head, arrays)
    assert (reply.arrays["y"] == drawn.arrays["inputs/0/x"] ** 2).all(), head
    # the stand-in that lets a user's file import pytest has no file
    unwanted = {
        n for n in ("pytest", "pluggy", "packaging", "filelock") if getattr(sys.modules.get(n), "__file__", None)
    }
    assert not unwanted, f"the worker half imports {unwanted}"
    print(f"Python {sys.version.split()[0]}: {checked} variants checked, 1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
