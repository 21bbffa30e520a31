"""A layer that is saved and loaded must compute the same bits, on each side by itself."""

from __future__ import annotations

import pytest
from project import AFFINE, Project, function_case

RELOAD = ("--fwparity-level", "standard", "-k", "reload")
#: the second object of a side is another layer than the first
FORGETFUL = "return lambda x, kernel, bias: x @ kernel + bias"
COUNTED = """{side}.made = getattr({side}, "made", 0) + 1
        factor = 1 + 1e-6 * ({side}.made % 3 == 2)
        return lambda x, kernel, bias: factor * (x @ kernel + bias)"""


def test_layers_alone_are_reloaded_at_the_standard_level(project: Project) -> None:
    project.cases(AFFINE + function_case("Twice"))
    names = [name.split("::", 1)[1] for name in project.ids(*RELOAD)]
    assert names == ["Affine::reload[default-float32]", "Affine::reload[units=1-float32]"] or names == [
        "Affine::reload[units=1-float32]",
        "Affine::reload[default-float32]",
    ]
    assert not [name for name in project.ids() if "reload" in name]
    project.cases(AFFINE.replace("units: int = 3", "units: int = 3\n    checks = ('agree',)"))
    assert not project.ids(*RELOAD)


def test_the_same_bits_after_loading(project: Project) -> None:
    project.cases(AFFINE)
    project.run(*RELOAD).assert_outcomes(passed=2)


@pytest.mark.parametrize("side", ["keras", "torch"])
def test_other_bits_after_loading(project: Project, side: str) -> None:
    plain = {"keras": FORGETFUL, "torch": "return lambda x, kernel, bias: (kernel.T @ x.T).T + bias"}[side]
    project.cases(AFFINE.replace(plain, COUNTED.format(side=side)).replace("[1, 3]", "[3]"))
    result = project.run(*RELOAD)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "differ (reload): own:layers/Affine?default? reload float32, seed 0",
            f"  reload: y?*? on fake-{side} is * once and * in the layer loaded from a file, with the same inputs",
        ]
    )


def test_a_side_with_nothing_to_save_is_left_out(project: Project) -> None:
    unsaved = "def unsaved(x, kernel, bias):\n            return x @ kernel + bias\n        return unsaved"
    text = AFFINE.replace(FORGETFUL, unsaved).replace("[1, 3]", "[3]")
    project.cases(text)
    result = project.run(*RELOAD)
    result.assert_outcomes(passed=1)
    project.cases(text.replace("return lambda x, kernel, bias: (kernel.T @ x.T).T + bias", unsaved))
    result = project.run(*RELOAD, "-rs")
    result.stdout.fnmatch_lines("*not run: no side has anything to save*")
