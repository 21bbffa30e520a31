"""What is asked of a case: one file per check.

A check is a module with ``name``, ``one_variant``, ``asks(case class, level) -> bool``, ``parameters(case class, scope)`` and
``answer(question, lab) -> Verdict``; :data:`CHECKS` lists them in the order in which items are collected.
"""

from __future__ import annotations

from typing import Any

from pytest_fwparity.checks import agree, compiled, gradient, holds, mixed, reload, repeat, replicas, speed

CHECKS: tuple[Any, ...] = (agree, holds, mixed, replicas, gradient, reload, compiled, repeat, speed)

__all__ = ["CHECKS"]
