"""Suites that entry points name: which run, what their node ids are, and what their list of ids promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import AFFINE, Project, function_case

from pytest_fwparity.selection import Selection
from pytest_fwparity.suites import Suite

FILES = {"layers/affine.py": AFFINE, "top.py": function_case("Top")}
AGREE = "trees/layers/affine.py::Affine::agree[units=1-float64]"


def suites(names: list[str]) -> set[str]:
    return {name.split("::")[0].split("/")[0] for name in names}


def test_a_suite_from_an_entry_point_runs_from_anywhere(project: Project) -> None:
    project.ini("fwparity_suite = trees", "python_files = nothing_*.py", "norecursedirs = layers", "testpaths = sub")
    folder = project.suite("trees", FILES)
    project.cases(function_case("Mine"), "sub/test_mine.py")
    assert Path.cwd() not in folder.parents
    result = project.run("-v")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        [
            "fwparity: level quick, seed 0, trees",
            f"{AGREE.replace('[', '?').replace(']', '?')} PASSED*",
            "trees/top.py::Top::agree?default-float64? PASSED*",
            "layers*4",
            "ops*2",
        ]
    )


def test_the_suites_that_are_asked_for(project: Project) -> None:
    (project.path / "pytest.ini").write_text("[pytest]\n")
    project.suite("trees", FILES)
    project.cases(function_case("Mine"))
    everything = project.ids()
    assert suites(everything) == {"conformance_cases", "trees", "test_cases.py"}
    assert everything[0].startswith("conformance_cases/")
    assert suites(project.ids("--fwparity-suite", "shipped")) == {"conformance_cases"}
    assert project.ids("--fwparity-suite", "core") == project.ids("--fwparity-suite", "shipped")
    assert suites(project.ids("--fwparity-suite", "trees")) == {"trees"}
    own = project.ids("--fwparity-suite", "own")
    assert suites(own) == {"test_cases.py"}
    assert (
        project.ids("--fwparity-suite", "own", "--fwparity-suite", "trees")
        == project.ids("--fwparity-suite", "trees") + own
    )
    assert project.ids("test_cases.py") == own
    result = project.run("--fwparity-suite", "forests")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: --fwparity-suite forests: no such suite; suites are shipped, own, core, trees")


def test_a_pasted_node_id_finds_its_suite(project: Project) -> None:
    folder = project.suite("trees", FILES)
    project.ini("fwparity_suite = trees")
    assert project.ids(AGREE) == [AGREE]
    assert len(project.ids("trees/layers")) == len(project.ids("trees/layers/affine.py")) == 4
    assert len(project.ids("trees/layers/affine.py::Affine::agree")) == 4
    assert project.ids("trees/top.py", AGREE) == [AGREE, *project.ids("trees/top.py")]
    assert len(project.ids(folder)) == len(project.ids("trees")) == 6
    assert project.ids(f"{folder}/top.py::Top::agree[default-float32]") == ["trees/top.py::Top::agree[default-float32]"]
    project.monkeypatch.chdir(project.write("deep/file", "").parent)
    assert project.ids(AGREE) == [AGREE]


def test_a_selection_reaches_the_processes_of_xdist(tmp_path: Path) -> None:
    trees, other = (Suite(name=name, package=name, folder=tmp_path / name) for name in ("trees", "other"))
    sent = Selection(suites=[(trees, {tmp_path / "trees/top.py"}), (other, None)], chosen=[AGREE], own=["sub", "a::b"])
    assert Selection.from_json(sent.to_json(), {"trees": trees, "other": other}) == sent


def test_what_a_node_id_leaves_out_is_counted_as_deselected(project: Project) -> None:
    project.suite("trees", FILES)
    project.ini("fwparity_suite = trees")
    result = project.run(AGREE)
    result.assert_outcomes(passed=1, deselected=3)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            AGREE.replace("float64", "float63"),
            f"not found: {AGREE.replace('float64', 'float63')} (no such item at level quick); did you mean {AGREE}",
        ),
        ("trees/layers/afine.py", "not found: trees/layers/afine.py (the suite 'trees' lies in */trees)"),
        ("trees/layers/__init__.py", "not found: trees/layers/__init__.py (*__init__.py holds no cases)"),
    ],
)
def test_a_node_id_that_is_not_there(project: Project, asked: str, said: str) -> None:
    project.suite("trees", FILES)
    project.ini("fwparity_suite = trees")
    result = project.run(asked)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: " + said.replace("[", "[[]") + "*")


def test_a_node_id_that_is_not_there_under_xdist(project: Project) -> None:
    project.suite("trees", FILES)
    project.ini("fwparity_suite = trees")
    result = project.alone("-n", "1", "trees/layers/affine.py::Afine")
    assert result.ret != pytest.ExitCode.OK
    assert "not found: trees/layers/affine.py::Afine (no such item at level quick); did you mean" in str(
        result.stdout
    ) + str(result.stderr)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


LISTED = "trees:layers/Affine[units=1]\ntrees:layers/Affine[default]\ntrees:ops/Top[default]\n"


def test_a_listed_case_that_is_missing_fails_the_session(project: Project) -> None:
    folder = project.suite("trees", FILES, ids=LISTED)
    project.ini("fwparity_suite = trees")
    assert project.run().ret == pytest.ExitCode.OK
    (folder / "top.py").unlink()
    result = project.run()
    result.assert_outcomes(passed=4)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    said = "failed: 1 listed cases were not collected: trees:ops/Top?default?; ids.txt of the suite lists them"
    result.stdout.fnmatch_lines(said)
    assert project.run("-k", "default").ret == pytest.ExitCode.TESTS_FAILED
    assert project.run("trees/layers").ret == pytest.ExitCode.OK
    assert project.run("--fwparity-case", "trees:layers/*").ret == pytest.ExitCode.OK


def test_a_listed_case_that_is_missing_is_missed_by_xdist_too(project: Project) -> None:
    project.suite("trees", FILES, ids=LISTED + "trees:ops/Gone[default]\n")
    project.ini("fwparity_suite = trees")
    result = project.alone("-n", "1")
    result.stdout.fnmatch_lines("failed: 1 listed cases were not collected: trees:ops/Gone?default?; *")
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_listed_case_of_a_higher_level_is_not_missed(project: Project) -> None:
    text = function_case("Top", facts="level = 'standard'")
    project.suite("trees", {**FILES, "top.py": text}, ids=LISTED)
    project.ini("fwparity_suite = trees")
    result = project.run()
    result.stdout.no_fnmatch_line("failed: *")
    assert result.ret == pytest.ExitCode.OK


def test_the_last_failed_items_of_a_suite_and_of_the_project_run_again(project: Project) -> None:
    wrong = function_case("Wrong", torch="return 3 * x")
    project.suite("trees", {"top.py": wrong, "good.py": function_case("Good")})
    project.ini("fwparity_suite =", "    own", "    trees")
    project.cases(wrong.replace("Wrong", "Mine"))
    project.pytester.runpytest_inprocess("--fwparity").assert_outcomes(failed=2, passed=4)
    project.pytester.runpytest_inprocess("--fwparity", "--lf").assert_outcomes(failed=2)


def test_a_suite_file_that_cannot_be_imported(project: Project) -> None:
    project.suite("trees", {**FILES, "broken.py": "import not_there\n"})
    project.ini("fwparity_suite = trees")
    result = project.run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*trees/broken.py cannot be imported: ModuleNotFoundError: No module named 'not_there'")


def test_a_suite_whose_package_is_gone(project: Project) -> None:
    folder = project.suite("trees", FILES)
    folder.rename(folder.with_name("forest"))
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        "ERROR: suite 'trees' names the package 'trees', which cannot be found; reinstall what brings it"
    )


def test_two_suites_of_one_name(project: Project) -> None:
    site = project.suite("trees", FILES).parent
    (site / "other-1.0.dist-info").mkdir()
    (site / "other-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (site / "other-1.0.dist-info/entry_points.txt").write_text("[fwparity.suites]\ntrees = email\n")
    result = project.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: two suites are named 'trees'; uninstall one of them")
