"""From files to items: which files are read, which classes count, what the ids are, and pytest's own options."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from project import AFFINE, Project, function_case

ORDINARY = "def test_ordinary():\n    assert True\n"


def test_node_ids_and_their_order(project: Project) -> None:
    project.cases(function_case("Second") + AFFINE.replace("units=[1, 3]", "units=[3, 1]"), "sub/test_more.py")
    assert project.ids() == [
        "sub/test_more.py::Second::agree[default-float64]",
        "sub/test_more.py::Second::agree[default-float32]",
        "sub/test_more.py::Affine::agree[default-float64]",
        "sub/test_more.py::Affine::agree[default-float32]",
        "sub/test_more.py::Affine::agree[units=1-float64]",
        "sub/test_more.py::Affine::agree[units=1-float32]",
    ]


def test_collecting_starts_no_worker_and_needs_no_framework(project: Project) -> None:
    """The interpreter named here is none: whatever started it would fail."""
    python = project.write("python", "#!/bin/sh\ntouch started\nexit 1\n")
    python.chmod(0o755)
    project.cases(AFFINE)
    sides = (
        "--fwparity-sides=torch,keras-tensorflow",
        f"--fwparity-python=torch={python}",
        f"--fwparity-python=keras={python}",
    )
    assert len(project.ids(*sides)) == 4
    assert not (project.path / "started").exists()
    result = project.run(*sides)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (project.path / "started").exists()


def test_only_the_module_that_defines_a_case_yields_it(project: Project) -> None:
    project.cases(AFFINE, "test_first.py")
    project.cases("from test_first import Affine\nclass Wide(Affine):\n    units: int = 3\n", "test_second.py")
    assert {name.split("[")[0] for name in project.ids()} == {
        "test_first.py::Affine::agree",
        "test_second.py::Wide::agree",
    }


def test_abstract_classes_yield_nothing(project: Project) -> None:
    project.cases(AFFINE.replace("(LayerCase)", "(LayerCase, abstract=True)") + "class Real(Affine):\n    pass\n")
    assert {name.split("::")[1] for name in project.ids()} == {"Real"}


def test_files_that_cannot_hold_cases_are_left_aside_and_counted(project: Project) -> None:
    project.write("test_broken.py", "raise RuntimeError('imported')\n")
    project.write("test_doc.txt", ">>> 1 / 0\n")
    project.cases(AFFINE + ORDINARY + "def test_parity(fwparity): pass\n")
    result = project.run("-v", "--doctest-glob=*.txt")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        [
            "*::test_parity PASSED*",
            "left aside: 2 files that do not mention fwparity, 1 ordinary tests",
        ]
    )
    result.stdout.no_fnmatch_line("*test_ordinary*")


def test_files_named_in_the_ini_file_are_read_although_their_text_says_nothing(project: Project) -> None:
    project.write("plain.py", "from pytest_" + "fwparity import *\n")
    project.cases(AFFINE, "base.py")
    project.write("cases/layers.py", "from base import *\nclass Narrow(Affine):\n    pass\n")
    assert project.ids() == []
    project.ini("fwparity_files =", "    cases/*.py", "pythonpath = .")
    assert {name.split("[")[0] for name in project.ids()} == {"cases/layers.py::Narrow::agree"}


def test_two_cases_with_one_id(project: Project) -> None:
    project.cases(AFFINE, "test_first.py")
    project.cases(AFFINE, "test_second.py")
    result = project.run("--continue-on-collection-errors")
    result.assert_outcomes(passed=4, errors=1)
    result.stdout.fnmatch_lines(
        "two cases have the id 'own:layers/Affine': in *test_first.py and in *test_second.py; rename one of them"
    )
    assert len(project.ids("test_first.py", "test_first.py::Affine")) == 4


def test_choosing_by_keyword_marker_and_case_id(project: Project) -> None:
    project.cases(AFFINE + function_case("Twice", facts="former = ('own:ops/Double',)"))
    ids = project.ids()
    layers, ops = ids[:4], ids[4:]
    assert project.ids("-k", "Affine and not default") == layers[:2]
    assert project.ids("-m", "layers") == layers
    assert project.ids("-m", "ops") == ops
    assert project.ids("-m", "fwparity") == ids
    assert project.ids("--fwparity-case", "own:layers/*") == layers
    assert project.ids("--fwparity-case", "own:layers/*", "--fwparity-case", "*/Twice") == ids
    assert project.ids("--fwparity-case", "own:ops/Double") == ops
    assert project.ids("--fwparity-case", "core:*") == []
    assert project.ids("test_cases.py::Twice") == ops
    assert project.ids("test_cases.py::Affine::agree[units=1-float64]") == layers[:1]


def test_tests_that_use_the_fixture_have_the_marker_too(project: Project) -> None:
    project.cases("def test_parity(fwparity): pass\n")
    assert project.ids("-m", "fwparity") == ["test_cases.py::test_parity"]


def test_levels(project: Project) -> None:
    facts = "level = 'standard'", "quick = ('b',)\nvariants = named(a={}, b={})", "checks = ('holds',)"
    project.cases("".join(function_case(f"Case{i}", facts=fact) for i, fact in enumerate(facts)))
    assert [name.split("::")[1:] for name in project.ids()] == [
        ["Case1", "agree[b-float64]"],
        ["Case1", "agree[b-float32]"],
    ]
    standard = project.ids("--fwparity-level", "standard")
    assert [name.split("::", 1)[1] for name in standard if "agree" in name and "float64" in name] == [
        "Case0::agree[default-float64]",
        "Case1::agree[a-float64]",
        "Case1::agree[b-float64]",
    ]
    exhaustive = project.ids("--fwparity-level", "exhaustive")
    assert [name for name in exhaustive if "::compiled" not in name] == standard


def test_seeds(project: Project) -> None:
    project.cases(function_case("Twice"))
    plain = project.ids()
    assert project.ids("--fwparity-seed", "7") == plain
    assert project.ids("--fwparity-seed", "7", "--fwparity-seeds", "2") == [
        "test_cases.py::Twice::agree[default-float64]",
        "test_cases.py::Twice::agree[default-float32]",
        "test_cases.py::Twice::agree[default-float64-seed8]",
        "test_cases.py::Twice::agree[default-float32-seed8]",
    ]
    result = project.run("--fwparity-seed", "7", "--fwparity-seeds", "2")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines("fwparity: level quick, seed 7,8, own cases")


def test_the_seed_reaches_the_sides(project: Project) -> None:
    project.cases(function_case("Twice", torch="with open('x.txt', 'a') as file: file.write(f'{x.real.sum():.6f} ')"))
    for seed in ("0", "0", "1"):
        project.run("--fwparity-seed", seed, "--fwparity-cache", "off").assert_outcomes(passed=2)
        with (project.path / "x.txt").open("a") as file:
            file.write("\n")
    first, again, other = (project.path / "x.txt").read_text().splitlines()
    assert first == again != other


def test_last_failed_first_failure_and_reports(project: Project) -> None:
    project.cases(function_case("Wrong", torch="return 3 * x") + function_case("Right"))
    project.cases(function_case("Else"), "test_else.py")
    cached = ("--fwparity", "-o", "console_output_style=classic", "--junitxml=report.xml")
    project.pytester.runpytest_inprocess(*cached).assert_outcomes(failed=1, passed=5)
    suites = ElementTree.parse(project.path / "report.xml")
    first, *_ = suites.iter("testcase")
    properties = {entry.get("name"): entry.get("value") for entry in first.iter("property")}
    assert properties["fwparity_verdict"] == "differ"
    assert properties["fwparity_kind"] == "semantic"
    assert properties["fwparity_limit"] == "1024"
    assert float(properties["fwparity_units"] or "0") > 1e6
    assert properties["fwparity_case_id"] == "own:ops/Wrong"
    assert properties["fwparity_area"] == "ops"
    assert properties["fwparity_output"] == "y"
    again = project.pytester.runpytest_inprocess("--fwparity", "--lf")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines("run-last-failure: rerun previous 1 failure*")
    project.run("-x").assert_outcomes(failed=1)


def test_without_the_benchmark_and_the_cache_plugin(project: Project) -> None:
    project.cases(AFFINE.replace("units: int", "speed = 'quick'\n    units: int"))
    assert len(project.ids()) == 8
    result = project.run("-p", "no:benchmark", "--strict-markers")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines("no speed items: pytest-benchmark is not there or switched off")


def test_without_this_plugin_case_files_stay_quiet(project: Project) -> None:
    (project.path / "pytest.ini").write_text("[pytest]\n")
    project.cases(AFFINE + ORDINARY)
    result = project.pytester.runpytest_subprocess("-p", "no:fwparity", "-W", "error", "-v")
    result.assert_outcomes(passed=1)
    assert result.parseoutcomes() == {"passed": 1}


def test_outside_conformance_mode_case_classes_yield_nothing(project: Project) -> None:
    text = AFFINE.replace("class Affine", "class TestAffine")
    project.cases(text + ORDINARY + "def test_parity(fwparity):\n    raise AssertionError\n")
    result = project.pytester.runpytest_inprocess("-W", "error", "-rs", "-p", "no:cacheprovider")
    assert result.parseoutcomes() == {"passed": 1, "skipped": 1}
    result.stdout.fnmatch_lines("SKIPPED * needs --fwparity")
    result.stdout.no_fnmatch_line("*framework parity*")


def test_strictness(project: Project) -> None:
    """Areas are registered, nothing warns, and a class named Test... is no trouble."""
    project.ini("addopts = --strict-markers --strict-config", "filterwarnings = error")
    project.cases(AFFINE.replace("class Affine", "class TestAffine") + "def test_parity(fwparity): pass\n")
    result = project.alone("-W", "error")
    assert result.parseoutcomes() == {"passed": 5}


def test_a_projects_own_marker_is_left_alone(project: Project) -> None:
    project.ini("markers = layers(deep): ours")
    project.cases(AFFINE)
    result = project.run("--markers")
    result.stdout.fnmatch_lines("@pytest.mark.layers(deep): ours")
    result.stdout.no_fnmatch_line("*conformance cases of the area 'layers'*")
    assert len(project.ids("-m", "layers")) == 4


def test_marks_and_fixtures_of_the_user(project: Project) -> None:
    project.cases(
        "import pytest\n@pytest.mark.skip(reason='not today')"
        + function_case("Skipped")
        + "@pytest.fixture(autouse=True)\ndef noted(request):\n    with open('noted', 'a') as file: file.write('x')\n"
        + function_case("Run")
    )
    result = project.run("-rs")
    result.assert_outcomes(passed=2, skipped=2)
    result.stdout.fnmatch_lines("SKIPPED ?2? *: not today")
    assert (project.path / "noted").read_text() == "xx"


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_packages_relative_imports_and_helpers(project: Project, mode: str) -> None:
    project.write("pack/__init__.py", "")
    project.write("pack/near.py", "SCALE = 2\n")
    project.cases(
        "from .near import SCALE\n" + function_case("Relative", torch="return SCALE * x"), "pack/test_cases.py"
    )
    project.write("beside/helper_beside.py", "SCALE = 2\n")
    project.cases(
        "from helper_beside import SCALE\n" + function_case("Beside", torch="return SCALE * x"), "beside/test_beside.py"
    )
    project.write("lib/helper_in_lib.py", "SCALE = 2\n")
    project.cases("from helper_in_lib import SCALE\n" + function_case("Lib", torch="return SCALE * x"), "test_lib.py")
    project.ini("pythonpath = lib beside")
    project.run(f"--import-mode={mode}").assert_outcomes(passed=6)


def test_a_module_that_only_the_host_has(project: Project) -> None:
    text = "try:\n    import only_here\nexcept ImportError:\n    if 'pytest' not in sys.modules: raise\n"
    project.cases(text + function_case("Lost"))
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "broken (yours): own:ops/Lost?default? agree float64, seed 0",
            "  *test_cases.py cannot be imported in this side's interpreter *python*: no module 'only_here'; "
            "install it there, or add its folder with --fwparity-path SIDE=DIR (No module named 'only_here')",
        ]
    )
    project.write("further/only_here.py", "")
    paths = [f"--fwparity-path=fake-{side}=further" for side in ("torch", "keras")]
    project.run(*paths).assert_outcomes(passed=2)


def test_xdist_runs_and_counts_the_same_items_and_keeps_a_case_together(project: Project) -> None:
    timed = AFFINE.replace("units: int", "speed = 'quick'\n    units: int")
    cases = [function_case("Wrong", torch="return 3 * x"), function_case("Fine"), function_case("Other")]
    project.cases(timed + "".join(cases) + ORDINARY)
    project.write("test_plain.py", ORDINARY)
    alone = {name for name in project.ids() if "::speed" not in name}
    result = project.alone("-n", "2", "-v")
    result.assert_outcomes(passed=9, failed=1)
    ran = [line.split() for line in result.outlines if line.startswith("[gw") and "agree[" in line]
    assert {words[-1] for words in ran} == alone
    places: dict[str, set[str]] = {}
    for words in ran:
        places.setdefault(words[-1].split("::")[1], set()).add(words[0])
    assert all(len(where) == 1 for where in places.values())
    assert len(set.union(*places.values())) == 2
    result.stdout.fnmatch_lines(
        [
            "*scheduling tests via LoadScopeScheduling",
            "*: 1 checks differ, 0 broken (10 checks, * tensors compared)",
            "area    agree  differ",
            "all         9       1",
            "no speed items: pytest-xdist: other processes would disturb the timings",
            "left aside: 1 files that do not mention fwparity, 1 ordinary tests",
        ]
    )


def test_xdist_distributes_as_the_user_says(project: Project) -> None:
    project.cases(AFFINE)
    result = project.alone("-n", "2", "--dist", "load", "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines("*scheduling tests via LoadScheduling")
