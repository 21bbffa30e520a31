"""Known differences that a user declares in a file: what they let pass, and what they never do."""

from __future__ import annotations

import pytest
from project import Project, function_case

ENTRY = """
[[difference]]
case = "own:ops/Wrong"
reason = "known since spring"
source = "ticket 7"
owner = "numerics team"
expires = {expires}
{more}
"""


def waiver(project: Project, more: str = "max_units = 1e9", expires: str = "2100-01-31") -> None:
    project.write("known.toml", ENTRY.format(more=more, expires=expires))
    project.ini("fwparity_differences = known.toml")


def wrong(project: Project, factor: str = "(2 + 2e-7)") -> None:
    project.cases(function_case("Wrong", torch=f"return {factor} * x") + function_case("Right"))


def test_an_error_of_known_size_passes_and_is_told(project: Project) -> None:
    wrong(project)
    waiver(project)
    result = project.run()
    assert result.parseoutcomes() == {"known": 1, "passed": 3}
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "known difference 1: own:ops/Wrong: up to 1e+09 units; known since spring ?ticket 7?; numerics team, "
            "until 2100-01-31, needed by 1 items"
        ]
    )


def test_a_larger_error_fails(project: Project) -> None:
    wrong(project, "3")
    waiver(project)
    project.run().assert_outcomes(failed=1, passed=3)


@pytest.mark.parametrize("fault", ["x * np.nan", "{'z': x}"])
def test_nothing_lets_a_nan_or_a_missing_result_pass(project: Project, fault: str) -> None:
    project.cases(function_case("Wrong", torch=f"return {fault}"))
    waiver(project, "max_units = 1e299")
    assert project.run().parseoutcomes()["failed"] >= 1


def test_an_expired_one_lets_nothing_pass_and_fails(project: Project) -> None:
    project.cases(function_case("Wrong"))
    waiver(project, expires="2020-01-31")
    result = project.run()
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        "failed: known difference 1 (own:ops/Wrong) expired on 2020-01-31: mend it, or renew it"
    )
    wrong(project)
    assert project.run().parseoutcomes()["failed"] == 1


def test_one_that_matches_no_case_fails(project: Project) -> None:
    project.cases(function_case("Right"))
    waiver(project)
    result = project.run()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines("failed: known difference 1 matches no case: 'own:ops/Wrong'; correct or remove it")


def test_one_that_is_no_longer_needed_is_told_and_fails_where_that_is_asked_for(project: Project) -> None:
    project.cases(function_case("Wrong"))
    waiver(project)
    result = project.run()
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines("known difference 1 is no longer needed: own:ops/Wrong; remove it")
    assert project.run("--fwparity-strict-differences").ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "more",
    [
        'side = "fake-torch"\nmax_units = 1e9',
        'dtype = ["float32"]\nmax_units = 1e9',
        'versions = { fake = "<1.2" }\nmax_units = 1e9',
        'output = "z"\nmax_units = 1e9',
    ],
)
def test_what_does_not_match_lets_nothing_pass(project: Project, more: str) -> None:
    wrong(project)
    waiver(project, more)
    assert project.run().parseoutcomes()["failed"] == 1


def test_code_reproduces_the_difference_at_the_full_bound(project: Project) -> None:
    project.write("known.py", "def more(self, torch, x):\n    return 3 * x\n")
    project.cases(function_case("Wrong", keras="return 3 * x"))
    waiver(project, 'code = "known.py:more"\nreplaces = "torch"')
    assert project.run().parseoutcomes() == {"known": 1, "passed": 1}
    project.write("known.py", "def more(self, torch, x):\n    return 3.001 * x\n")
    result = project.run()
    assert result.parseoutcomes() == {"failed": 1, "passed": 1}
    result.stdout.fnmatch_lines("*known differences tried, and not enough: waiver 1")


def test_processes_of_xdist_count_together(project: Project) -> None:
    wrong(project)
    waiver(project)
    result = project.alone("-n", "2")
    assert result.parseoutcomes() == {"known": 1, "passed": 3}
    result.stdout.fnmatch_lines("known difference 1: *, needed by 1 items")


BAD = {
    "max_units = 0": "max_units = 0 should be a positive number",
    "max_units = 5\ncode = 'a.py:f'": "give either code (what reproduces the difference) or max_units (the most *",
    "": "give either code *",
    "max_units = 5\nsize = 3": "unknown ?'size'?; known are ?*",
    "max_units = 5\ndtype = 'int8'": "dtype = 'int8' should name dtypes of ?*",
    "max_units = 5\nversions = '3'": "versions should map a framework to a range: *",
    "max_units = 5\nside = 3": "side should be a glob in a string",
    "code = 'known.py:f'\nreplaces = 'torch'": "code = 'known.py:f' should be 'file.py:function', the file beside known.toml",
    "code = 'known.py:f'\nreplaces = 'keras'": "replaces = 'keras' should name the hook that the code stands in for: *",
}


@pytest.mark.parametrize("more", BAD)
def test_an_entry_that_cannot_be_used_is_a_usage_error(project: Project, more: str) -> None:
    wrong(project)
    waiver(project, more)
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(f"ERROR: fwparity_differences: *known.toml: difference 1: {BAD[more]}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[difference", "*known.toml: cannot be read: *"),
        ("[[waiver]]\ncase = 'x'", "*known.toml: unknown ?'waiver'?; the file holds tables such as*"),
        ("difference = 3", "*known.toml: 'difference' is no list of tables; *"),
        ("[[difference]]\ncase = 'x'", "*known.toml: difference 1: reason is missing; say it in a string"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_usage_error(project: Project, text: str, told: str) -> None:
    project.cases(function_case("Right"))
    project.write("known.toml", text)
    result = project.run("--fwparity-differences", "known.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(f"ERROR: fwparity_differences: {told}")
