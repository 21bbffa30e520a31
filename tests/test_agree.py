"""The agreement check on fake sides: what passes, what fails, and what the failure says."""

from __future__ import annotations

from project import AFFINE, Project, function_case


def test_equal_sides_agree(project: Project) -> None:
    project.cases(AFFINE)
    result = project.run("-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "*test_cases.py::Affine::agree?units=1-float64? PASSED*",
            "*test_cases.py::Affine::agree?default-float32? PASSED*",
            "*compute the same (4 checks, 24 tensors compared)*",
            "layers*4",
        ]
    )


def test_a_difference_of_one_ten_millionth_is_seen(project: Project) -> None:
    project.cases(AFFINE.replace("@ x.T).T + bias", "@ x.T).T * (1 + 1e-7) + bias"))
    result = project.run()
    result.assert_outcomes(failed=2, passed=2)
    result.stdout.fnmatch_lines(
        [
            "differ (leak): own:layers/Affine?units=1? agree float64, seed 0",
            "*leak: y?*: fake-keras *, fake-torch *",
            "*difference * = * units (limit 1024)",
            "*a constant rounded to float32, or an epsilon of 1e-7, is enough to explain this size",
            "*first off: y; its inputs and weights are the same bytes on every side",
            "*run again: pytest --fwparity *test_cases.py::Affine::agree?units=1-float64?*",
        ]
    )


def test_a_reference_that_is_wrong_is_told_although_the_sides_agree(project: Project) -> None:
    project.cases(AFFINE + "\n    def reference(self, x, kernel, bias):\n        return x @ kernel\n")
    result = project.run()
    result.assert_outcomes(failed=2, passed=2)
    result.stdout.fnmatch_lines(
        [
            "differ (reference): own:layers/Affine?units=1? agree float64, seed 0",
            "  the sides agree with each other, but not with the case's own reference(); correct it",
            "  declared in Affine (*test_cases.py:*",
        ]
    )


def test_a_reference_may_follow_one_of_two_known_differences(project: Project) -> None:
    """As of a formula that is Keras' own, and an error of an old Keras beside it."""
    text = """
class Both(LayerCase):
    right: bool = True
    variants = grid(right=[True, False])

    def inputs(self, rng):
        return {"x": rng.normal(size=3)}

    def weights(self, rng):
        return {"shift": rng.normal(size=3)}

    def keras(self, keras):
        return lambda x, shift: 2.002 * x + shift * (1 + 1e-7)

    def torch(self, torch):
        return lambda x, shift: 2 * x + shift

    def reference(self, x, shift):
        return (2.002 if self.right else 2.004) * x + shift

    @difference(replaces="torch", why="a formula of its own", source="s")
    def scaled(self, torch):
        return lambda x, shift: 2.002 * x + shift

    @difference(replaces="torch_weights", why="an old error", source="s")
    def shifted(self, torch, shift):
        return {"shift": shift * (1 + 1e-7)}
"""
    project.cases(text)
    result = project.run("-k", "agree and float64")
    result.stdout.fnmatch_lines(["differ (reference): own:layers/Both?right=False? agree float64, seed 0"])
    result.stdout.fnmatch_lines(["layers * 1 * 1"])
    assert "1 failed, 2 deselected, 1 known difference" in result.outlines[-1]


def test_a_reference_of_outputs_that_nobody_named(project: Project) -> None:
    """``outputs = None``: what a hook returns is named by itself, the reference's too."""
    facts = "outputs = None\nchecks = ('agree',)\ndef reference(self, x):\n    return 2 * x"
    wrong = facts.replace("2 * x", "3 * x")
    project.cases(function_case("Right", facts=facts) + function_case("Wrong", facts=wrong))
    result = project.run("-k", "float64")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["differ (reference): own:ops/Wrong?default? agree float64, seed 0"])


def test_a_side_of_another_shape_is_an_item_that_differs_and_no_crash(project: Project) -> None:
    """Its float64 as shipped has no movement of the anchor's to be measured by."""
    conftest = project.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace("forms=forms)", 'forms=forms, impure=family == "keras")'))
    facts = "def reference(self, x):\n    return 2 * x"
    project.cases(function_case("Wider", keras="x = np.concatenate([x, x])", facts=facts))
    result = project.run("-k", "float64")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "differ (shape): own:ops/Wider?default? agree float64, seed 0",
            "  blame: the NumPy reference agrees with fake-torch (0 units), not with fake-keras (inf units)",
        ]
    )


def test_a_reference_gets_its_inputs_nested_as_the_hooks_do(project: Project) -> None:
    project.cases(
        """
class Sum(FunctionCase):
    def inputs(self, rng):
        return {"xs": [rng.normal(size=3), {"y": rng.normal(size=3)}]}

    def keras(self, keras, xs):
        return xs[0] + xs[1]["y"]

    def torch(self, torch, xs):
        return xs[0] + 1.5 * xs[1]["y"]

    def reference(self, xs):
        return xs[0] + xs[1]["y"]
"""
    )
    result = project.run("-k", "agree and float64")
    result.stdout.fnmatch_lines(
        ["  blame: the NumPy reference agrees with fake-keras (0 units), not with fake-torch *"]
    )
