"""Upgrades of a real torch that went wrong: each is named in the first screen of the gate, with exit status 1."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import upgraded_cases

FILE = Path(upgraded_cases.__file__)
#: lines of a small terminal
SCREEN = 24

#: Runs ``change(torch)`` once torch is imported.
_HOOK = """
import importlib.abc, importlib.util, sys

class Upgrade(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module
        def exec_module(module):
            execute(module)
            change(module)
        spec.loader.exec_module = exec_module
        return spec

def replace(space, name, function):
    function.__module__ = getattr(space, name).__module__ or space.__name__
    setattr(space, name, function)

sys.meta_path.insert(0, Upgrade())

"""
CONSTANT = """
def change(torch):
    def gelu(x, approximate="none"):
        return x / 2 * (1 + torch.erf(x * (2**-0.5 + 1e-7)))
    replace(torch.nn.functional, "gelu", gelu)
"""
WARNING = """
import warnings
def change(torch):
    gelu = torch.nn.functional.gelu
    def warns(x, approximate="none"):
        warnings.warn("gelu(approximate='none') is deprecated", DeprecationWarning, stacklevel=2)
        return gelu(x, approximate=approximate)
    replace(torch.nn.functional, "gelu", warns)
"""
ARGUMENT = """
def change(torch):
    init = torch.nn.LayerNorm.__init__
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, device=None, dtype=None):
        init(self, normalized_shape, eps, elementwise_affine, device=device, dtype=dtype)
    torch.nn.LayerNorm.__init__ = __init__
"""
MEMORY = """
def change(torch):
    forward = torch.nn.Linear.forward
    def copies(self, x):
        y = forward(self, x)
        return (y + 0.0).add_(y).sub_(y)
    torch.nn.Linear.forward = copies
"""
SLOWER = """
import time
def change(torch):
    forward = torch.nn.Linear.forward
    def waits(self, x):
        began = time.perf_counter()
        y = forward(self, x)
        until = 2 * time.perf_counter() - began
        while time.perf_counter() < until:
            pass
        return y
    torch.nn.Linear.forward = waits
"""
FLIPS = """
def change(torch):
    gelu, calls = torch.nn.functional.gelu, []
    def flips(x, approximate="none"):
        y = gelu(x, approximate=approximate)
        calls.append(x)
        if len(calls) == 40:
            with torch.no_grad():
                y.view(torch.int32 if y.dtype == torch.float32 else torch.int64)[1, 2] ^= 1 << 7
        return y
    replace(torch.nn.functional, "gelu", flips)
"""


@pytest.fixture
def upgraded(pytester: pytest.Pytester) -> str:
    """A folder with the cases; the interpreter ``new`` in it sees what :func:`upgrade` writes."""
    pytester.makefile(".ini", pytest="[pytest]\nfwparity_suite = own\n")
    (pytester.path / "test_upgraded.py").write_text(FILE.read_text())
    path = pytester.path / "new"
    path.write_text(f'#!/bin/sh\nPYTHONPATH={pytester.path}/upgrade:$PYTHONPATH exec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


def upgrade(pytester: pytest.Pytester, change: str) -> None:
    folder = pytester.path / "upgrade"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_HOOK + change)


def gate(pytester: pytest.Pytester, *options: str) -> tuple[int, list[str]]:
    """The exit status and the first screen of the gate's section."""
    result = pytester.runpytest_subprocess("--fwparity", "-p", "no:cacheprovider", *options)
    (start,) = (number for number, line in enumerate(result.outlines) if line.strip("= ") == "gate")
    return int(result.ret), result.outlines[start + 1 : start + 1 + SCREEN]


@pytest.mark.parametrize(
    ("change", "options", "lines"),
    [
        pytest.param(
            CONSTANT,
            ["-k", "Bent"],
            [
                "FAIL: 1 lost agreement, 1 left the budget (*",
                "fails: lost agreement: own:ops/Bent?default? agree float64, seed 0 (torch)",
                "    agree -> differ: leak: y*; torch changed, keras-tensorflow the same bits as before",
            ],
            id="a constant of gelu off by 1e-7",
        ),
        pytest.param(
            WARNING,
            ["-k", "Bent", "--fwparity-policy", "policy.toml"],
            ["FAIL: * new warning (*", "fails: new warning: own:ops/Bent*", "    DeprecationWarning: gelu(approx*"],
            id="a new deprecation",
        ),
        pytest.param(
            ARGUMENT,
            ["-k", "Normalised"],
            [
                "FAIL: 1 removed argument or symbol (*",
                "fails: removed argument or symbol: torch.nn.LayerNorm (torch)",
                "    *'bias'*",
            ],
            id="an argument removed",
        ),
        pytest.param(
            MEMORY,
            ["-k", "Large and torch"],
            [
                "FAIL: * more memory*",
                "fails: more memory: own:layers/Large*",
                "    peak memory of a call: 4.0 MiB -> 8.0 MiB",
            ],
            id="twice the memory",
        ),
        pytest.param(
            SLOWER,
            ["-k", "Large and torch and forward", "--fwparity-perf", "gate"],
            ["FAIL: * slower *", "fails: slower: own:layers/Large*", "    a call: *; 16 pairs of launches)"],
            id="half the speed",  # so much that other processes of a test run cannot hide it
        ),
    ],
)
def test_each_is_named_in_the_first_screen(
    pytester: pytest.Pytester, upgraded: str, change: str, options: list[str], lines: list[str]
) -> None:
    upgrade(pytester, change)
    (pytester.path / "policy.toml").write_text('[warnings]\ngate = ["DeprecationWarning"]\n')
    status, screen = gate(pytester, "--fwparity-candidate", f"torch@new={upgraded}", *options)
    assert status == 1
    pytest.LineMatcher(screen).fnmatch_lines(lines)


def test_nothing_changed_and_then_a_case_is_gone(pytester: pytest.Pytester, upgraded: str) -> None:
    options = ["--fwparity-perf", "off"]
    base = pytester.runpytest_subprocess("--fwparity", "-p", "no:cacheprovider", "--fwparity-record", "base", *options)
    assert base.ret == 0
    status, screen = gate(pytester, "--fwparity-against", "base", *options)
    assert status == 0
    pytest.LineMatcher(screen).fnmatch_lines(["PASS (*", "environment: the same", "results: * bitwise equal"])
    path = pytester.path / "test_upgraded.py"
    path.write_text(path.read_text().replace("class Normalised(LayerCase)", "class Normalised"))
    status, screen = gate(pytester, "--fwparity-against", "base", *options)
    assert status == 1
    pytest.LineMatcher(screen).fnmatch_lines(["FAIL: * vanished (*", "fails: vanished: own:layers/Normalised*"])


def test_a_bit_that_flips_in_a_soak(pytester: pytest.Pytester, upgraded: str) -> None:
    upgrade(pytester, FLIPS)
    result = pytester.runpytest_subprocess(
        *("--fwparity", "-p", "no:cacheprovider", "-k", "Bent and float64 or soak"),
        *("--fwparity-python", f"torch={upgraded}", "--fwparity-soak", "2m"),
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "a bit changed after *, in run * requests): own:ops/Bent?default? soak float32, seed 0",
            "  y?1, 2? on torch (cpu): *, bits 0x* -> 0x*",
            "  1 bit flipped in it (7); 1 of 24 elements changed",
        ]
    )
