"""Soak, health of the cards, every GPU of a node: on fake sides and fake cards."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_fwparity.cases.differences import Difference
from pytest_fwparity.conformance import health
from pytest_fwparity.options import settings
from pytest_fwparity.records.gpus import Gpu, Gpus
from pytest_fwparity.records.policy import DRIVER
from pytest_fwparity.sides.on_keras.with_jax import Jax
from pytest_fwparity.sides.spec import BUILT_IN
from tests.project import AFFINE, Project, function_case

pytest_plugins = ["pytester"]

FLIPS = """
torch.runs = getattr(torch, 'runs', 0) + 1
y = 2 * x
if torch.runs == 60 and not np.iscomplexobj(y):
    y.view(f'u{y.itemsize}')[1] ^= 1 << 20
    return y
if torch.runs >= 60:
    torch.runs = 59
"""


def test_a_soak_without_a_changed_bit(project: Project) -> None:
    project.cases(AFFINE + function_case("Twice"))
    result = project.run("--fwparity-soak", "1s")
    result.assert_outcomes(passed=7)
    result.stdout.fnmatch_lines(["soak: * requests in *s, 20 results watched, no bit changed"])


def test_a_flipped_bit_is_named_with_its_place(project: Project) -> None:
    project.cases(function_case("Twice") + function_case("Flips", torch=FLIPS))
    result = project.run("--fwparity-soak", "20s", "-k", "float32")
    assert result.ret == 1
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "a bit changed after *s, in run * (* requests): own:ops/Flips?default? soak float32, seed 0",
            "  y?1? on fake-torch (cpu): * -> *, bits 0x* -> 0x*",
            "  1 bit flipped in it (20); 1 of 3 elements changed",
            "  no health counter of a GPU changed meanwhile, or there is none to read",
        ]
    )


def test_results_that_never_repeat_are_left_out_and_told(project: Project) -> None:
    restless = "torch.runs = getattr(torch, 'runs', 0) + 1\nreturn 2 * x + (torch.runs % 7) * 1e-6"
    project.cases(function_case("Restless", torch=restless, facts="deterministic = ()"))
    result = project.run("--fwparity-soak", "1s", "-k", "float32")
    result.stdout.fnmatch_lines(["soak: *; * left out, whose bits change from run to run: own:ops/Restless?default? *"])


def test_a_side_that_dies_in_a_soak(project: Project) -> None:
    dying = "torch.runs = getattr(torch, 'runs', 0) + 1\nif torch.runs > 60:\n    os._exit(3)"
    project.cases(function_case("Dies", torch=dying))
    result = project.run("--fwparity-soak", "20s", "-k", "float32")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["a bit changed*", "  fake-torch (cpu) gave no answer any more: *"])


@pytest.mark.parametrize("text", ["10", "m", "0s", "1d", "-5s"])
def test_a_time_that_is_none(project: Project, text: str) -> None:
    project.cases(function_case("Twice"))
    result = project.run(f"--fwparity-soak={text}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --fwparity-soak {text}: should be a time such as 90s, 10m or 2h"])


def ailing(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    """A card whose counter of ECC errors reads one value after another, the last for good."""
    left = list(values)

    def gpus() -> Gpus:
        value = left.pop(0) if len(left) > 1 else left[0]
        return Gpus(devices=(Gpu(identity={"index": "0"}, health={"ECC uncorrected": value}),))

    monkeypatch.setattr(health, "gpus", gpus)


def test_a_failure_beside_a_failing_card_is_the_hardwares(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ailing(monkeypatch, "0", "2")
    project.cases(function_case("Wrong", torch="x = 3 * x"))
    result = project.run("--fwparity-device=cuda", "-k", "float64")
    result.stdout.fnmatch_lines(
        [
            "differ (hardware): own:ops/Wrong?default? agree float64, seed 0",
            "  hardware: gpu 0 ECC uncorrected 0 -> 2 since the session began: suspect the card before the software",
            "  semantic: y*",
            "health: gpu 0 ECC uncorrected 0 -> 2 since the session began",
        ]
    )


def test_a_healthy_card_is_not_blamed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ailing(monkeypatch, "5")
    project.cases(function_case("Wrong", torch="x = 3 * x"))
    result = project.run("--fwparity-device=cuda", "-k", "float64")
    result.stdout.fnmatch_lines(["differ (semantic): own:ops/Wrong*"])
    assert "health:" not in result.stdout.str()


def test_every_gpu_is_compared_with_the_first(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_fwparity.options._gpu_count", lambda: 3)
    made: Any = settings(pytester.parseconfig("--fwparity", "--fwparity-device=cuda:all"), BUILT_IN)
    assert [spec.device for spec in made.specs] == ["cuda:0", "cuda:0"] and made.policy is DRIVER
    assert {label: [spec.device for spec in specs] for label, specs in made.candidates.items()} == {
        "cuda1": ["cuda:1", "cuda:1"],
        "cuda2": ["cuda:2", "cuda:2"],
    }
    one: Any = settings(pytester.parseconfig("--fwparity", "--fwparity-device=torch=cuda:all"), BUILT_IN)
    assert [spec.device for spec in one.candidates["cuda2"]] == ["cuda:2", "cpu"]
    monkeypatch.setattr("pytest_fwparity.options._gpu_count", lambda: 0)
    with pytest.raises(pytest.UsageError, match="this machine shows no GPU"):
        settings(pytester.parseconfig("--fwparity", "--fwparity-device=cuda:all"), BUILT_IN)


def test_a_bit_that_differs_between_cards_fails(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_fwparity.options._gpu_count", lambda: 2)
    odd = "x = x * (1 + 2e-7) if os.environ.get('CUDA_VISIBLE_DEVICES') == '1' else x"
    project.cases(function_case("Odd", torch=odd))
    result = project.run("--fwparity-device=cuda:all", "-k", "float32")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["FAIL: * (cuda1 against old, policy driver, 1 items)", "fails: *own:ops/Odd?default? agree*"]
    )


def test_a_difference_of_float32_stands_in_tf32_too() -> None:
    """Only products are rounded to tf32: what float32 loses elsewhere is lost there as well."""
    known = Difference(
        function=print, name="n", replaces="torch", why="w", source="s", dtypes=("float32",), sides=("torch",)
    )
    assert known.holds_on("torch", "float32") and known.holds_on("torch", "tf32")
    assert not known.holds_on("torch", "float16") and not known.holds_on("keras-jax", "tf32")


def test_what_cudnn_cannot_lower_is_no_fault_of_the_case() -> None:
    jax = Jax("cuda", 1)
    assert jax.lacks(ValueError("Cannot lower jaxpr with verifier errors: 'stablehlo.custom_call' op shapes mismatch"))
    assert not jax.lacks(ValueError("shapes mismatch"))
