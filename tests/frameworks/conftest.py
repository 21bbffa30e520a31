"""Tests on real Keras and PyTorch: marked ``frameworks``, skipped with a reason where one is not installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cases.drawing import draw
from pytest_fwparity.sides.pool import Pool
from pytest_fwparity.sides.spec import BUILT_IN, Limits, SideSpec
from pytest_fwparity.sides.wire import Request

HERE = Path(__file__).parent
NEEDS = ("torch", "keras", "tensorflow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.frameworks)
            if missing:
                item.add_marker(
                    pytest.mark.skip(reason=f"needs {', '.join(missing)}: pip install '.[torch,tensorflow]'")
                )


@pytest.fixture(scope="session")
def pool() -> Any:
    """The default sides, started once for all tests."""
    import sys

    kinds = [kind for kind in BUILT_IN if kind.name in ("torch", "keras-tensorflow")]
    made = Pool([SideSpec(kind=kind, python=sys.executable) for kind in kinds], Limits())
    yield made
    made.stop()


@pytest.fixture
def asked() -> Callable[..., Request]:
    """The request for one class of a file of cases."""

    def make(path: Path, cls: Any, dtype: str = "float32", **changes: Any) -> Request:
        case = cls()
        drawn = draw(case, f"own:{cls.__name__}", 0)
        subject = {"path": str(path), "module": "", "package": "", "root": "", "name": cls.__name__}
        return Request(
            op=cls.kind, subject=subject, dtype=dtype, skeleton=drawn.skeleton, arrays=drawn.arrays, **changes
        )

    return make
