"""How other suites have passed without checking anything: each vacuous pass is built on purpose, and refused."""

from __future__ import annotations

import numpy as np
import pytest
from project import AFFINE, Project, function_case

from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Declared, Measured
from pytest_fwparity.verdict.outcome import AGREE, DIFFER
from pytest_fwparity.verdict.rule import overflows_nowhere, precision, semantic


@pytest.mark.parametrize("side", ["torch", "keras"])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("x * np.nan", "non-finite"),  # NaN on one side; and max(0, nan) is 0
        ("np.stack([x[1], x[0], x[2]]) * 2", "semantic"),  # the means agree, the elements do not
        ("'text'", "yours"),  # an unknown type of output
        ("None", "yours"),  # None ends the comparison early
        ("{'z': 2 * x}", "missing"),  # no output in common
        ("(2 * x).astype(np.int64)", "dtype"),
        ("2 * x[:1]", "shape"),
    ],
)
def test_what_one_side_gives_is_not_left_out(project: Project, side: str, fault: str, kind: str) -> None:
    project.cases(function_case("Wrong", **{side: f"return {fault}"}))
    result = project.run("-k", "float64")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(f"* ({kind}): own:ops/Wrong?default? agree float64, seed 0")


def test_an_assertion_error_is_not_caught(project: Project) -> None:
    project.cases(function_case("Wrong", torch="assert False, 'the hook says so'"))
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines("*AssertionError on fake-torch: the hook says so*")


def test_a_dtype_that_is_right_does_not_excuse_the_values(project: Project) -> None:
    project.cases(function_case("Wrong", torch="return (2.5 * x).astype(x.dtype)"))
    project.run().assert_outcomes(failed=1, passed=1)


@pytest.mark.parametrize("value", ["0 * x", "0 * x + 7.0"])
def test_what_is_the_same_everywhere_agrees_trivially(project: Project, value: str) -> None:
    project.cases(function_case("Flat", torch=f"return {value}", keras=f"return {value}"))
    result = project.run("-k", "float64")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("*vacuous: 'y' is * everywhere on every side*")


def test_no_tensor_at_all(project: Project) -> None:
    project.cases(
        function_case("Empty", torch="return {}", keras="return {}").replace("rng.normal(size=3)", "np.zeros(0)")
    )
    result = project.run("-k", "float64")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("*no tensor was compared: no side gave any element*")


def test_an_error_that_is_allowed_to_hide_the_signal_is_inconclusive(project: Project) -> None:
    inputs = "return {'x': np.array([1 + 2.0**-20, 1 + 2.0**-19])}"
    text = function_case("Shaky", torch="return x - 1", keras="return x - 1.001")
    project.cases(text.replace("return {'x': rng.normal(size=3)}", inputs))
    outcomes = project.run().parseoutcomes()
    assert "passed" not in outcomes


def test_sides_that_run_the_same_kernels_are_named(project: Project) -> None:
    text = (project.path / "conftest.py").read_text().replace("forms=forms)", "forms=forms, kernels='shared')")
    project.write("conftest.py", text)
    project.cases(AFFINE)
    project.run().stdout.fnmatch_lines("fake-torch and fake-keras run the same kernels: that they agree proves less")


def test_a_fast_path_that_falls_back_with_the_same_values(project: Project) -> None:
    fast, slow = ("kernels = {'fake-*': ('fake::multiply',)}", "kernels = {'fake-keras': ('fake::fused',)}")
    project.cases(function_case("Fast", facts=fast) + function_case("Slow", facts=slow))
    result = project.run()
    result.assert_outcomes(failed=1, passed=3)
    result.stdout.fnmatch_lines(
        [
            "differ (fallback): own:ops/Slow?default? agree float32, seed 0",
            "  fallback: fake-keras did not run fake::fused: another path took its place, whose values agree",
            "      it ran fake::multiply",
        ]
    )


def test_a_skip_list_that_outlives_its_reason(project: Project) -> None:
    known = '    @difference(replaces="torch", why="once", source="a book")\n    def once(self, torch, x):\n        return 3 * x\n'
    project.cases(function_case("Mended") + known)
    result = project.run("--fwparity-strict-differences")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines("*mended: the declared differences ?'once'? are no longer needed: all sides agree *")


def test_a_case_that_is_listed_and_not_collected(project: Project) -> None:
    project.suite("trees", {"top.py": function_case("Here")}, ids="trees:ops/Here[default]\ntrees:ops/Gone[default]\n")
    result = project.run("--fwparity-suite", "trees")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines("failed: 1 listed cases were not collected: trees:ops/Gone?default?; *")


def test_a_tolerance_so_wide_that_anything_passes_cannot_be_written(project: Project) -> None:
    project.cases(function_case("Wide", facts="tolerance = 1e9\natol = 1e9", torch="return 2.1 * x"))
    project.run("-k", "float64").assert_outcomes(failed=1)


Y = np.array([1.0, -2.0, 3.5])


def side(name: str, **arrays: object) -> Measured:
    return Measured(side=name, arrays={key: np.asarray(value) for key, value in arrays.items()})


def judged(declared: Declared, **arrays: object) -> tuple[str, str]:
    verdict = decide(semantic(side("torch", **arrays), side("keras", **arrays), {}, declared))
    return verdict.outcome, verdict.kind


def test_declarations_are_strict() -> None:
    flat = np.full(3, 2.0)
    assert judged(Declared(), y=Y, n=flat) == (DIFFER, "vacuous")
    assert judged(Declared(constant=("n",)), y=Y, n=flat) == (AGREE, "")
    assert judged(Declared(constant=("n",)), y=Y, n=Y) == (DIFFER, "constant")
    assert judged(Declared(constant=("m",)), y=Y) == (DIFFER, "constant")
    assert judged(Declared(vanishing=("m",)), y=Y) == (DIFFER, "vanishing")
    assert judged(Declared(), y=Y, n=np.array([1, 1])) == (DIFFER, "vacuous")
    assert judged(Declared(), y=Y, scalar=2.0) == (AGREE, "")


def test_an_overflow_is_declared_and_must_happen() -> None:
    high = np.array([1.0, np.inf, 3.5])
    declared = Declared(overflows=("y",))

    def verdict(values: np.ndarray, given: Declared) -> str:
        return decide(precision(side("torch", y=values), side("torch", y=Y), {}, "float16", given)).kind

    assert verdict(high, Declared()) == "overflow"
    assert verdict(high, declared) == ""
    assert verdict(np.array([1.5, np.inf, 3.5]), declared) == "imprecise"
    assert overflows_nowhere([side("torch", y=high)], declared, "float16") == []
    (found,) = overflows_nowhere([side("torch", y=Y), side("keras", y=Y)], declared, "float16")
    assert found.lines[0] == (
        "'y' is declared to overflow in float16, but is finite on every side; remove the declaration"
    )


def test_the_relative_accuracy_of_tiny_elements_is_judged_where_a_case_asks_for_it() -> None:
    y, movement = np.array([1.0, 1e-9]), {"y": np.array([1.0, 1e-9]) * 2.0**-24}
    off = y * np.array([1.0, 1 + 1e-4])
    for floor, outcome in (("tensor", AGREE), ("elementwise", DIFFER)):
        found = precision(side("torch", y=off), side("torch", y=y), movement, "float32", Declared(floor=floor))
        assert decide(found).outcome == outcome
