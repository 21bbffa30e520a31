"""Health of the GPUs while a session runs: counters that grow where the hardware fails."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_fwparity.records.gpus import gpus


def counters() -> dict[str, str]:
    """``gpu 0 ECC uncorrected`` and the like to their values now; empty where no GPU tells."""
    return {
        f"gpu {device.identity.get('index', number)} {name}": value
        for number, device in enumerate(gpus().devices)
        for name, value in device.health.items()
    }


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """``gpu 0 ECC uncorrected 0 -> 2`` for every counter that moved, or that is no longer told."""
    return [
        f"{name} {value} -> {after.get(name, 'unread')}" for name, value in before.items() if after.get(name) != value
    ]
