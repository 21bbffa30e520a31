"""The fixture that makes a project with two NumPy-only sides."""

from __future__ import annotations

import pytest
from project import Project

# NumPy cannot be imported twice in a process, and pytester forgets what an inner run imported.
import pytest_fwparity.conformance  # noqa: F401

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, monkeypatch)
