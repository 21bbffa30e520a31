"""Known differences that a user declares, in a TOML file, with an owner and an expiry. Reading it runs nothing."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import tomllib

from pytest_fwparity.cases.definition import LOW
from pytest_fwparity.cases.differences import Difference

_DTYPES = ("float64", *LOW)
_TEXTS = ("case", "reason", "source", "owner")
_KEYS = {*_TEXTS, "side", "dtype", "versions", "expires", "code", "replaces", "max_units", "output"}
_EXAMPLE = """[[difference]]
case = "core:layers/Dense"
side = "keras-*"
dtype = ["float32"]
reason = "..."
source = "..."
owner = "..."
expires = 2027-01-31
max_units = 2000"""


class WaiverError(ValueError):
    """The file of known differences cannot be used. The message names the file, the entry and what to write."""


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One ``[[difference]]`` of a user's file.

    It applies to items of cases that ``case`` matches, on sides that ``side`` matches, in ``dtypes`` (all when empty), for
    results that ``output`` matches and framework versions in ``versions``. Either ``place`` says where the function lives
    that takes the place of the hook ``replaces``, and reproduces the difference at the full bound; or an error of at most
    ``max_units`` units is let pass. Nothing lets pass a NaN or a result that is missing.
    """

    number: int
    case: str
    side: str = "*"
    dtypes: tuple[str, ...] = ()
    output: str = "*"
    versions: Mapping[str, str] = field(default_factory=dict)
    reason: str
    source: str
    owner: str
    expires: datetime.date
    place: Mapping[str, str] = field(default_factory=dict)
    replaces: str = ""
    max_units: float = 0.0

    @property
    def name(self) -> str:
        return f"waiver {self.number}"

    def matches(self, case_id: str) -> bool:
        return fnmatchcase(case_id, self.case)

    def lets_pass(self, side: str, dtype: str, output: str, units: float) -> bool:
        """Whether an error of that size is let pass; NaN never is."""
        return (
            fnmatchcase(side.split("@")[0], self.side)
            and (not self.dtypes or dtype in self.dtypes)
            and fnmatchcase(output, self.output)
            and units <= self.max_units
        )

    def text(self, today: datetime.date) -> str:
        """One line for every run."""
        where = ", ".join(part for part in (self.side if self.side != "*" else "", *self.dtypes) if part)
        how = f"up to {self.max_units:g} units" if self.max_units else f"by {self.place['name']}"
        left = (self.expires - today).days
        until = f"expired {self.expires}" if left < 0 else f"until {self.expires}"
        return (
            f"{self.case}{f' ({where})' if where else ''}: {how}; {self.reason} [{self.source}]; {self.owner}, {until}"
        )


@dataclass(frozen=True)
class Waivers:
    """Those of one file; the expired ones are kept to be told, and let nothing pass."""

    entries: Sequence[Waiver] = ()
    today: datetime.date = field(default_factory=datetime.date.today)

    @property
    def valid(self) -> list[Waiver]:
        return [entry for entry in self.entries if entry.expires >= self.today]

    @property
    def expired(self) -> list[Waiver]:
        return [entry for entry in self.entries if entry.expires < self.today]

    @property
    def limits_all(self) -> list[Waiver]:
        """The valid ones with a limit."""
        return [entry for entry in self.valid if entry.max_units]

    def differences(self, case_id: str) -> list[Difference]:
        """Those with code, as known differences of a case."""
        return [
            Difference(
                function=_elsewhere,
                replaces=entry.replaces,
                why=entry.reason,
                source=entry.source,
                versions=entry.versions,
                name=entry.name,
                sides=(entry.side,),
                dtypes=entry.dtypes,
                place=entry.place,
            )
            for entry in self.valid
            if entry.place and entry.matches(case_id)
        ]

    def limits(self, case_id: str) -> list[Waiver]:
        """Those with a limit that apply to a case."""
        return [entry for entry in self.limits_all if entry.matches(case_id)]


def _elsewhere(*_: Any, **__: Any) -> Any:
    raise AssertionError("a worker runs the code of a waiver, never the host")


def read(path: Path) -> Waivers:
    """The waivers of a file; raises :class:`WaiverError` for one that cannot be used."""
    try:
        loaded = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WaiverError(f"{path}: cannot be read: {error}") from None
    listed = loaded.pop("difference", [])
    if loaded or not isinstance(listed, list) or any(not isinstance(entry, dict) for entry in listed):
        what = f"unknown {sorted(loaded)}" if loaded else "'difference' is no list of tables"
        raise WaiverError(f"{path}: {what}; the file holds tables such as\n{_EXAMPLE}")
    return Waivers([_waiver(number, entry, path) for number, entry in enumerate(listed, 1)])


def _waiver(number: int, entry: dict[str, Any], path: Path) -> Waiver:
    where = f"{path}: difference {number}"

    def refuse(text: str) -> WaiverError:
        return WaiverError(f"{where}: {text}")

    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise refuse(f"unknown {unknown}; known are {sorted(_KEYS)}")
    for name in _TEXTS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise refuse(f"{name} is missing; say it in a string")
    expires = entry.get("expires")
    if not isinstance(expires, datetime.date) or isinstance(expires, datetime.datetime):
        raise refuse(f"expires = {expires!r} should be a date such as expires = 2027-01-31")
    kinds = entry.get("dtype", [])
    dtypes = (kinds,) if isinstance(kinds, str) else tuple(kinds) if isinstance(kinds, list) else (None,)
    if any(kind not in _DTYPES for kind in dtypes):
        raise refuse(f"dtype = {kinds!r} should name dtypes of {list(_DTYPES)}")
    versions = entry.get("versions", {})
    if not isinstance(versions, dict) or any(not isinstance(value, str) for value in versions.values()):
        raise refuse("versions should map a framework to a range: versions = { keras = '>=3.3' }")
    for name in ("side", "output"):
        if not isinstance(entry.get(name, "*"), str):
            raise refuse(f"{name} should be a glob in a string")
    if ("code" in entry) == ("max_units" in entry):
        raise refuse("give either code (what reproduces the difference) or max_units (the most that is let pass)")
    most = entry.get("max_units", 0.0)
    if "max_units" in entry and not (
        isinstance(most, (int, float)) and not isinstance(most, bool) and 0 < most < 1e300
    ):
        raise refuse(f"max_units = {most!r} should be a positive number")
    place = _place(entry, path, refuse) if "code" in entry else {}
    return Waiver(
        number=number,
        case=entry["case"],
        side=entry.get("side", "*"),
        dtypes=tuple(kind for kind in dtypes if kind != "float64") if place else dtypes,
        output=entry.get("output", "*"),
        versions=versions,
        reason=entry["reason"],
        source=entry["source"],
        owner=entry["owner"],
        expires=expires,
        place=place,
        replaces=entry.get("replaces", ""),
        max_units=float(most),
    )


def _place(entry: Mapping[str, Any], path: Path, refuse: Any) -> dict[str, str]:
    """Where a worker finds ``code = "file.py:function"``, the file beside the file of waivers."""
    code, replaces = entry["code"], entry.get("replaces")
    if not isinstance(replaces, str) or not replaces.startswith("torch"):
        raise refuse(
            f"replaces = {replaces!r} should name the hook that the code stands in for: replaces = 'torch_call'"
        )
    file, _, name = code.rpartition(":") if isinstance(code, str) else ("", "", "")
    target = (path.parent / file).resolve()
    if not file or not name.isidentifier() or not target.is_file():
        raise refuse(f"code = {code!r} should be 'file.py:function', the file beside {path.name}")
    return {"path": str(target), "module": target.stem, "package": "", "root": str(target.parent), "name": name}
