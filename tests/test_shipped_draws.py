"""Draws of the shipped cases: on no seed does a NumPy reference leave a result that is one value everywhere.

Such an item would differ as vacuous, a false alarm of the suite; the references tell without any framework.
"""

from __future__ import annotations

import importlib
import os
import warnings

import numpy as np
import pytest

from pytest_fwparity.cases.drawing import NearKink, draw
from pytest_fwparity.checks.reference import reference
from pytest_fwparity.suites import case_classes, installed
from pytest_fwparity.verdict.measured import Declared, base_name
from pytest_fwparity.verdict.pairing import vacuous

#: more of them by hand: FWPARITY_DRAWS=50 pytest tests/test_shipped_draws.py
SEEDS = int(os.environ.get("FWPARITY_DRAWS", "4"))
SUITE = installed()["core"]
AREAS = sorted(
    path.name for path in SUITE.folder.iterdir() if path.is_dir() and not path.name.startswith(("_", "faults"))
)


@pytest.mark.parametrize("area", AREAS)
def test_no_draw_leaves_a_result_without_a_difference_to_see(area: str) -> None:
    found = []
    for path, cls in case_classes(SUITE, importlib.import_module):
        if SUITE.area(path) != area or cls.kind == "initializer" or "agree" not in (cls.checks or ("agree",)):
            continue
        for variant, fields in cls.settings().items():
            for seed in range(SEEDS):
                case_id = f"core:{area}/{cls.__qualname__}"
                case = cls(**fields)
                try:
                    drawn = draw(case, case_id, seed, "float32", "float32")
                except NearKink:
                    continue
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    made = reference(case, drawn, tuple(getattr(cls, "reductions", ())))
                if made is None:
                    continue
                named = {base_name(name) for name in made.arrays}
                found += [
                    f"{case_id}[{variant}], seed {seed}: {finding.lines[0]}"
                    for finding in vacuous([made], Declared.of(case))
                    if finding.name in named
                ]
    assert not found, "\n".join(found)
