"""Which changes fail a gate and which are only told."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import tomllib

from pytest_fwparity.records import drift
from pytest_fwparity.records.drift import Change
from pytest_fwparity.records.environment import Change as EnvironmentChange

#: components of the stack that a driver upgrade may change
_DRIVER = {"driver", "firmware"}


class PolicyError(Exception):
    """A policy that cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Kinds of change that gate, and globs of warning categories that do."""

    name: str
    gates: frozenset[str]
    warnings: tuple[str, ...] = ()
    #: globs of case ids that never gate, each with its reason
    aside: dict[str, str] = field(default_factory=dict)

    def with_speed(self) -> Policy:
        """This policy, where speed gates too."""
        return replace(self, gates=self.gates | {drift.SLOWER, drift.SLOWER_START})

    def fails(self, change: Change) -> bool:
        """Whether this change fails the gate."""
        if any(fnmatch.fnmatchcase(change.item.partition("[")[0], glob) for glob in self.aside):
            return False
        if change.kind == drift.WARNING:
            return any(fnmatch.fnmatchcase(change.output, glob) for glob in self.warnings)
        return change.kind in self.gates


DEFAULT = Policy(
    name="default",
    gates=frozenset(
        {
            *(drift.LOST, drift.BROKE, drift.NONFINITE, drift.LEFT, drift.DTYPE),
            *(drift.REMOVED, drift.DEFAULT, drift.VANISHED, drift.MEMORY),
        }
    ),
)
#: the same software on another driver: any changed bit fails
DRIVER = Policy(name="driver", gates=DEFAULT.gates | {drift.DRIFTED, drift.ROUNDING, drift.CHANGED})
BUILT_IN = {policy.name: policy for policy in (DEFAULT, DRIVER)}


def choose(changes: Sequence[EnvironmentChange]) -> Policy:
    """The driver policy where only driver or firmware differ, else the default."""
    parts = {change.component for change in changes}
    return DRIVER if parts and parts <= _DRIVER else DEFAULT


def named(text: str | None, folder: Path = Path()) -> Policy | None:
    """The policy that an option names, built in or a file beside ``folder``; None for none."""
    if not text:
        return None
    return BUILT_IN[text] if text in BUILT_IN else read(folder / text, DEFAULT)


def read(path: Path, base: Policy) -> Policy:
    """A TOML file over a built-in policy::

    policy = "driver"
    gate = ["drifted inside the budget"]
    report = ["vanished"]
    [warnings]
    gate = ["DeprecationWarning"]
    [aside]
    "core:layers/Old*" = "replaced next month, ticket 7"
    """
    try:
        loaded = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from None
    unknown = set(loaded) - {"policy", "gate", "report", "warnings", "aside"}
    if unknown:
        raise PolicyError(f"{path}: unknown entries {sorted(unknown)}; known are policy, gate, report, warnings, aside")
    name = loaded.get("policy", base.name)
    if name not in BUILT_IN:
        raise PolicyError(f"{path}: policy = {name!r}, but should be one of {', '.join(BUILT_IN)}")
    gates = set(BUILT_IN[name].gates)
    for key in ("gate", "report"):
        listed = loaded.get(key, [])
        wrong = [kind for kind in listed if kind not in drift.KINDS] if isinstance(listed, list) else [listed]
        if wrong:
            raise PolicyError(f"{path}: {key} = {wrong}, but should be a list out of {', '.join(drift.KINDS)}")
        gates = gates | set(listed) if key == "gate" else gates - set(listed)
    table = loaded.get("warnings", {})
    categories = table.get("gate", []) if isinstance(table, dict) else None
    if not isinstance(categories, list) or not all(isinstance(text, str) for text in categories):
        raise PolicyError(f'{path}: [warnings] should be gate = ["DeprecationWarning"]')
    aside = loaded.get("aside", {})
    if not isinstance(aside, dict) or not all(isinstance(text, str) and text for text in aside.values()):
        raise PolicyError(f'{path}: [aside] should be a table of GLOB = "reason"')
    return replace(BUILT_IN[name], name=str(path), gates=frozenset(gates), warnings=tuple(categories), aside=aside)
