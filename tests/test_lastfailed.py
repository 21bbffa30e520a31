"""``--lf`` with failures both in the project and in an installed suite, whose node ids are not paths of the project."""

from __future__ import annotations

import pytest
from project import Project, function_case


def test_failures_of_a_suite_and_of_the_project_run_again(project: Project) -> None:
    wrong = function_case("Wrong", torch="return 3 * x")
    project.suite("trees", {"layers/oak.py": wrong + function_case("Right")})
    project.ini("fwparity_suite =\n    trees\n    own")
    project.cases(wrong + function_case("Fine"))
    cached = ("-p", "cacheprovider")
    first = project.run(*cached)
    first.assert_outcomes(failed=2, passed=6)
    again = project.run("--lf", *cached)
    assert again.ret == pytest.ExitCode.TESTS_FAILED
    again.assert_outcomes(failed=2)
