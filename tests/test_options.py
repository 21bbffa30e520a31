"""Options and ini values: both mean the same, and what is wrong is said before any work starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from project import Project, function_case

from pytest_fwparity.options import OPTIONS, Settings, enabled, settings
from pytest_fwparity.sides.spec import BUILT_IN

SIDES = "fake-keras, fake-torch, keras-jax, keras-tensorflow, keras-torch, torch"
OF_RUN = "should be SIDE=VALUE with a side of this run: fake-torch, fake-keras, or keras"
LIMITS = "should be start=SECONDS, first=SECONDS or call=SECONDS"
WHOLE = "should be a whole number, at least"

WRONG = {
    "--fwparity-sides=fake-torch,jax": f"--fwparity-sides: no side is named 'jax'; sides are {SIDES}",
    "--fwparity-sides=fake-torch,fake-torch": (
        "--fwparity-sides fake-torch,fake-torch: a side is named twice; a second environment is SIDE@LABEL"
    ),
    "--fwparity-sides=,": "--fwparity-sides ,: *",
    "--fwparity-device=gpu": "--fwparity-device fake-torch=gpu: a device is cpu, cuda, cuda:N or cuda:all",
    "--fwparity-device=fake-keras=cpu:1": "--fwparity-device fake-keras=cpu:1: a device is cpu, cuda, cuda:N or cuda:all",
    "--fwparity-device=cuda:all": "--fwparity-device cuda:all: this machine shows no GPU",
    "--fwparity-device=torch=cuda": f"--fwparity-device torch=cuda: {OF_RUN}",
    "--fwparity-python=python": f"--fwparity-python python: {OF_RUN}",
    "--fwparity-python=fake-torch=": f"--fwparity-python fake-torch=: {OF_RUN}",
    "--fwparity-python=fake-torch=/no/python": "--fwparity-python: no interpreter at '/no/python'",
    "--fwparity-path=fake-torch=nowhere": "--fwparity-path fake-torch=nowhere: no such folder",
    "--fwparity-path=torch=.": f"--fwparity-path torch=.: {OF_RUN}",
    "--fwparity-in-process=torch": (
        "--fwparity-in-process torch: no such side; sides of this run are fake-torch, fake-keras"
    ),
    "--fwparity-seed=x": f"--fwparity-seed x: {WHOLE} 0",
    "--fwparity-seed=-1": f"--fwparity-seed -1: {WHOLE} 0",
    "--fwparity-seeds=0": f"--fwparity-seeds 0: {WHOLE} 1",
    "--fwparity-timeout=5": f"--fwparity-timeout 5: {LIMITS}",
    "--fwparity-timeout=call=0": f"--fwparity-timeout call=0: {LIMITS}",
    "--fwparity-timeout=call=nan": f"--fwparity-timeout call=nan: {LIMITS}",
    "--fwparity-timeout=later=5": f"--fwparity-timeout later=5: {LIMITS}",
    "fwparity_level=fast": "fwparity_level = 'fast', but should be one of quick, standard, exhaustive",
    "fwparity_perf=on": "fwparity_perf = 'on', but should be one of off, record, gate",
    "fwparity_max_inconclusive=few": "fwparity_max_inconclusive = 'few', but should be a share such as 0.01, from 0 to 1",
    "fwparity_max_inconclusive=nan": "fwparity_max_inconclusive = 'nan', but should be a share such as 0.01, from 0 to 1",
    "fwparity_worker_requests=0": f"fwparity_worker_requests = 0: {WHOLE} 1",
    "fwparity_worker_memory=1.5": f"fwparity_worker_memory = 1.5: {WHOLE} 1",
}


@pytest.mark.parametrize("given", WRONG)
def test_wrong_values_are_usage_errors(project: Project, given: str) -> None:
    result = project.run("--collect-only", *([given] if given.startswith("-") else ["-o", given]))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(f"ERROR: {WRONG[given]}")
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_wrong_choices_are_usage_errors(project: Project) -> None:
    for option in ("--fwparity-level=fast", "--fwparity-perf=on"):
        result = project.run(option)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(f"*error: argument {option.split('=')[0]}: invalid choice: *")


def test_what_an_interpreter_lacks(project: Project) -> None:
    """An interpreter without any package: the one behind this environment, kept from its site-packages."""
    python = project.write("python", f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    python.chmod(0o755)
    result = project.run(
        "--fwparity-sides=torch,keras-tensorflow",
        f"--fwparity-python=torch={python}",
        f"--fwparity-python=keras={python}",
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            f"ERROR: side 'torch' needs torch and numpy, which {python} lacks; install it with: pip install "
            "'pytest-fwparity?torch?', name another interpreter with --fwparity-python torch=PYTHON, "
            "or leave the side out with --fwparity-sides",
            f"side 'keras-tensorflow' needs keras and tensorflow and numpy, which {python} lacks; install it with: "
            "pip install 'pytest-fwparity?tensorflow?', *",
        ]
    )


def test_an_interpreter_that_is_none(project: Project) -> None:
    false = project.write("false", "#!/bin/sh\nexit 1\n")
    false.chmod(0o755)
    broken = project.write("broken", "no program at all\n")
    broken.chmod(0o755)
    result = project.run(f"--fwparity-python=fake-torch={false}", f"--fwparity-python=fake-keras={broken}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            f"ERROR: the interpreter '{false}' of side 'fake-torch' does not answer as Python does",
            f"the interpreter '{broken}' of side 'fake-keras' cannot be started: *",
        ]
    )


#: option, ini lines; each pair must come to the same
SAME = {
    "--fwparity-case=own:*": "fwparity_case = own:*",
    "--fwparity-suite=shipped": "fwparity_suite = shipped",
    "--fwparity-level=standard": "fwparity_level = standard",
    "--fwparity-seed=3": "fwparity_seed = 3",
    "--fwparity-seeds=2": "fwparity_seeds = 2",
    "--fwparity-sides=torch@new,keras-jax": "fwparity_sides = torch@new, keras-jax",
    "--fwparity-python=keras=sh": "fwparity_python = keras=sh",
    "--fwparity-path=torch=.": "fwparity_path = torch=.",
    "--fwparity-device=keras=cuda:1": "fwparity_device = keras=cuda:1",
    "--fwparity-in-process=torch": "fwparity_in_process = torch",
    "--fwparity-timeout=call=5": "fwparity_timeout = call=5",
    "--fwparity-cache=kept": "fwparity_cache = kept",
    "--fwparity-differences=known.toml": "fwparity_differences = known.toml",
    "--fwparity-record=runs": "fwparity_record = runs",
    "--fwparity-record-size=slim": "fwparity_record_size = slim",
    "--fwparity-host=node7": "fwparity_host = node7",
    "--fwparity-against=runs": "fwparity_against = runs",
    "--fwparity-candidate=keras@new=sh": "fwparity_candidate = keras@new=sh",
    "--fwparity-soak=10m": "fwparity_soak = 10m",
    "--fwparity-policy=driver": "fwparity_policy = driver",
    "--fwparity-perf=gate": "fwparity_perf = gate",
}


WAIVER = """[[difference]]
case = "own:*"
reason = "known"
source = "a book"
owner = "somebody"
expires = 2100-01-01
max_units = 5
"""


def settled(pytester: pytest.Pytester, *arguments: str, ini: str = "") -> Settings:
    pytester.makeini(f"[pytest]\n{ini}\n")
    return settings(pytester.parseconfig("--fwparity", *arguments), BUILT_IN)


@pytest.mark.parametrize("option", SAME)
def test_options_and_ini_values_mean_the_same(pytester: pytest.Pytester, option: str) -> None:
    (pytester.path / "known.toml").write_text(WAIVER)
    plain, given = settled(pytester), settled(pytester, option)
    assert given != plain
    assert settled(pytester, ini=SAME[option]) == given


def test_the_command_line_wins(pytester: pytest.Pytester) -> None:
    made = settled(pytester, "--fwparity-seed=1", "--fwparity-case=b", ini="fwparity_seed = 7\nfwparity_case = a")
    assert (made.seeds, made.cases) == ((1,), ("b",))


def test_every_option_has_an_ini_value_and_is_tested() -> None:
    assert {option.flag for option in OPTIONS} == {name.split("=")[0] for name in SAME}
    assert all(f"{option.ini} = " in line for option, line in zip(OPTIONS, SAME.values(), strict=True))


def test_defaults(pytester: pytest.Pytester) -> None:
    made = settled(pytester)
    assert (made.level, made.seeds, made.perf, made.max_inconclusive) == ("quick", (0,), "record", 0.01)
    assert [(spec.name, spec.device, spec.python) for spec in made.specs] == [
        ("torch", "cpu", sys.executable),
        ("keras-tensorflow", "cpu", sys.executable),
    ]
    assert vars(made.limits) == {"start": 120, "first": 300, "call": 60, "requests": 2000, "memory": 6144 << 20}


def test_sides_labels_and_who_keras_means(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("sub")
    made = settled(
        pytester,
        "--fwparity-sides=torch,torch@new,keras-jax,keras-torch",
        f"--fwparity-python=torch@new={sys.prefix}",
        "--fwparity-device=cuda",
        "--fwparity-device=keras=cpu",
        "--fwparity-path=torch=sub",
        "--fwparity-timeout=start=1",
        "--fwparity-timeout=call=2.5",
        ini="fwparity_worker_memory = 3\npythonpath = lib",
    )
    torch, new, jax, keras_torch = made.specs
    assert (torch.name, new.name, new.kind.name) == ("torch", "torch@new", "torch")
    assert new.python == str(Path(sys.prefix) / "bin" / "python")
    assert [spec.device for spec in made.specs] == ["cuda", "cuda", "cpu", "cpu"]
    assert (torch.first, new.first, jax.first) == ((str(folder),), (), ())
    assert keras_torch.last == (str(pytester.path / "lib"),)
    assert (made.limits.start, made.limits.call, made.limits.memory) == (1, 2.5, 3 << 20)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\nfwparity = true\nfwparity_level = standard\nfwparity_case =\n    a\n    b\n"),
        ("tox.ini", "[pytest]\nfwparity = 1\nfwparity_level = standard\nfwparity_case =\n    a\n    b\n"),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nfwparity = true\nfwparity_level = 'standard'\nfwparity_case = ['a', 'b']\n",
        ),
        ("pyproject.toml", "[tool.pytest]\nfwparity = true\nfwparity_level = 'standard'\nfwparity_case = ['a', 'b']\n"),
    ],
)
def test_every_kind_of_configuration_file(pytester: pytest.Pytester, name: str, text: str) -> None:
    if "[tool.pytest]" in text and pytest.version_tuple < (9,):
        pytest.skip("native TOML came with pytest 9")
    (pytester.path / name).write_text(text)
    config = pytester.parseconfig()
    assert enabled(config)
    made = settings(config, BUILT_IN)
    assert (made.level, made.cases) == ("standard", ("a", "b"))


def test_help_shows_every_option_and_ini_value(project: Project) -> None:
    result = project.run("--help")
    text = " ".join(str(result.stdout).split())
    for option in OPTIONS:
        assert option.flag in text
        assert f"{option.ini} (" in text
    for name in ("fwparity_files", "fwparity_max_inconclusive", "fwparity_worker_requests", "fwparity_worker_memory"):
        assert f"{name} (" in text


def test_the_ini_value_switches_conformance_mode_on(project: Project) -> None:
    project.ini("fwparity = true")
    project.cases(function_case("Twice"))
    result = project.pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["fwparity: level quick, seed 0, own cases", "fwparity: fake-torch: *python *"])
