"""The ``fwparity`` fixture: one comparison in a user's own test."""

from __future__ import annotations

import pytest
from project import Project

HEAD = """
import numpy as np

X = np.random.default_rng(0).normal(size=(2, 3))


def keras_double(keras, x, b=0.0):
    return 2 * x + b


def torch_double(torch, x, b=0.0):
    return {"y": x + x + b}


def torch_wrong(torch, x, b=0.0):
    return 2 * x * (1 + 1e-7) + b


def nested(keras, x, states):
    return {"sum": x + states[0], "pair": [states[1]["c"], 2 * x]}


"""


def test_functions_are_compared_with_their_gradients(project: Project) -> None:
    project.write(
        "test_mine.py",
        HEAD
        + """
def test_same(fwparity):
    fwparity.compare(keras=keras_double, torch=lambda_free, inputs={"x": X}, weights={"b": np.ones(3)})
    fwparity.compare(keras=nested, torch=nested, inputs={"x": X, "states": [X, {"c": X}]})


def test_differs(fwparity):
    fwparity.compare(keras=keras_double, torch=keras_double, inputs={"x": X})
    fwparity.compare(keras=keras_double, torch=torch_wrong, inputs={"x": X})


def lambda_free(torch, x, b):
    return 2 * x + b
""",
    )
    result = project.run("-v", "--junitxml=report.xml")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_mine.py::test_same PASSED*",
            "differ (leak): own:compare/FunctionCase?2? compare, seed 0",
            "  leak: y?*?: fake-keras *, fake-torch *",
            "  run again: pytest --fwparity test_mine.py::test_differs",
            "*: 1 checks differ, 0 broken (2 checks, * tensors compared)",
            "own tests *1 *1",
        ]
    )
    assert 'name="fwparity_verdict" value="differ"' in (project.path / "report.xml").read_text()


def test_outputs_are_compared_by_name(project: Project) -> None:
    text = "def test_names(fwparity):\n    fwparity.compare(keras=nested, torch=torch_double, inputs={'x': X})\n"
    project.write("test_mine.py", HEAD + text.replace("nested", "torch_double"))
    project.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("lambda keras, x: x", "*<lambda>"),
        ("inner", "*inner"),
        ("Class.method", "*Class.method"),
        ("np.sin", "*sin*"),
    ],
)
def test_functions_that_a_worker_cannot_import_are_refused(project: Project, given: str, named: str) -> None:
    body = f"""
class Class:
    def method(keras, x):
        return x


def test_refused(fwparity):
    def inner(keras, x):
        return x

    fwparity.compare(keras={given}, torch=torch_double, inputs={{"x": X}})
"""
    project.write("test_mine.py", HEAD + body)
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        f"E *DefinitionError: fwparity.compare(keras={named}*): a worker imports the function by its name, which a lambda, "
        "a method or a nested function has not; write 'def keras_f(keras, x): ...' at the top level of the file"
    )


def test_arrays_that_are_refused(project: Project) -> None:
    body = """
def test_twice(fwparity):
    fwparity.compare(keras=keras_double, torch=torch_double, inputs={"x": X}, weights={"x": X})


def test_text(fwparity):
    fwparity.compare(keras=keras_double, torch=torch_double, inputs={"x": "text"})
"""
    project.write("test_mine.py", HEAD + body)
    result = project.run()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *DefinitionError: fwparity.compare(): ?'x'? are both inputs and weights; name each once",
            "E *DefinitionError: fwparity.compare(): inputs?'x'? is 'text' (str), not an array of bools, integers or floats",
        ]
    )
    result.stdout.no_fnmatch_line("*compute the same*")


def test_vanishing_results_are_declared(project: Project) -> None:
    body = """
def f(fw, x):
    return x - x + 1.0


def test_undeclared(fwparity):
    fwparity.compare(keras=f, torch=f, inputs={"x": X})


def test_declared(fwparity):
    fwparity.compare(keras=f, torch=f, inputs={"x": X}, vanishing=("grad x",), constant=("y",))
"""
    project.write("test_mine.py", HEAD + body)
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*vacuous: 'grad x' is 0 everywhere on every side*", "*::test_undeclared*"])


def test_one_side_alone_is_not_run(project: Project) -> None:
    project.write(
        "test_mine.py",
        HEAD
        + "def test_it(fwparity):\n    fwparity.compare(keras=keras_double, torch=torch_double, inputs={'x': X})\n",
    )
    result = project.run("--fwparity-sides", "fake-torch", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines("SKIPPED ?1? *: not run: only side 'fake-torch' is on*")


def test_without_conformance_mode_the_test_is_skipped(project: Project) -> None:
    project.write("test_mine.py", HEAD + "def test_it(fwparity):\n    raise AssertionError\n")
    result = project.pytester.runpytest_inprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines("SKIPPED ?1? *: needs --fwparity")


def test_functions_of_a_package(project: Project) -> None:
    project.write("pack/__init__.py", "")
    project.write("pack/functions.py", "from .scale import SCALE\n\ndef f(fw, x):\n    return SCALE * x\n")
    project.write("pack/scale.py", "SCALE = 2\n")
    text = "from .functions import f\ndef test_it(fwparity):\n    fwparity.compare(keras=f, torch=f, inputs={'x': X})\n"
    project.write("pack/test_mine.py", HEAD + text)
    project.run().assert_outcomes(passed=1)


def test_a_decorated_function_is_found_where_it_stands(project: Project) -> None:
    decorator = "def same(function):\n    return functools.wraps(function)(lambda *a, **k: function(*a, **k))\n"
    project.write("decorators.py", "import functools\n\n\n" + decorator)
    text = "@same\ndef f(fw, x): return 2 * x\ndef test_it(fwparity):\n    fwparity.compare(keras=f, torch=f, inputs={'x': X})\n"
    project.write("test_mine.py", HEAD + "from decorators import same\n" + text)
    project.run().assert_outcomes(passed=1)
