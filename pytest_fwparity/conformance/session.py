"""What one session in conformance mode is: its options, suites, sides, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity import options
from pytest_fwparity.cases.waivers import Waiver
from pytest_fwparity.checks.cache import MovementCache
from pytest_fwparity.checks.lab import Lab
from pytest_fwparity.conformance.health import changed, counters
from pytest_fwparity.records.gpus import Xids
from pytest_fwparity.records.speed import ReplayClock
from pytest_fwparity.report.terminal import Tally
from pytest_fwparity.selection import Selection, select
from pytest_fwparity.sides.probe import Found, probe
from pytest_fwparity.sides.spec import BUILT_IN, SideSpec
from pytest_fwparity.suites import installed

SELECTION = "fwparity_selection"


class ParitySession:
    """The state that collecting, running and reporting share; in an xdist worker nothing is probed or reported."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        further = [kind for kinds in config.hook.pytest_fwparity_side_kinds(config=config) for kind in kinds]
        self.settings = options.settings(config, [*BUILT_IN, *further])
        self.suites = installed()
        self.in_worker = hasattr(config, "workerinput")
        self.distributed = (
            bool(getattr(config.option, "numprocesses", None)) or getattr(config.option, "dist", "no") != "no"
        )
        self.tally = Tally()
        self.aside_files = 0
        self.aside_items = 0
        self.missing_ids: list[str] = []
        #: numbers of waivers whose glob matches no case that was collected
        self.idle_waivers: list[int] = []
        self.found: dict[str, Found] = {}
        #: the same of each candidate
        self.found_in: dict[str, dict[str, Found]] = {}
        if self.in_worker:
            self.selection = Selection.from_json(config.workerinput[SELECTION], self.suites)  # type: ignore[attr-defined]
        else:
            self.selection = select(config, self.settings.suites, self.suites)
        if self.in_worker or not self.distributed:
            config.args = self.selection.own
        told = ("collectonly", "markers", "showfixtures", "show_fixtures_per_test")
        if not self.in_worker and not any(getattr(config.option, name, False) for name in told):
            self._probe()
        self.lab = self._lab(self.settings.specs)
        #: label to the sides of a candidate environment
        self.candidates = {label: self._lab(specs) for label, specs in self.settings.candidates.items()}
        #: health counters of the GPUs before anything ran on them
        on_gpu = any(spec.device != "cpu" for spec in self.settings.specs)
        self.health = counters() if on_gpu else {}
        self.xids = Xids() if on_gpu else None
        self.listed: set[str] = set()
        #: whether nothing was selected on the command line, so that what never happened is worth a word
        self.whole = not self.settings.cases and not self.selection.chosen and not config.option.keyword
        self.clocks: dict[str, ReplayClock] = {}

    @property
    def labs(self) -> dict[str, Lab]:
        """``old`` and every candidate; one nameless where there is no candidate."""
        return {"old": self.lab, **self.candidates} if self.candidates else {"": self.lab}

    def _lab(self, specs: Sequence[SideSpec]) -> Lab:
        settings = self.settings
        return Lab(
            list(_pinned(specs, self.config)),
            settings.limits,
            settings.in_process,
            MovementCache(settings.cache) if settings.cache is not None else None,
            settings.waivers,
            settings.level,
        )

    def _probe(self) -> None:
        """A framework that is missing is a usage error, before anything is collected."""
        self.found = probe(self.settings.specs)
        self.found_in = {label: probe(specs) for label, specs in self.settings.candidates.items()}
        everything = [*self.found.values(), *(one for found in self.found_in.values() for one in found.values())]
        missing = list(dict.fromkeys(found.missing for found in everything if found.missing))
        if missing:
            raise pytest.UsageError("\n".join(missing))

    def ailing(self) -> list[str]:
        """Health counters of the GPUs that moved since the session began, and the errors that the driver reported."""
        moved = changed(self.health, counters()) if self.health else []
        return moved + (self.xids.seen() if self.xids is not None else [])

    def close(self) -> None:
        """End every worker."""
        for lab in self.labs.values():
            lab.close()

    @property
    def timing(self) -> bool:
        """Whether speed items are generated."""
        return self.no_timing == ""

    @property
    def no_timing(self) -> str:
        """Why no speed items are generated; empty if they are."""
        if self.settings.perf == "off":
            return "--fwparity-perf off"
        if self.distributed or self.in_worker:
            return "pytest-xdist: other processes would disturb the timings"
        if not self.config.pluginmanager.has_plugin("benchmark"):
            return "pytest-benchmark is not there or switched off"
        for name in ("benchmark_disable", "benchmark_skip"):
            if self.config.getoption(name, False):
                return f"--{name.replace('_', '-')}"
        return ""

    def complaints(self) -> list[str]:
        """Why the session fails although no item did."""
        texts = self.tally.complaints(self.settings.max_inconclusive)
        if self.missing_ids:
            texts.append(
                f"{len(self.missing_ids)} listed cases were not collected: {', '.join(self.missing_ids[:5])}; "
                "ids.txt of the suite lists them"
            )
        for waiver in self.settings.waivers.expired:
            texts.append(
                f"known difference {waiver.number} ({waiver.case}) expired on {waiver.expires}: mend it, or renew it"
            )
        for waiver in self.settings.waivers.entries:
            if waiver.number in self.idle_waivers:
                texts.append(f"known difference {waiver.number} matches no case: {waiver.case!r}; correct or remove it")
        if self.settings.strict:
            texts += [
                f"known difference {waiver.number} is no longer needed: {waiver.case}; remove it"
                for waiver in self.unneeded
            ]
        return texts

    @property
    def unneeded(self) -> list[Waiver]:
        """Waivers that let nothing pass although items of all their cases were judged."""
        idle = {*self.idle_waivers, *(waiver.number for waiver in self.settings.waivers.expired)}
        return [
            waiver
            for waiver in self.settings.waivers.limits_all
            if waiver.number not in idle and not self.tally.waived.get(waiver.number) and self.whole
        ]


def _pinned(specs: Any, config: pytest.Config) -> Iterator[Any]:
    """Under xdist each process takes a GPU of its own, round the GPUs of the machine."""
    number = getattr(config, "workerinput", {}).get("workerid", "")
    gpus = len(list(Path("/proc/driver/nvidia/gpus").glob("*")))
    for spec in specs:
        if spec.device == "cuda" and number[2:].isdigit() and gpus:
            yield replace(spec, device=f"cuda:{int(number[2:]) % gpus}")
        else:
            yield spec
