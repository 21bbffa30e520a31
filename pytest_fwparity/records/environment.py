"""The environment that a result depends on: machine, devices, and each side's stack as its worker loaded it."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_fwparity.records.gpus import Gpus, gpus
from pytest_fwparity.sides.pool import Pool
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Request

#: which part of the stack a fact belongs to, by a word in its name; the first that fits counts
_COMPONENTS = (
    ("fwparity", ("tool.",)),
    ("driver", ("machine.gpu driver", "machine.kernel")),
    ("firmware", ("VBIOS",)),
    ("cuDNN", ("cudnn",)),
    (
        "CUDA",
        ("cublas", "cuda", "cufft", "cusparse", "cusolver", "curand", "nvrtc", "nvjitlink", "nccl", "cupti", "nvidia"),
    ),
    ("torch", ("torch",)),
    ("TensorFlow", ("tensorflow",)),
    ("JAX", ("jax", "xla")),
    ("Keras", ("keras",)),
    ("NumPy", ("numpy",)),
    ("Python", ("interpreter.", "python")),
    ("device", ("machine.gpu ", "device")),
    ("machine", ("machine.",)),
)


def machine(host: str | None = None, found: Gpus | None = None) -> dict[str, dict[str, str]]:
    """Facts of this machine: ``identity``, ``condition``, ``health``; ``host`` names it, else a hash does."""
    seen = gpus() if found is None else found
    identity = {
        "host": _host() if host is None else host,
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "boot": _read("/proc/sys/kernel/random/boot_id"),
        "container": _container(),
        **_processor(),
        **{f"gpu driver {name}": value for name, value in seen.driver.items()},
    }
    condition = _load()
    health: dict[str, str] = {}
    for device in seen.devices:
        which = f"gpu {device.identity.get('index', '?')}"
        identity |= {f"{which} {name}": value for name, value in device.identity.items()}
        condition |= {f"{which} {name}": value for name, value in device.condition.items()}
        health |= {f"{which} {name}": value for name, value in device.health.items()}
    if seen.unread:
        identity["gpu unread"] = seen.unread
    return {"identity": {k: v for k, v in identity.items() if v}, "condition": condition, "health": health}


def side(pool: Pool, name: str) -> dict[str, Any] | Failure:
    """The stack of one side, from its plain worker; a side that does not answer gives its failure."""
    (answer,) = pool.ask({name: [Request(op="stack")]})[name]
    if isinstance(answer, Failure):
        return answer
    greeting = pool.greeting(name)
    return {
        "versions": dict(greeting.get("versions", {})),
        "file": greeting.get("file", ""),
        "device": greeting.get("device", ""),
        "flags": {key: str(value) for key, value in greeting.get("identity", {}).items()},
        **answer.info["stack"],
    }


def flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested facts as ``side.libraries.libcudnn.so`` to text."""
    found: dict[str, str] = {}
    for key, entry in value.items():
        name = f"{prefix}{key}"
        if isinstance(entry, Mapping):
            found |= flat(entry, f"{name}.")
        else:
            found[name] = str(entry)
    return found


#: facts that change from run to run, or with the place of an environment, and explain nothing
_MOVING = ("machine.condition.*", "machine.health.*", "machine.identity.boot", "*.interpreter.executable", "*.file")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact that differs between two environments; empty where it is not there."""

    name: str
    old: str
    new: str

    @property
    def component(self) -> str:
        """The part of the stack that it belongs to."""
        text = self.name.replace("machine.identity.", "machine.")
        part = text.split(".", 1)[1] if not text.startswith(("machine.", "tool.")) and "." in text else text
        for component, words in _COMPONENTS:
            if any(word.lower() in part.lower() for word in words):
                return component
        return "other"

    def text(self) -> str:
        return f"{self.name}: {self.old or '(none)'} -> {self.new or '(none)'}"


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What identifies the environments and differs: ``{"machine": ..., "tool": ..., "sides": {name: ...}}`` on both hands."""
    shared = ("machine", "tool")
    before, after = (flat({**{n: e.get(n, {}) for n in shared}, **e.get("sides", {})}) for e in (old, new))
    changed = []
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name, ""), after.get(name, "")
        if one != other and not any(fnmatch.fnmatchcase(name, glob) for glob in _MOVING):
            changed.append(Change(name=name, old=one, new=other))
    return changed


def _host() -> str:
    text = _read("/etc/machine-id") or platform.node()
    return hashlib.sha256(f"fwparity {text}".encode()).hexdigest()[:16]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""


def _container() -> str:
    """The image where the runtime tells it, else whether this is one at all."""
    for line in _read("/run/.containerenv").splitlines():
        if line.startswith("image="):
            return line.partition("=")[2].strip('"')
    for name in ("CONTAINER_IMAGE", "NVIDIA_BUILD_ID", "JUPYTER_IMAGE"):
        if os.environ.get(name):
            return os.environ[name]
    return "yes" if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv") else ""


def _processor() -> dict[str, str]:
    fields = {}
    for line in _read("/proc/cpuinfo").split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    flags = fields.get("flags", fields.get("Features", ""))
    return {
        "cpu": fields.get("model name", platform.processor()),
        "cpu microcode": fields.get("microcode", ""),
        "cpu flags": hashlib.sha256(flags.encode()).hexdigest()[:16] if flags else "",
        "cpus": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
    }


def _load() -> dict[str, str]:
    found = {}
    if hasattr(os, "getloadavg"):
        found["load"] = " ".join(f"{value:.2f}" for value in os.getloadavg())
    if governor := _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"):
        found["cpu governor"] = governor
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable"):
            found["memory available"] = line.partition(":")[2].strip()
    return found


def lines(environment: Mapping[str, Any]) -> list[str]:
    """The environment for a reader: the machine, then each side with its versions and libraries."""
    told = []
    for group, facts in environment["machine"].items():
        told.append(f"machine, {group}:")
        told += [f"    {name}: {value}" for name, value in facts.items()]
    for name, stack in environment["sides"].items():
        versions = ", ".join(f"{part} {version}" for part, version in stack["versions"].items())
        told.append(f"{name}: {versions}; {stack['device']}; {stack['file']}")
        for group in ("interpreter", "build", "libraries", "distributions", "variables"):
            told.append(f"    {group}:")
            told += [f"        {key}: {value}" for key, value in stack[group].items()]
    return told
