"""A record on disk: what a killed run leaves, and what is refused."""

from __future__ import annotations

import copy
import gzip
import hashlib
import json
import lzma
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_fwparity.records import arrays, baselines, store
from pytest_fwparity.records.gate import gate
from pytest_fwparity.records.plain import Plainer
from tests.recorded import item, made


@pytest.mark.parametrize("slim", [False, True])
def test_what_was_written_is_read(tmp_path: Path, slim: bool) -> None:
    record = store.read(made(tmp_path / "r", slim=slim))
    assert record.finished and len(record.items) == 5
    assert record.environment == {
        "machine": {"identity": {"host": "h"}},
        "sides": {"torch": {"versions": {"torch": "1"}}},
        "tool": {"suites": {}},
    }
    answer = record.items["own:layers/Case3", "default", "agree", ("float32",), 0]["sides"]["torch"]["float32"]
    if slim:
        assert "values" not in answer and not (tmp_path / "r" / "values").exists()
    else:
        assert record.values(answer["values"])["y"].tolist() == [3.0, 3.0]


def test_a_large_array_is_kept_as_digest_and_samples(tmp_path: Path) -> None:
    store.begin(tmp_path / "r", {})
    writer = store.Writer(tmp_path / "r")
    small, large = np.zeros(store.LARGEST), np.zeros(store.LARGEST + 1)
    assert writer.values({"large": large}, {}) == ""
    (path,) = [tmp_path / "r" / "values" / writer.values({"small": small, "large": large}, {})]
    assert set(arrays.unpacked(path.read_bytes())) == {"small"}


def test_the_parts_of_several_processes_are_one_record(tmp_path: Path) -> None:
    store.begin(tmp_path / "r", {})
    for part in ("gw0", "gw1"):
        writer = store.Writer(tmp_path / "r", part)
        writer.line(item(int(part[2:])))
        writer.close()
    store.finish(tmp_path / "r", {})
    assert [key[0] for key in store.read(tmp_path / "r").items] == ["own:layers/Case0", "own:layers/Case1"]


def test_a_run_that_was_cut_off_in_a_line_has_every_whole_one(tmp_path: Path) -> None:
    folder = made(tmp_path / "r", finished=False)
    path = folder / "items-main.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    record = store.read(folder)
    assert not record.finished and len(record.items) == 4


def test_a_sealed_record_may_not_be_shorter(tmp_path: Path) -> None:
    folder = made(tmp_path / "r")
    path = folder / "items-main.jsonl"
    path.write_bytes(path.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n")
    with pytest.raises(store.RecordError, match=r"has \d+ bytes, not the \d+ that it ended with"):
        store.read(folder)


def rewrite(folder: Path, **changes: Any) -> None:
    """Change the header and give it a digest that fits."""
    header = json.loads((folder / store.HEADER).read_text())
    store._write_header(folder, {**header, **changes})


def checked(text: bytes) -> bytes:
    return b"%08x " % zlib.crc32(text) + text + b"\n"


def reseal(folder: Path, content: bytes) -> None:
    """Other items with a header that fits them: a forger's record."""
    (folder / "items-main.jsonl").write_bytes(content)
    store.finish(folder, {})


def no_header(folder: Path) -> None:
    (folder / store.HEADER).unlink()


def foreign(folder: Path) -> None:
    (folder / store.HEADER).write_text(json.dumps({"kind": "benchmark", "schema": 1}))


def linked(folder: Path) -> None:
    path = folder / "items-main.jsonl"
    path.rename(folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


def huge(folder: Path) -> None:
    with (folder / store.HEADER).open("ab") as file:
        file.truncate(store._HEADER_CAP + 1)


def bomb(folder: Path, form: str = "xz") -> None:
    made = {"gz": gzip, "xz": lzma}[form].compress(b"\0" * (64 << 20))
    (folder / "items-main.jsonl").unlink()
    name = f"items-bomb.jsonl.{form}"
    (folder / name).write_bytes(made)
    rewrite(folder, files={name: {"bytes": len(made), "sha256": hashlib.sha256(made).hexdigest()}})


def not_compressed(folder: Path) -> None:
    made = (folder / "items-main.jsonl").read_bytes()
    (folder / "items-main.jsonl").rename(folder / "items-main.jsonl.xz")
    rewrite(folder, files={"items-main.jsonl.xz": {"bytes": len(made), "sha256": hashlib.sha256(made).hexdigest()}})


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "no header": (no_header, r"holds no record: record\.json is missing"),
    "foreign": (foreign, "is not the header of a record of this tool"),
    "newer": (lambda f: rewrite(f, schema=99), r"has schema 99; this version reads up to 1: upgrade"),
    "huge header": (huge, r"bytes, more than a record may have"),
    "link": (linked, "is not there, or no plain file"),
    "hostile name": (lambda f: rewrite(f, files={"../../etc/passwd": {}}), "which is no file of items"),
    "not compressed": (not_compressed, "items-main.jsonl.xz: Input format not supported"),
    "no list of files": (lambda f: rewrite(f, files=[]), r"Expected `object`, got `array` - at `\$\.files`"),
    "files without digest": (lambda f: rewrite(f, files={"items-main.jsonl": {}}), "bytes, not the None"),
    "begun": (lambda f: rewrite(f, begun="x"), r"Expected `float`, got `str` - at `\$\.begun`"),
    "deep": (lambda f: reseal(f, checked(b"[" * 100_000)), "no JSON"),
    "no table": (lambda f: reseal(f, checked(b"[1]")), "not a table"),
    "unknown line": (lambda f: reseal(f, checked(b'{"type":"code"}')), "unknown kind of line 'code'"),
    "seed": (
        lambda f: reseal(f, checked(json.dumps(item(0, seed="0")).encode())),
        r"line 1: Expected `int`, got `str` - at `\$\.seed`",
    ),
    "case": (
        lambda f: reseal(f, checked(json.dumps(item(0, case=None)).encode())),
        r"Expected `str`, got `null` - at `\$\.case`",
    ),
    "sides": (
        lambda f: reseal(f, checked(json.dumps(item(0, sides=[])).encode())),
        r"Expected `object`, got `array` - at `\$\.sides`",
    ),
    "side": (
        lambda f: reseal(f, checked(json.dumps(item(0, sides={"torch": 1})).encode())),
        r"Expected `object`, got `int` - at `\$\.sides",
    ),
    "array": (
        lambda f: reseal(f, checked(json.dumps(item(0, sides={"t": {"d": {"arrays": {"y": 1}}}})).encode())),
        r"Expected `object`, got `int` - at `.*arrays",
    ),
    "empty answer": (
        lambda f: reseal(f, checked(json.dumps(item(0, sides={"t": {"d": {}}})).encode())),
        "the answer of t in 'd' has no error, arrays or launches",
    ),
    "findings": (
        lambda f: reseal(f, checked(json.dumps(item(0, findings=[1])).encode())),
        r"Expected `object`, got `int` - at `\$\.findings\[0\]`",
    ),
    "parameters": (
        lambda f: reseal(f, checked(json.dumps(item(0, parameters=[1])).encode())),
        r"Expected `str`, got `int` - at `\$\.parameters\[0\]`",
    ),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_no_whole_record_is_refused(name: str, tmp_path: Path) -> None:
    damage, message = DAMAGE[name]
    folder = made(tmp_path / "r")
    damage(folder)
    with pytest.raises(store.RecordError, match=message):
        store.read(folder)


@pytest.mark.parametrize("form", ["gz", "xz"])
def test_a_bomb_of_zeros_is_no_line(tmp_path: Path, form: str) -> None:
    folder = made(tmp_path / "r")
    bomb(folder, form)
    with pytest.raises(store.RecordError, match="ends in the middle of a line"):
        store.read(folder)


def everything(record: store.Record) -> None:
    """Read all that a record holds."""
    for entry in record.items.values():
        for labels in entry["sides"].values():
            for told in labels.values():
                if "values" in told:
                    record.values(told["values"])


def test_two_hundred_damaged_records_are_all_refused(tmp_path: Path) -> None:
    """Truncated, flipped in one bit or overwritten anywhere, in whatever file."""
    dice = random.Random(0)
    folder = made(tmp_path / "r")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    original = {path: path.read_bytes() for path in files}
    for trial in range(200):
        path = dice.choice(files)
        content = bytearray(original[path])
        at = dice.randrange(len(content))
        how = trial % 3
        if how == 0:
            del content[at:]
        elif how == 1:
            content[at] ^= 1 << dice.randrange(8)
        else:
            content[at : at + 8] = os.urandom(8)
        if path.name == store.HEADER and content.rstrip() == original[path].rstrip():
            continue  # a line end behind the header
        path.write_bytes(bytes(content))
        with pytest.raises(store.RecordError):
            everything(store.read(folder))
        path.write_bytes(original[path])
    everything(store.read(folder))


#: an item with all that one may hold
FULL = item(
    0,
    findings=[{"name": "y", "side": "torch", "units": 1.0, "rms": 0.5, "limit": 8.0, "fault": "imprecise"}],
    message="why",
    inputs="ab",
    blamed=["torch"],
    notes={"margin": "3"},
    sides={
        "torch": {
            "float32": {
                "arrays": {
                    "y": {"digest": "a", "dtype": "float32", "shape": [2], "sample": [1.0, "nan"], "nonfinite": 1}
                },
                "warnings": [["UserWarning", "text", "place"]],
                "kernels": ["aten::mm"],
            }
        }
    },
)
TIMED = item(
    1,
    outcome="timed",
    sides={"torch": {"speed": {"launches": [{"samples": [0.1, 0.2], "first": 0.3, "memory": 5}] * 8, "pairing": "p"}}},
)
JUNK: list[Any] = [
    None,
    3,
    -1,
    1e308,
    "x",
    [],
    {},
    [1, 2],
    {"a": 1},
    True,
    ["a"],
    [["a"]],
    {"a": {"b": 3}},
    "nan",
    10**400,
]


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a nested value, as keys from the outside."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*before, key)
        yield from places(value[key], (*before, key))


def test_forged_records_are_refused_or_compared(tmp_path: Path) -> None:
    """Anything anywhere in an item, under checksums that fit: no comparison stumbles over it."""
    good = store.read(made(tmp_path / "good", count=1))
    interface = {"type": "interface", "side": "torch", "symbols": {"torch.mm": [["x", "", None]], "torch.f": None}}
    side = {"type": "side", "side": "torch", "facts": {"versions": {"torch": "1"}, "libraries": {"libc.so": "2"}}}
    machine = {"type": "machine", "facts": {"identity": {"host": "h"}, "health": {}}}
    lines = [FULL, TIMED, machine, side, interface, {"type": "used", "symbols": ["torch.mm"]}]
    folder, refused = made(tmp_path / "r", count=1), 0
    reseal(folder, b"".join(checked(json.dumps(line).encode()) for line in lines))
    whole = store.read(folder)
    for at in range(len(lines)):
        for place in places(lines[at]):
            for junk in JUNK:
                forged = copy.deepcopy(lines)
                held: Any = forged[at]
                for key in place[:-1]:
                    held = held[key]
                held[place[-1]] = junk
                reseal(folder, b"".join(checked(json.dumps(line).encode()) for line in forged))
                try:
                    record = store.read(folder)
                except store.RecordError:
                    refused += 1
                    continue
                for old, new in ((good, record), (record, good), (whole, record), (record, whole)):
                    found = gate(old, new)
                    json.dumps([found.lines("old", "new"), found.to_json(), baselines.name_of(record.environment)])
    assert refused > 800


def test_names_of_values_lead_nowhere(tmp_path: Path) -> None:
    record = store.read(made(tmp_path / "r"))
    for name in ("../record.json", "/etc/passwd", "ab/../../x.safetensors", "ab/" + "g" * 62 + ".safetensors"):
        with pytest.raises(store.RecordError, match="names no file of values"):
            record.values(name)


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    folder = made(tmp_path / "r")
    with pytest.raises(store.RecordError, match="holds a record already; name another folder, or use --fwparity-over"):
        store.begin(folder, {})
    store.begin(folder, {}, overwrite=True)
    assert not list(folder.rglob("*.jsonl")) and not list(folder.rglob("*.safetensors"))


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(store.RecordError, match="holds files and no record"):
        store.begin(tmp_path, {}, overwrite=True)
    with pytest.raises(store.RecordError, match="is a file"):
        store.begin(tmp_path / "thesis.tex", {})
    assert (tmp_path / "thesis.tex").read_text() == "precious"


WRITER = """
    import sys
    from pathlib import Path
    from tests.recorded import item
    from pytest_fwparity.records import store
    import numpy as np
    folder = Path(sys.argv[1])
    store.begin(folder, {})
    writer = store.Writer(folder)
    for number in range(100000):
        writer.values({"y": np.full(50, number, np.float32)}, {})
        writer.line(item(number, message="x" * 3000))
        print(number, flush=True)
"""


def test_a_killed_run_leaves_every_item_it_finished(tmp_path: Path) -> None:
    """SIGKILL at 20 random moments."""
    dice = random.Random(1)
    root = Path(__file__).parents[1]
    for trial in range(20):
        folder = tmp_path / str(trial)
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(folder)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        time.sleep(dice.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        finished = [0, *map(int, process.stdout.read().split()[:-1])]
        process.wait()
        process.stdout.close()
        record = store.read(folder)
        assert {f"own:layers/Case{number}" for number in finished} <= {key[0] for key in record.items}


def test_values_come_back_whatever_their_dtype() -> None:
    held = {
        "bits": np.array([1.5, -2.0], np.float32),
        "wide": np.array([1.1], np.float64),
        "complex": np.array([1 + 2j], np.complex64),
        "count": np.array([3], np.int64),
        "yes": np.array([True]),
        "none": np.zeros((0, 3), np.float32),
    }
    found = arrays.unpacked(arrays.packed(held, {"bits": "bfloat16"}))
    for name, array in held.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array), name


def test_an_array_is_told_by_digest_and_sample() -> None:
    told = arrays.told(np.array([[1.0, np.nan], [np.inf, 2.0]], np.float32), "float32")
    assert told["sample"] == [1.0, "nan", "inf", 2.0] and told["nonfinite"] == 2 and told["shape"] == [2, 2]
    other = np.array([[1.0, -np.nan], [np.inf, 2.0]], np.float32)
    assert arrays.told(other, "float32")["digest"] == told["digest"], "one NaN is as good as another"
    assert arrays.digest(np.zeros(3, np.float32), "bfloat16") != arrays.digest(np.zeros(3, np.float32), "float32")


def test_neither_home_nor_user_leave_the_machine() -> None:
    plain = Plainer(home="/home/ada", user="ada")
    assert plain.value({"/home/ada/x": ["/home/ada", "by ada@host", "adagrad /home/adam"]}) == {
        "~/x": ["~", "by USER@host", "adagrad /home/adam"]
    }
    assert Plainer(home="/root", user="root").text("root mean square in /root/runs") == "root mean square in ~/runs"
