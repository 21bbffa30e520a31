"""The constants of the rule: shipped, versioned data per (device kind, dtype); no case and no run has its own."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from pytest_fwparity.formats import TINY, UNIT

__all__ = ["MOVEMENT_COUNT", "MOVEMENT_DELTA", "TINY", "UNIT", "limits"]

#: number of perturbed runs, and the relative size of the perturbation in the float64 and float32 tiers
MOVEMENT_COUNT = 8
MOVEMENT_DELTA = 2.0**-24


@functools.cache
def _shipped() -> dict[str, Any]:
    text = resources.files("pytest_fwparity.verdict").joinpath("constants.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def version() -> int:
    """Version of the constants, which records name."""
    return int(_shipped()["version"])


def limits(dtype: str, device: str = "cpu") -> dict[str, Any]:
    """Limits for results of ``dtype`` on a kind of device; those of the CPU where a device has none of its own yet."""
    shipped = _shipped()
    found: dict[str, Any] = {**shipped["cpu"], **shipped.get(device, {})}[dtype]
    return found
