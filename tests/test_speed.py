"""Speed items: one per side and mode, last, holding exactly what the worker measured."""

from __future__ import annotations

import json

import pytest
from project import AFFINE, Project, function_case

from pytest_fwparity.records.speed import ReplayClock
from pytest_fwparity.report.terminal import Tally

TIMED = AFFINE.replace("units: int", "speed = 'quick'\n    units: int")
#: what the fake sides say that they measured
SAMPLES = [0.002, 0.001, 0.003]


def test_items_per_side_and_mode_come_last(project: Project) -> None:
    project.cases(TIMED + function_case("After", facts="speed = 'quick'"))
    assert [name.split("::", 1)[1] for name in project.ids()][-5:] == [
        "After::agree[default-float32]",
        "Affine::speed[units=1-forward-fake-torch]",
        "Affine::speed[units=1-forward-fake-keras]",
        "Affine::speed[units=1-step-fake-torch]",
        "Affine::speed[units=1-step-fake-keras]",
    ]
    assert len(project.ids()) == 10


def test_forms_have_levels(project: Project) -> None:
    """Graphs from standard, what compiles for long from exhaustive; beside the eager ones in the group of their mode."""
    project.cases(TIMED)

    def timed(level: str) -> list[str]:
        return [name.split("units=1-")[1] for name in project.ids(f"--fwparity-level={level}") if "::speed" in name]

    assert timed("standard")[:3] == ["forward-fake-torch]", "forward-fake-keras]", "forward-graph-fake-keras]"]
    assert timed("exhaustive")[:5] == [
        "forward-fake-torch]",
        "forward-fake-keras]",
        "forward-graph-fake-keras]",
        "forward-compiled-fake-torch]",
        "forward-compiled-fake-keras]",
    ]
    result = project.run(
        "--fwparity-level=standard", "-k", "speed", "--benchmark-json=s.json", "--benchmark-columns=min", "-v"
    )
    result.assert_outcomes(passed=6)
    benchmarks = json.loads((project.path / "s.json").read_text())["benchmarks"]
    assert [entry["extra_info"]["mode"] for entry in benchmarks] == ["eager", "eager", "graph"] * 2
    assert len({entry["group"] for entry in benchmarks}) == 2
    result.stdout.fnmatch_lines(
        [
            "  area                        cases  forward  forward graph  step  step graph",
            "  layers                          1     1.00           1.00  1.00        1.00",
            "  own:layers/Affine?units=1?      1     1.00           1.00  1.00        1.00",
        ]
    )


def test_levels_and_checks(project: Project) -> None:
    project.cases(
        AFFINE
        + TIMED.replace("Affine", "Quick")
        + AFFINE.replace("units: int", "speed = None\n    units: int").replace("Affine", "Never")
    )

    def timed(*options: str) -> set[str]:
        return {name.split("::")[1] for name in project.ids(*options) if "::speed" in name}

    assert timed() == {"Quick"}
    assert timed("--fwparity-level=standard") == {"Quick", "Affine"}


def test_the_record_holds_exactly_the_samples_of_the_worker(project: Project) -> None:
    project.cases(TIMED)
    result = project.run("--benchmark-json=speed.json", "--benchmark-columns=min,max,rounds")
    result.assert_outcomes(passed=8)
    benchmarks = json.loads((project.path / "speed.json").read_text())["benchmarks"]
    assert len(benchmarks) == 4
    for entry in benchmarks:
        assert entry["stats"]["data"] == pytest.approx(SAMPLES, rel=1e-12)
        assert (entry["stats"]["rounds"], entry["stats"]["iterations"]) == (3, 1)
        side = entry["name"].rsplit("-", 2)[-2] + "-" + entry["name"].rsplit("-", 2)[-1].rstrip("]")
        assert entry["extra_info"] == {
            "side": side,
            "mode": "eager",
            "first_call_seconds": 0.5,
            "warm_up_seconds": 0.1,
            "calls_per_round": 7,
            "peak_memory_bytes": None,
            "device": "cpu",
            "versions": {"fake": "1.2.3"},
        }
    assert {entry["group"] for entry in benchmarks} == {
        "own:layers/Affine[units=1] forward",
        "own:layers/Affine[units=1] step",
    }
    result.stdout.fnmatch_lines(
        [
            "time on fake-keras / on torch, the median of the cases *",
            "  area    cases  forward  step",
            "  layers      1     1.00  1.00",
        ]
    )


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--fwparity-perf=off", "--fwparity-perf off"),
        ("--benchmark-disable", "--benchmark-disable"),
        ("--benchmark-skip", "--benchmark-skip"),
    ],
)
def test_why_there_are_no_speed_items(project: Project, option: str, why: str) -> None:
    project.cases(TIMED)
    result = project.run(option)
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(f"no speed items: {why}")


def test_a_broken_speed_item_says_so_and_nothing_else(project: Project) -> None:
    text = TIMED.replace(
        "def torch(self, torch):", "def torch(self, torch):\n        assert not torch.timing, 'no time'"
    )
    project.cases(text)
    result = project.alone("-W", "error")
    assert result.parseoutcomes() == {"passed": 6, "failed": 2}
    result.stdout.fnmatch_lines(
        [
            "broken (error): own:layers/Affine?units=1? speed forward fake-torch, seed 0",
            "  AssertionError on fake-torch: no time",
            "*: 0 checks differ, 2 broken *",
        ]
    )


def test_speed_alone_is_something(project: Project) -> None:
    project.cases(TIMED)
    result = project.run("-k", "speed")
    result.assert_outcomes(passed=4)
    assert result.ret == pytest.ExitCode.OK


def tally(**medians: float) -> list[str]:
    made = Tally()
    for side, median in medians.items():
        entry = {
            "verdict": "timed",
            "side": side.replace("_", "-"),
            "mode": "step",
            "case": "core:layers/Dense[default]",
            "area": "layers",
            "median": str(median),
        }
        made.add({f"fwparity_{name}": value for name, value in entry.items()}, "id", "")
    return made.ratios()


def test_ratios_are_keras_over_torch() -> None:
    (head, columns, line) = tally(torch=0.002, keras_tensorflow=0.005)
    assert head.startswith("time on keras-tensorflow / on torch, the median of the cases")
    assert columns == "  area    cases  step"
    assert line == "  layers      1  2.50"
    assert tally(keras_jax=1.0, keras_tensorflow=2.0) == []
    assert tally(torch=1.0) == []


def test_ratios_are_over_torch_and_not_over_keras_on_torch() -> None:
    lines = tally(keras_torch=0.004, torch=0.002)
    assert lines[0].startswith("time on keras-torch / on torch")
    assert lines[2] == "  layers      1  2.00"


def test_the_clock_gives_each_round_its_sample() -> None:
    clock = ReplayClock()
    clock.samples = SAMPLES
    for sample in SAMPLES:
        began = clock()
        clock.step()
        assert clock() - began == pytest.approx(sample, rel=1e-12)
