"""The summary: one line that says it all, then a table of areas and verdicts."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_fwparity.verdict.outcome import AGREE, BROKEN, DIFFER, INCONCLUSIVE, KNOWN, NOT_RUN, OUTCOMES

#: names of the JUnit and report properties of an item
PROPERTY = "fwparity_{}"


@dataclass
class Tally:
    """Counts of one session, from the reports of its items (xdist sends them to the controller)."""

    areas: dict[str, Counter[str]] = field(default_factory=dict)
    tensors: int = 0
    mended: list[str] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)
    speeds: list[dict[str, Any]] = field(default_factory=list)
    speed_items: int = 0
    #: side to (case and variant, what its float64 loses as shipped)
    leaks: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    #: number of a waiver to the items that it let pass
    waived: Counter[int] = field(default_factory=Counter)
    #: what each soak came to
    soaks: list[str] = field(default_factory=list)
    #: side and node id of results whose bits change where that is no fault
    unsteady: list[tuple[str, str]] = field(default_factory=list)

    def add(self, properties: Mapping[str, Any], node_id: str, reason: str, failed: bool = False) -> None:
        outcome = properties.get("fwparity_verdict")
        if outcome is None and failed:
            outcome = BROKEN  # an error before there was a verdict
        if outcome is None:
            return
        if soaked := properties.get("fwparity_soak"):
            self.soaks.append(str(soaked))
        if outcome == "timed":
            self.speed_items += 1
            self.speeds.append(dict(properties))
            return
        self.areas.setdefault(str(properties.get("fwparity_area", "other")), Counter())[str(outcome)] += 1
        self.tensors += int(properties.get("fwparity_tensors", 0))
        if outcome == INCONCLUSIVE:
            self.unsure.append((node_id, reason))
        if properties.get("fwparity_kind") == "mended":
            self.mended.append(node_id)
        for text in str(properties.get("fwparity_leak", "")).split("; "):
            side, sign, what = text.partition(": ")
            if sign:
                self.leaks.setdefault(side, []).append((node_id, what))
        for number in str(properties.get("fwparity_waivers", "")).split(","):
            if number:
                self.waived[int(number)] += 1
        self.unsteady += [(str(text), node_id) for key, text in properties.items() if "nondeterministic" in key]

    @property
    def total(self) -> Counter[str]:
        return sum(self.areas.values(), Counter())

    @property
    def judged(self) -> int:
        """Items with a verdict on the frameworks."""
        total = self.total
        return sum(total[outcome] for outcome in (AGREE, KNOWN, DIFFER, BROKEN, INCONCLUSIVE))

    def complaints(self, max_inconclusive: float) -> list[str]:
        """Why the session fails although no item did."""
        total = self.total
        texts = []
        if not self.judged and not self.speed_items:
            texts.append("nothing was judged: every item was left out or not run")
        elif self.judged and total[INCONCLUSIVE] > max_inconclusive * self.judged:
            texts.append(
                f"{total[INCONCLUSIVE]} of {self.judged} items were inconclusive, more than "
                f"fwparity_max_inconclusive = {max_inconclusive:g}"
            )
        return texts

    def verdict_line(self, sides: Sequence[str]) -> tuple[str, bool]:
        """The first line, and whether it is good news."""
        names = " and ".join(sides)
        total = self.total
        bad = total[DIFFER] + total[BROKEN]
        counted = f"{self.judged} checks, {self.tensors} tensors compared"
        if bad:
            return f"{names}: {total[DIFFER]} checks differ, {total[BROKEN]} broken ({counted})", False
        if not total[AGREE] + total[KNOWN]:
            return f"{names}: nothing was judged", False
        if len(sides) == 1:
            return (
                f"{names} alone passes the one-sided checks; nothing was compared across frameworks ({counted})",
                True,
            )
        return f"{names} compute the same ({counted})", True

    def table(self) -> list[str]:
        """Areas down, verdicts across; columns that are all zero are left out, but for ``agree``."""
        total = self.total
        shown = [outcome for outcome in OUTCOMES if total[outcome] or outcome == AGREE]
        width = max(len("area"), len("all"), *(len(area) for area in self.areas))
        rows = [("area", [*shown]), *((area, [str(c[o]) for o in shown]) for area, c in sorted(self.areas.items()))]
        if len(self.areas) > 1:
            rows.append(("all", [str(total[outcome]) for outcome in shown]))
        return [
            "  ".join([name.ljust(width), *(cell.rjust(len(head)) for cell, head in zip(cells, shown, strict=True))])
            for name, cells in rows
        ]

    def leak_lines(self) -> list[str]:
        """One line a side: how many results are not float64 as shipped, and the worst."""
        lines = []
        for side, listed in self.leaks.items():
            worst = max(listed, key=lambda entry: _units(entry[1]))
            lines.append(
                f"float64 as shipped on {side}: not float64 in {len(listed)} variants, worst {worst[0]}: {worst[1]} "
                "(kept in float64 for the verdicts)"
            )
        return lines

    def ratios(self, every_case: bool = False) -> list[str]:
        """Time over torch's time, by the median: of each area the middle of its cases, or of every case.

        Above 1 a side takes longer than torch. A form that torch has not (``graph``) is set against torch's eager time.
        """
        medians: dict[tuple[str, str, str], dict[str, float]] = {}
        for entry in self.speeds:
            key = (str(entry.get("fwparity_area", "other")), str(entry["fwparity_case"]), str(entry["fwparity_mode"]))
            medians.setdefault(key, {})[str(entry["fwparity_side"])] = float(entry["fwparity_median"])
        rows: dict[str, dict[str, dict[str, list[float]]]] = {}
        modes: list[str] = []
        for (area, case, mode), sides in medians.items():
            native = {**medians.get((area, case, mode.split()[0]), {}), **sides}
            base = next((time for side, time in native.items() if _native(side)), 0.0)
            for side, median in sides.items():
                if base and not _native(side):
                    modes += [mode] if mode not in modes else []
                    places = rows.setdefault(side, {})
                    for place in (area, case) if every_case else (area,):
                        places.setdefault(place, {}).setdefault(mode, []).append(median / base)
        lines = []
        for side, places in rows.items():
            lines.append(f"time on {side} / on torch, the median of the cases (small arrays, so mostly overhead):")
            width = max(len("area"), *(len(place) for place in places))
            lines.append("  ".join([f"  {'area'.ljust(width)}", "cases", *modes]))
            for place, found in sorted(places.items()):
                cells = [
                    (f"{statistics.median(found[mode]):.2f}" if mode in found else "").rjust(len(mode))
                    for mode in modes
                ]
                count = max(len(listed) for listed in found.values())
                lines.append("  ".join([f"  {place.ljust(width)}", str(count).rjust(len("cases")), *cells]).rstrip())
        return lines


def _native(side: str) -> bool:
    """Whether a side is torch itself."""
    return side.split("@")[0].endswith("torch") and not side.startswith("keras")


def _units(text: str) -> float:
    found = re.search(r"by ([0-9.e+]+) units", text)
    return float(found.group(1)) if found else 0.0


def outcome_letter(outcome: str) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Category, letter and word for outcomes that pytest has no word for."""
    if outcome == KNOWN:
        return "known difference", "k", ("KNOWN DIFFERENCE", {"green": True})
    if outcome == INCONCLUSIVE:
        return "inconclusive", "?", ("INCONCLUSIVE", {"yellow": True})
    return None


__all__ = ["NOT_RUN", "PROPERTY", "Tally", "outcome_letter"]
