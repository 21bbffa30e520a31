"""Command-line options and ini values: one table, one parser, errors before any work starts."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from pytest_fwparity.cases.waivers import Waivers
    from pytest_fwparity.records.policy import Policy
    from pytest_fwparity.sides.spec import Limits, SideSpec

LEVELS = ("quick", "standard", "exhaustive")
DEFAULT_SIDES = ("torch", "keras-tensorflow")


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option: ``--fwparity-NAME`` and the ini value ``fwparity_NAME``."""

    name: str
    help: str
    metavar: str | None = None
    repeat: bool = False
    choices: tuple[str, ...] | None = None

    @property
    def flag(self) -> str:
        return f"--fwparity-{self.name}"

    @property
    def ini(self) -> str:
        return f"fwparity_{self.name.replace('-', '_')}"


OPTIONS = (
    Option(name="case", metavar="GLOB", repeat=True, help="run cases whose id matches, as in 'core:layers/*'"),
    Option(name="suite", metavar="NAME", repeat=True, help="run these suites: shipped, own, or a suite's name"),
    Option(name="level", choices=LEVELS, help="how much is run: quick (default), standard or exhaustive"),
    Option(name="seed", metavar="N", help="seed of all inputs and weights (default 0)"),
    Option(name="seeds", metavar="COUNT", help="number of seeds, counted up from --fwparity-seed (default 1)"),
    Option(name="sides", metavar="SIDES", help="comma-separated sides (default torch,keras-tensorflow)"),
    Option(
        name="python", metavar="SIDE=PYTHON", repeat=True, help="interpreter of a side; 'keras' names every Keras side"
    ),
    Option(name="path", metavar="SIDE=DIR", repeat=True, help="folder put first on the import path of a side"),
    Option(
        name="device",
        metavar="[SIDE=]DEVICE",
        repeat=True,
        help="cpu (default), cuda, cuda:N, or cuda:all for every GPU compared bit for bit; for all sides or one",
    ),
    Option(
        name="in-process", metavar="SIDE", repeat=True, help="run that side inside the pytest process, for a debugger"
    ),
    Option(name="timeout", metavar="WHAT=SECONDS", repeat=True, help="limit of start (120), first (300) or call (60)"),
    Option(
        name="cache", metavar="DIR|off", help="where movements are kept between runs (default .fwparity_cache), or off"
    ),
    Option(name="differences", metavar="FILE", help="TOML file of known differences with an owner and an expiry"),
    Option(name="record", metavar="DIR", help="leave a record of this run in DIR, for 'fwparity compare'"),
    Option(
        name="record-size", choices=("full", "slim"), help="full (default), or slim: digests and samples, no values"
    ),
    Option(name="host", metavar="NAME", help="name of this machine in records (default: a hash)"),
    Option(name="against", metavar="DIR", help="gate: compare with the record in DIR, or the fitting one of several"),
    Option(
        name="candidate",
        metavar="SIDE[@LABEL]=PYTHON",
        repeat=True,
        help="gate: run that side in another interpreter too and compare; 'keras' names every Keras side",
    ),
    Option(name="soak", metavar="TIME", help="then repeat the cases against their own first bits for 90s, 10m or 2h"),
    Option(name="policy", metavar="NAME|FILE", help="what fails a gate: default, driver, or a TOML file"),
    Option(
        name="perf",
        choices=("off", "record", "gate"),
        help="speed items: record (default), gate (many launches; slower fails), or off",
    ),
)
_INI_ONLY: tuple[tuple[str, Literal["string", "linelist"], str], ...] = (
    ("fwparity_files", "linelist", "globs of files that hold cases although their text does not say fwparity"),
    ("fwparity_max_inconclusive", "string", "share of inconclusive items that a session may have (default 0.01)"),
    ("fwparity_worker_requests", "string", "requests after which a worker is replaced (default 2000)"),
    ("fwparity_worker_memory", "string", "resident MiB beyond which a worker is replaced (default 6144)"),
)


def add_options(parser: pytest.Parser) -> None:
    group = parser.getgroup("fwparity", "framework parity (Keras and PyTorch)")
    group.addoption("--fwparity", action="store_true", default=None, help="run conformance cases instead of tests")
    group.addoption(
        "--fwparity-strict-differences",
        action="store_true",
        default=None,
        help="fail where a known difference is no longer needed",
    )
    group.addoption(
        "--fwparity-overwrite", action="store_true", default=False, help="replace the record that lies in DIR"
    )
    parser.addini("fwparity_strict_differences", "fail where a known difference is mended", type="bool", default=False)
    parser.addini("fwparity", "run conformance cases instead of tests", type="bool", default=False)
    for option in OPTIONS:
        extra: dict[str, Any] = {"choices": option.choices} if option.choices else {"metavar": option.metavar}
        group.addoption(
            option.flag, action="append" if option.repeat else "store", default=None, help=option.help, **extra
        )
        if option.repeat:
            parser.addini(option.ini, option.help, type="linelist", default=None)
        else:
            parser.addini(option.ini, option.help, type="string", default=None)
    for name, kind, text in _INI_ONLY:
        parser.addini(name, text, type=kind, default=None)


def enabled(config: pytest.Config) -> bool:
    """Whether this is conformance mode."""
    given = config.getoption("fwparity")
    return bool(config.getini("fwparity")) if given is None else bool(given)


def value(config: pytest.Config, name: str) -> Any:
    """Command line before ini; an empty list or string for neither."""
    option = next(option for option in OPTIONS if option.name == name)
    given = config.getoption("fwparity_" + name.replace("-", "_"))
    if given is None:
        given = config.getini(option.ini)
    if option.repeat:
        return list(given or [])
    text = str(given or "")
    if option.choices and text and text not in option.choices:
        raise pytest.UsageError(f"{option.ini} = {text!r}, but should be one of {', '.join(option.choices)}")
    return text


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the options of a session come to."""

    level: str
    seeds: tuple[int, ...]
    cases: tuple[str, ...]
    suites: tuple[str, ...]
    perf: str
    files: tuple[str, ...]
    max_inconclusive: float
    specs: tuple[SideSpec, ...]
    limits: Limits
    in_process: frozenset[str]
    #: where movements are kept; None: nowhere
    cache: Path | None
    waivers: Waivers
    strict: bool
    #: where a record is left; None: nowhere
    record: Path | None
    slim: bool
    overwrite: bool
    host: str | None
    #: what a gate compares with; None: nothing
    against: Path | None
    #: label of a candidate to all sides, those it replaces with another interpreter
    candidates: Mapping[str, tuple[SideSpec, ...]]
    policy: Policy | None
    #: seconds for which cases are repeated against their own first bits
    soak: float


def settings(config: pytest.Config, kinds: Iterable[Any]) -> Settings:
    """Read and check every option; raises ``pytest.UsageError`` that names option, value and remedy."""
    first = _number(value(config, "seed") or "0", "--fwparity-seed", 0)
    count = _number(value(config, "seeds") or "1", "--fwparity-seeds", 1)
    share = config.getini("fwparity_max_inconclusive") or "0.01"
    try:
        most = float(share)
    except ValueError:
        most = -1.0
    if not 0 <= most <= 1:
        raise pytest.UsageError(
            f"fwparity_max_inconclusive = {share!r}, but should be a share such as 0.01, from 0 to 1"
        )
    specs = _specs(config, {kind.name: kind for kind in kinds})
    names = [spec.name for spec in specs]
    inside = value(config, "in-process")
    for name in inside:
        if name not in names:
            raise pytest.UsageError(
                f"--fwparity-in-process {name}: no such side; sides of this run are {', '.join(names)}"
            )
    return Settings(
        level=value(config, "level") or "quick",
        seeds=tuple(range(first, first + count)),
        cases=tuple(value(config, "case")),
        suites=tuple(value(config, "suite")),
        perf=value(config, "perf") or "record",
        files=tuple(config.getini("fwparity_files") or ()),
        max_inconclusive=most,
        specs=tuple(specs),
        limits=_limits(config),
        in_process=frozenset(inside),
        cache=_cache(config),
        waivers=_waivers(config),
        strict=_strict(config),
        record=_path(config, "record"),
        slim=value(config, "record-size") == "slim",
        overwrite=bool(config.getoption("fwparity_overwrite")),
        host=value(config, "host") or None,
        against=_path(config, "against"),
        candidates=_candidates(config, specs) | _devices(config, specs),
        policy=_policy(config),
        soak=_soak(config),
    )


def _path(config: pytest.Config, name: str) -> Path | None:
    """A path from the command line starts where pytest was called, one from the ini file at its folder."""
    given = value(config, name)
    return Path(_from(config, name), given) if given else None


def _from(config: pytest.Config, name: str) -> Path:
    on_command_line = config.getoption(f"fwparity_{name}") is not None
    return config.invocation_params.dir if on_command_line else config.rootpath


def _policy(config: pytest.Config) -> Policy | None:
    from pytest_fwparity.records.policy import DRIVER, PolicyError, named

    given = value(config, "policy")
    if not given:
        every_gpu = any(text.rpartition("=")[2] == "cuda:all" for text in value(config, "device"))
        return DRIVER if every_gpu else None

    try:
        return named(given, _from(config, "policy"))
    except PolicyError as error:
        raise pytest.UsageError(f"--fwparity-policy: {error}") from None


def _candidates(config: pytest.Config, specs: list[SideSpec]) -> dict[str, tuple[SideSpec, ...]]:
    """``SIDE[@LABEL]=PYTHON`` by label (``candidate`` where none is given); what a label leaves out stays as it is."""
    names = [spec.name for spec in specs]
    pythons: dict[str, dict[str, str]] = {}
    for text in value(config, "candidate"):
        side, sign, python = text.partition("=")
        side, label = (side, "candidate") if side in names else _labelled(side)
        chosen = [name for name in names if side == name or (side == "keras" and name.startswith("keras"))]
        if not sign or not python or not chosen:
            raise pytest.UsageError(
                f"--fwparity-candidate {text}: should be SIDE[@LABEL]=PYTHON with a side of this run: "
                f"{', '.join(names)}, or keras"
            )
        if label == "old" or not re.fullmatch(r"[A-Za-z0-9._+-]+", label):
            raise pytest.UsageError(
                f"--fwparity-candidate {text}: a label is made of letters, digits and . _ + -, and is not 'old'"
            )
        found = _interpreter(python, "--fwparity-candidate")
        for name in chosen:
            if name in pythons.setdefault(label, {}):
                raise pytest.UsageError(
                    f"--fwparity-candidate {text}: {label!r} has an interpreter for {name!r} already; "
                    "give each candidate a label of its own: SIDE@LABEL=PYTHON"
                )
            pythons[label][name] = found
    return {
        label: tuple(replace(spec, python=given.get(spec.name, spec.python)) for spec in specs)
        for label, given in pythons.items()
    }


def _devices(config: pytest.Config, specs: list[SideSpec]) -> dict[str, tuple[SideSpec, ...]]:
    """With ``cuda:all`` every further GPU is a candidate, compared with the first bit for bit."""
    if not any(text.rpartition("=")[2] == "cuda:all" for text in value(config, "device")):
        return {}
    return {
        f"cuda{number}": tuple(
            replace(spec, device=f"cuda:{number}") if spec.device.startswith("cuda") else spec for spec in specs
        )
        for number in range(1, _gpu_count())
    }


def _gpu_count() -> int:
    """GPUs of this machine, as their driver lists them."""
    listed = len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
    if listed:
        return listed
    from pytest_fwparity.records.gpus import gpus

    return len(gpus().devices)


def _soak(config: pytest.Config) -> float:
    text = value(config, "soak")
    if not text:
        return 0.0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    seconds = float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]] if found else 0.0
    if not seconds > 0:
        raise pytest.UsageError(f"--fwparity-soak {text}: should be a time such as 90s, 10m or 2h")
    return seconds


def _labelled(text: str) -> tuple[str, str]:
    side, _, label = text.partition("@")
    return side, label or "candidate"


def _cache(config: pytest.Config) -> Path | None:
    given = value(config, "cache")
    if given == "off":
        return None
    folder = Path(config.rootpath, given or ".fwparity_cache")
    if folder.exists() and not folder.is_dir():
        raise pytest.UsageError(f"--fwparity-cache {given}: {folder} is no folder; name one, or off")
    return folder


def _waivers(config: pytest.Config) -> Waivers:
    from pytest_fwparity.cases.waivers import WaiverError, Waivers, read

    given = value(config, "differences")
    if not given:
        return Waivers()
    on_command_line = config.getoption("fwparity_differences") is not None
    try:
        return read(Path(config.invocation_params.dir if on_command_line else config.rootpath, given))
    except WaiverError as error:
        raise pytest.UsageError(f"fwparity_differences: {error}") from None


def _strict(config: pytest.Config) -> bool:
    given = config.getoption("fwparity_strict_differences")
    return bool(config.getini("fwparity_strict_differences")) if given is None else bool(given)


def _number(text: str, flag: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise pytest.UsageError(f"{flag} {text}: should be a whole number, at least {least}")
    return number


def _specs(config: pytest.Config, kinds: dict[str, Any]) -> list[SideSpec]:
    from pytest_fwparity.sides.spec import SideSpec

    text = value(config, "sides") or ",".join(DEFAULT_SIDES)
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise pytest.UsageError(f"--fwparity-sides {text}: names no side; sides are {', '.join(sorted(kinds))}")
    for name in names:
        if name.split("@")[0] not in kinds:
            raise pytest.UsageError(
                f"--fwparity-sides: no side is named {name!r}; sides are {', '.join(sorted(kinds))}"
            )
    if len(set(names)) < len(names):
        raise pytest.UsageError(f"--fwparity-sides {text}: a side is named twice; a second environment is SIDE@LABEL")
    pythons = {name: _interpreter(python) for name, python in _per_side(config, "python", names)}
    devices = dict(_per_side(config, "device", names))
    folders: dict[str, list[str]] = {}
    for name, folder in _per_side(config, "path", names):
        if not Path(folder).is_dir():
            raise pytest.UsageError(f"--fwparity-path {name}={folder}: no such folder")
        folders.setdefault(name, []).append(str(Path(folder).resolve()))
    if "cuda:all" in devices.values():
        if not _gpu_count():
            raise pytest.UsageError("--fwparity-device cuda:all: this machine shows no GPU")
        devices = {name: "cuda:0" if device == "cuda:all" else device for name, device in devices.items()}
    for name, device in devices.items():
        kind, _, number = device.partition(":")
        if kind not in ("cpu", "cuda") or (number and not number.isdigit()) or (kind == "cpu" and number):
            raise pytest.UsageError(f"--fwparity-device {name}={device}: a device is cpu, cuda, cuda:N or cuda:all")
    last = [str(Path(config.rootpath, folder)) for folder in _pythonpath(config)]
    return [
        SideSpec(
            kind=kinds[name.split("@")[0]],
            label=name.partition("@")[2],
            python=pythons.get(name, sys.executable),
            device=devices.get(name, "cpu"),
            first=tuple(folders.get(name, ())),
            last=tuple(last),
        )
        for name in names
    ]


def _per_side(config: pytest.Config, option: str, names: list[str]) -> list[tuple[str, str]]:
    """(side, value) for every ``SIDE=VALUE``; ``keras`` is every Keras side, a bare device is for all sides."""
    pairs: list[tuple[str, str]] = []
    for text in value(config, option):
        side, sign, given = text.partition("=")
        if not sign and option == "device":
            pairs += [(name, text) for name in names]
            continue
        chosen = [name for name in names if side == name or (side == "keras" and name.startswith("keras"))]
        if not sign or not given or not chosen:
            raise pytest.UsageError(
                f"--fwparity-{option} {text}: should be SIDE=VALUE with a side of this run: {', '.join(names)}, or keras"
            )
        pairs += [(name, given) for name in chosen]
    return pairs


def _interpreter(text: str, flag: str = "--fwparity-python") -> str:
    found = shutil.which(text) or shutil.which(str(Path(text) / "bin" / "python"))
    if found is None:
        raise pytest.UsageError(f"{flag}: no interpreter at {text!r}")
    return str(Path(found).absolute())


def _pythonpath(config: pytest.Config) -> list[Any]:
    try:
        return list(config.getini("pythonpath") or [])
    except ValueError:
        return []


def _limits(config: pytest.Config) -> Limits:
    from pytest_fwparity.sides.spec import Limits

    given: dict[str, Any] = {}
    for text in value(config, "timeout"):
        what, _, seconds = text.partition("=")
        try:
            number = float(seconds)
        except ValueError:
            number = 0.0
        if what not in ("start", "first", "call") or not number > 0:
            raise pytest.UsageError(
                f"--fwparity-timeout {text}: should be start=SECONDS, first=SECONDS or call=SECONDS"
            )
        given[what] = number
    requests = config.getini("fwparity_worker_requests")
    memory = config.getini("fwparity_worker_memory")
    if requests:
        given["requests"] = _number(requests, "fwparity_worker_requests =", 1)
    if memory:
        given["memory"] = _number(memory, "fwparity_worker_memory =", 1) << 20
    return Limits(**given)
