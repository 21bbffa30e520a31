"""From a verdict to what pytest shows: letters, reasons, exit status, summary, and the command that runs it again."""

from __future__ import annotations

import shlex

import pytest
from project import AFFINE, Project, function_case

#: a case whose sides differ by a known factor; ``@difference`` is what reproduces it
KNOWN = """
class Scaled(FunctionCase):
    def inputs(self, rng):
        return {"x": rng.normal(size=3)}

    def keras(self, keras, x):
        return 3 * x

    def torch(self, torch, x):
        return 2 * x

    @difference(replaces="torch", why="Keras takes thrice", source="a book")
    def thrice(self, torch, x):
        return 3 * x
"""
#: a case whose result is moved so far by its input that nothing can be said
SHAKY = """
class Shaky(FunctionCase):
    def inputs(self, rng):
        return {"x": np.array([1 + 2.0**-20, 1 + 2.0**-19])}

    def keras(self, keras, x):
        return x - 1

    def torch(self, torch, x):
        return x - 1
"""
#: fake sides know no metrics
UNSUPPORTED = """
class Counted(MetricCase):
    def updates(self, rng):
        return [{"y_true": rng.normal(size=3)}]

    def keras(self, keras):
        return None

    def torch(self, torch, y_true):
        return None
"""


def test_letters_words_and_the_table(project: Project) -> None:
    project.ini("fwparity_max_inconclusive = 1")
    project.cases(AFFINE + KNOWN + SHAKY + UNSUPPORTED)
    quiet = project.run()
    quiet.stdout.fnmatch_lines("test_cases.py ....k.[?][?]ss *")
    quiet.stdout.fnmatch_lines("*= 5 passed, 2 skipped, 1 known difference, 2 inconclusive in *=")
    assert quiet.ret == pytest.ExitCode.OK
    result = project.run("-v", "-rs")
    result.stdout.fnmatch_lines(
        [
            "*::Scaled::agree?default-float64? KNOWN DIFFERENCE *",
            "*::Shaky::agree?default-float64? INCONCLUSIVE *",
            "*::Counted::agree?default-float64? SKIPPED *",
            "*= framework parity =*",
            "fake * compute the same (8 checks, * tensors compared)",
            "area     agree  known difference  inconclusive  not run",
            "layers       4                 0             0        0",
            "metrics      0                 0             0        2",
            "ops          1                 1             2        0",
            "all          5                 1             2        2",
            "test_cases.py::Shaky::agree?default-float64?: inconclusive: 'y': 1024 units are *",
            "SKIPPED ?2? *: not run: *the fake side has no operation 'metric'*",
        ]
    )


def test_too_much_that_is_inconclusive_fails_the_session(project: Project) -> None:
    project.cases(AFFINE + SHAKY)
    result = project.run()
    assert result.parseoutcomes() == {"passed": 4, "inconclusive": 2}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines("failed: 2 of 6 items were inconclusive, more than fwparity_max_inconclusive = 0.01")
    assert project.run("-o", "fwparity_max_inconclusive=0.34").ret == pytest.ExitCode.OK
    assert project.run("-o", "fwparity_max_inconclusive=0.33").ret == pytest.ExitCode.TESTS_FAILED


def test_a_session_that_judged_nothing_fails(project: Project) -> None:
    project.cases(UNSUPPORTED)
    result = project.run("-rs")
    result.assert_outcomes(skipped=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "fake * and fake *: nothing was judged",
            "failed: nothing was judged: every item was left out or not run",
        ]
    )
    nothing = project.run("-k", "NoSuchCase")
    assert nothing.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    nothing.stdout.fnmatch_lines("failed: nothing was judged: every item was left out or not run")
    assert project.run("--collect-only").ret == pytest.ExitCode.OK


def test_an_error_that_is_no_verdict_is_no_good_news(project: Project) -> None:
    """The hooks that draw run in the pytest process: what they raise is a failure like any other."""
    text = function_case("Drawn").replace("return {'x'", "1 / 0; return {'x'")
    project.cases(AFFINE + text)
    result = project.run()
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["*test_cases.py:*", "*ZeroDivisionError: division by zero*"])
    result.stdout.no_fnmatch_line("*compute the same*")


def test_a_known_difference_that_is_not_enough(project: Project) -> None:
    project.cases(KNOWN.replace("return 3 * x\n\n    def torch", "return 3.001 * x\n\n    def torch"))
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "differ (semantic): own:ops/Scaled?default? agree float64, seed 0",
            "  semantic: y?*?: fake-keras *, fake-torch *",
            "  known differences tried, and not enough: thrice",
        ]
    )


def test_a_known_difference_that_is_mended_is_reported(project: Project) -> None:
    project.cases(KNOWN.replace("return 2 * x", "return 3 * x"))
    result = project.run("-v")
    assert result.parseoutcomes() == {"known": 1, "passed": 1}
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines("declared differences no longer needed: test_cases.py::Scaled::agree?default-float64?")


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ("versions={'fake': '>=1.2'}", {"known": 1, "passed": 1}),
        ("versions={'fake': '<1.2'}", {"failed": 1, "passed": 1}),
        ("when=lambda case: True", {"known": 1, "passed": 1}),
        ("when=lambda case: False", {"failed": 1, "passed": 1}),
    ],
)
def test_where_a_known_difference_holds(project: Project, more: str, outcome: dict[str, int]) -> None:
    project.cases(KNOWN.replace("source=", f"{more}, source="))
    assert project.run().parseoutcomes() == outcome


@pytest.mark.parametrize(("factor", "outcome"), [(2, "known"), (3, "known"), (4, "failed")])
def test_the_reference_of_a_known_difference_is_that_of_either_side(
    project: Project, factor: int, outcome: str
) -> None:
    project.cases(KNOWN + f"\n    def reference(self, x):\n        return {factor} * x\n")
    assert project.run().parseoutcomes() == {outcome: 1, "passed": 1}


def test_a_framework_that_is_too_old(project: Project) -> None:
    project.cases(
        function_case("New", facts="needs = {'fake': '2.0'}") + function_case("Old", facts="needs = {'fake': '1.2'}")
    )
    result = project.run("-rs")
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines("SKIPPED ?2? *: not run: needs fake >= 2.0, side 'fake-*' has 1.2.3")


def test_one_side_alone(project: Project) -> None:
    reference = "def reference(self, x):\n    return 2 * x"
    wrong = "def reference(self, x):\n    return 3 * x"
    project.cases(
        function_case("Plain") + function_case("Sure", facts=reference) + function_case("Unsure", facts=wrong)
    )
    result = project.run("--fwparity-sides", "fake-torch", "-rs", "-v")
    result.assert_outcomes(passed=4, failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*::Sure::agree?default-float64? PASSED *",
            "differ (semantic): own:ops/Unsure?default? agree float64, seed 0",
            "  semantic: y?*?: the NumPy reference *, fake-torch *",
            "SKIPPED ?1? *: not run: only side 'fake-torch' is on, and the case has no NumPy reference: "
            "agreement needs two sides",
        ]
    )


def test_one_side_alone_does_not_claim_agreement(project: Project) -> None:
    project.cases(function_case("Plain"))
    result = project.run("--fwparity-sides", "fake-torch")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*compute the same*")


def test_the_reference_settles_the_blame(project: Project) -> None:
    reference = "def reference(self, x):\n    return 2 * x"
    project.cases(function_case("Wrong", torch="return 3 * x", facts=reference))
    result = project.run()
    blame = "  blame: the NumPy reference agrees with fake-keras (0 units), not with fake-torch (*"
    result.stdout.fnmatch_lines([blame])


def again(result: pytest.RunResult) -> list[str]:
    """The first command that ``run again`` shows, as a shell reads it."""
    line = next(line for line in result.outlines if "run again: " in line)
    return shlex.split(line.split("run again: ")[1])


def test_the_command_to_run_it_again_works_when_pasted(project: Project) -> None:
    project.cases(function_case("Wrong", torch="return 3 * x") + AFFINE)
    result = project.run("--fwparity-seed", "3", "--fwparity-level=standard", "--fwparity-case", "own:ops/*", "-v")
    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"], outcomes["skipped"]) == (1, 4, 1)
    command = again(result)
    node = "test_cases.py::Wrong::agree[default-float64]"
    assert command == ["pytest", "--fwparity", "--fwparity-seed", "3", "--fwparity-level=standard", node]
    repeated = project.pytester.runpytest_inprocess(*command[1:])
    repeated.assert_outcomes(failed=1)
    repeated.stdout.fnmatch_lines("differ (semantic): own:ops/Wrong?default? agree float64, seed 3")


def test_the_command_to_run_it_again_quotes_and_knows_where_it_is(project: Project) -> None:
    project.write("a folder/empty.py", "")
    project.cases(function_case("Wrong", torch="return 3 * x"), "sub/test_cases.py")
    project.monkeypatch.chdir(project.path / "sub")
    result = project.run("--fwparity-path", f"fake-torch={project.path}/a folder")
    repeated = project.pytester.runpytest_inprocess(*again(result)[1:])
    repeated.assert_outcomes(failed=1)


def test_an_item_of_a_suite_runs_again_from_anywhere(project: Project) -> None:
    project.suite("trees", {"top.py": function_case("Wrong", torch="return 3 * x")})
    result = project.run("--fwparity-suite", "trees")
    project.monkeypatch.chdir(project.write("deep/file", "").parent)
    project.pytester.runpytest_inprocess("-o", "fwparity_suite=trees", *again(result)[1:]).assert_outcomes(failed=1)
