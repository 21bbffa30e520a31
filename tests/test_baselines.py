"""Baselines: which of several is compared with, how a record becomes one, and what several comparisons attribute."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from pytest_fwparity.cli import main
from pytest_fwparity.records import baselines, drift, store
from pytest_fwparity.records.attribution import attribution
from pytest_fwparity.records.drift import Change
from pytest_fwparity.records.environment import Change as EnvironmentChange
from pytest_fwparity.records.gate import Gate
from pytest_fwparity.records.policy import DEFAULT
from tests.recorded import item

STACK = {"versions": {"torch": "2.13.0", "numpy": "2.4"}, "device": "cpu", "libraries": {"libcudnn.so": "9.1"}}


def recorded(
    folder: Path, begun: float = 0.0, entries: list[dict[str, Any]] | None = None, values: bool = False, **stack: Any
) -> Path:
    """A record of one item on a stack; ``stack`` replaces its entries."""
    store.begin(folder, {"begun": begun, "size": "full"})
    writer = store.Writer(folder)
    writer.line({"type": "machine", "facts": {"identity": {"kernel": "6.1"}}})
    writer.line({"type": "side", "side": "torch", "facts": {**STACK, **stack}})
    for entry in [item(0)] if entries is None else entries:
        entry = copy.deepcopy(entry)
        if values:
            import numpy as np

            entry["sides"]["torch"]["float32"]["values"] = writer.values({"y": np.ones(2, np.float32)}, {})
        writer.line(entry)
    writer.close()
    store.finish(folder, {})
    return folder


def environment(**stack: Any) -> dict[str, Any]:
    return {"machine": {"identity": {"kernel": "6.1"}}, "sides": {"torch": {**STACK, **stack}}}


def test_the_same_stack_then_the_same_device_then_the_nearest(tmp_path: Path) -> None:
    for name, stack in {
        "same": {},
        "other_gpu": {"device": "H100"},
        "older": {"versions": {"torch": "2.12.0"}},
        "gpu_older": {"device": "H100", "versions": {"torch": "2.12.0"}},
    }.items():
        recorded(tmp_path / name, **stack)

    def picked(**stack: Any) -> tuple[str, str]:
        found = baselines.pick(tmp_path, environment(**stack))
        return found.record.folder.name, found.why

    assert picked() == ("same", "the same stack")
    assert picked(device="H100", versions={"torch": "2.11.0"})[0] in ("other_gpu", "gpu_older")
    name, why = picked(versions={"torch": "2.14.0"})
    assert name in ("same", "older") and why == "the same device, 1 parts of the stack differ; nearest of 4"


def test_the_newest_of_two_like_stacks(tmp_path: Path) -> None:
    recorded(tmp_path / "a", begun=2.0)
    recorded(tmp_path / "b", begun=1.0)
    assert baselines.pick(tmp_path, environment()).record.folder.name == "a"


def test_a_record_is_its_own_baseline(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "r")
    assert baselines.pick(folder, environment()).why == "the only one"
    with pytest.raises(store.RecordError, match="is no folder; a baseline is a record, or a folder of records"):
        baselines.pick(tmp_path / "none", {})
    (tmp_path / "empty").mkdir()
    with pytest.raises(store.RecordError, match="holds no record"):
        baselines.pick(tmp_path / "empty", {})


def test_accepting_tells_what_changes_and_replaces_that_stack_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "baselines"
    first = recorded(tmp_path / "first", values=True)
    assert main(["accept", str(first), str(kept)]) == 0
    assert capsys.readouterr().out == f"accepted: {first} is the baseline {kept / 'torch-2.13.0_cpu'}\n"
    copied = store.read(kept / "torch-2.13.0_cpu")
    (entry,) = copied.items.values()
    assert copied.values(entry["sides"]["torch"]["float32"]["values"])["y"].sum() == 2
    newer = recorded(tmp_path / "newer", versions={"torch": "2.14.0"}, entries=[item(0, outcome="differ", message="y")])
    assert main(["accept", str(newer), str(kept)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("for review:\n  FAIL: 1 lost agreement") and "torch.versions.torch: 2.13.0 -> 2.14.0" in out
    again = recorded(tmp_path / "again", entries=[item(1)])
    assert main(["accept", str(again), str(kept)]) == 0
    assert sorted(path.name for path in kept.iterdir()) == ["torch-2.13.0_cpu", "torch-2.14.0_cpu"]
    assert [key[0] for key in store.read(kept / "torch-2.13.0_cpu").items] == ["own:layers/Case1"]
    capsys.readouterr()
    assert main(["compare", str(kept), str(again)]) == 0
    assert f"against {kept / 'torch-2.13.0_cpu'} (the same stack)" in capsys.readouterr().out


def test_what_cannot_be_accepted_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = recorded(tmp_path / "good")
    cut = tmp_path / "cut"
    store.begin(cut, {})
    assert main(["accept", str(cut), str(tmp_path / "b")]) == 3
    assert "was cut off: a baseline has to be whole" in capsys.readouterr().err
    assert main(["accept", str(good), str(good)]) == 3
    assert "is a record itself" in capsys.readouterr().err
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    assert main(["accept", str(good), str(other)]) == 3
    assert [path.name for path in other.iterdir()] == ["notes.txt"]


def compared(components: dict[str, str], *failures: str, side: str = "torch") -> Gate:
    """A comparison in which facts of ``torch`` changed and items failed."""
    return Gate(
        policy=DEFAULT,
        environment=tuple(EnvironmentChange(name=name, old="1", new=new) for name, new in components.items()),
        changes=tuple(Change(kind=drift.LOST, item=name, side=side) for name in failures),
        compared=9,
    )


TORCH, CUDNN = {"torch.versions.torch": "2"}, {"torch.libraries.libcudnn.so": "2"}
KERAS = {"keras-tensorflow.versions.keras": "2"}


def test_a_change_follows_the_component_that_changed_with_it() -> None:
    told = attribution(
        {
            "a": compared(TORCH, "conv"),
            "b": compared(CUDNN, "conv", "lstm"),
            "c": compared(CUDNN | TORCH, "conv", "lstm"),
        }
    )
    assert told == [
        "follows no single component: 1 changes",
        "    lost agreement: conv (torch)",
        "follows cuDNN: 1 changes",
        "    lost agreement: lstm (torch)",
    ]


def test_what_changed_on_another_side_moved_nothing_here() -> None:
    gates = {"a": compared(KERAS), "b": compared(KERAS | TORCH, "gelu")}
    assert attribution(gates) == ["follows torch: 1 changes", "    lost agreement: gelu (torch)"]
    gates = {"a": compared({}), "b": compared(KERAS, "gelu")}
    assert attribution(gates)[0].startswith("follows no recorded component")
    gates = {"a": compared(TORCH), "b": compared(KERAS, "gelu", side="")}
    assert attribution(gates)[0] == "follows Keras: 1 changes"


def test_one_comparison_attributes_nothing() -> None:
    assert attribution({"a": compared(TORCH, "conv")}) == []
