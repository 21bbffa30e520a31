"""``--fwparity-in-process SIDE``: what a hook raises there reaches pytest itself, and so a debugger."""

from __future__ import annotations

from project import AFFINE, Project, function_case


def test_an_exception_keeps_its_frames_and_the_other_side_stays_usable(project: Project) -> None:
    project.cases(function_case("Broken", torch="wanted = 'here'\n1 / 0") + AFFINE)
    result = project.run("--fwparity-in-process", "fake-torch", "-l")
    result.assert_outcomes(failed=2, passed=4)
    result.stdout.fnmatch_lines(["*1 / 0*", "E *ZeroDivisionError: division by zero", "wanted *= 'here'"])
