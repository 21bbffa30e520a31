"""The check of compiled forms: as exact as operation by operation, and the same bits every time."""

from __future__ import annotations

import pytest
from project import Project, function_case

_LEVEL = ("--fwparity-level=exhaustive", "-k", "compiled")


def test_forms_that_compute_the_same(project: Project) -> None:
    project.cases(function_case("Double"))
    assert [name.split("::")[-1] for name in project.ids(*_LEVEL)] == [
        "compiled[default-float32-graph]",
        "compiled[default-float32-compiled]",
    ]
    result = project.run(*_LEVEL, "-rA", "--junitxml=report.xml")
    result.assert_outcomes(passed=2)
    text = (project.path / "report.xml").read_text()
    assert 'value="fake-keras 1"' in text and 'value="fake-torch 1, fake-keras 1"' in text


def test_not_asked_below_exhaustive_unless_the_case_does(project: Project) -> None:
    project.cases(function_case("Double") + function_case("Asked", facts="checks = ('compiled',)"))
    assert not [name for name in project.ids("--fwparity-level=standard") if "Double::compiled" in name]
    assert [name for name in project.ids("--fwparity-level=standard") if "Asked::compiled" in name]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "if torch.form: return 2.001 * x",
            ["differ (imprecise): *", "  imprecise: *y*fake-torch*", "  as compiled; where agree passes *"],
        ),
        (
            "if torch.form: return (2 if torch.again < 3 else 2.0000002) * x",
            ["differ (nondeterministic): *", "* on fake-torch is * once and * in run 2 of the same compiled code, *"],
        ),
        (
            "torch.parts = 0",
            ["*nothing of it could be compiled on fake-torch: it ran operation by operation"],
        ),
        (
            "if torch.form: raise RuntimeError('no such lowering')",
            ["broken (error): *", "  RuntimeError on fake-torch: no such lowering"],
        ),
    ],
)
def test_a_form_that_is_off(project: Project, body: str, says: list[str]) -> None:
    project.cases(function_case("Double", torch=body))
    result = project.run(*_LEVEL, "-rs")
    outcomes = result.parseoutcomes()
    assert outcomes.get("passed") == 1, "graph is of Keras alone"
    assert outcomes.get("failed", 0) + outcomes.get("skipped", 0) == 1
    result.stdout.fnmatch_lines(says)
