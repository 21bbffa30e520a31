"""Initializers on fake sides: equal in distribution, within their support, and known differences of a distribution."""

from __future__ import annotations

from project import Project

UNIFORM = """
class Uniform(InitializerCase):
    support = (0, 1)

    def keras(self, keras):
        return lambda shape, dtype: keras.np.random.default_rng(1).uniform(0, 1, size=shape)

    def torch(self, torch, tensor):
        tensor[:] = torch.np.random.default_rng(2).uniform(0, 1, size=tensor.shape)
"""
_BEYOND = UNIFORM.replace("size=shape)", "size=shape) * (1 + 1e-4)")
_KNOWN = """
    @difference(replaces="torch", why="the other side draws up to 1.0001", source="a test", sides=("fake-keras",))
    def wider(self, torch, tensor):
        Uniform.torch(self, torch, tensor)
        tensor *= 1 + 1e-4
"""


def test_equal_distributions_within_their_support_agree(project: Project) -> None:
    project.cases(UNIFORM)
    project.run().assert_outcomes(passed=1)


def test_a_value_beyond_the_support_fails_and_names_its_side(project: Project) -> None:
    project.cases(_BEYOND)
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "differ (support): own:initializers/Uniform?default? agree float32, seed 0",
            "*support: 'values': * of 200000 values on fake-keras lie outside ?0, 1?, the first is 1.000*",
        ]
    )


def test_a_known_difference_of_a_distribution_is_reproduced(project: Project) -> None:
    project.cases(_BEYOND + _KNOWN)
    project.run().stdout.fnmatch_lines(["*= 1 known difference in *"])


def test_a_known_difference_of_a_distribution_that_is_gone_is_told(project: Project) -> None:
    project.cases(UNIFORM + _KNOWN)
    result = project.run()
    result.stdout.fnmatch_lines(["*no longer needed*Uniform*"])


def test_a_known_difference_that_explains_nothing_fails(project: Project) -> None:
    project.cases(UNIFORM.replace("uniform(0, 1, size=shape)", "uniform(0, 0.9, size=shape)") + _KNOWN)
    result = project.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["differ (distribution): own:initializers/Uniform?default? agree float32, seed 0"])
