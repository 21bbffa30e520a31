"""Faults that need no arithmetic: what is missing, of another shape or dtype, or proves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from pytest_fwparity.verdict.measured import NOTHING, Declared, Measured, base_name, kind_of
from pytest_fwparity.verdict.outcome import Finding


def pair_up(left: Measured, right: Measured) -> list[Finding]:
    """Names, shapes and kinds of dtype that do not match."""
    found = []
    for one, other in ((left, right), (right, left)):
        for name in one.arrays:
            if name not in other.arrays:
                found.append(
                    Finding(
                        name=name,
                        fault="missing",
                        lines=(
                            f"{name!r} is missing on {other.side}, which gives {sorted(other.arrays)}",
                            f"{one.side} gives {sorted(one.arrays)}",
                        ),
                    )
                )
    for name, value in left.arrays.items():
        twin = right.arrays.get(name)
        if twin is None:
            continue
        if value.shape != twin.shape:
            lines = (f"{name!r} has shape {value.shape} on {left.side}, but {twin.shape} on {right.side}",)
            found.append(Finding(name=name, fault="shape", lines=lines))
        elif kind_of(value) != kind_of(twin):
            lines = (f"{name!r} is {value.dtype} on {left.side}, but {twin.dtype} on {right.side}",)
            found.append(Finding(name=name, fault="dtype", lines=lines))
    return found


def dtype_faults(measured: Measured, dtype: str) -> list[Finding]:
    """Floating results whose dtype is not the one asked for."""
    return [
        Finding(name=name, fault="dtype", lines=(f"{name!r} is {kind} on {measured.side}, but should be {dtype}",))
        for name, kind in measured.dtypes.items()
        if "float" in kind and kind != dtype
    ]


def vacuous(sides: Sequence[Measured], declared: Declared = NOTHING) -> list[Finding]:
    """Results that prove nothing: zero, constant or without a finite element on every side, over all calls and steps."""
    found = []
    groups: dict[str, list[np.ndarray]] = {}
    for measured in sides:
        for name, value in measured.arrays.items():
            groups.setdefault(base_name(name), []).append(value)
    for name, values in groups.items():
        filled = [value for value in values if value.size]
        floats = [value for value in filled if value.dtype.kind == "f"]
        if floats and not any(np.isfinite(value).any() for value in floats):
            lines: tuple[str, ...] = (
                f"{name!r} has no finite element on any side: nothing was compared",
                "give inputs that it can bear",
            )
            found.append(Finding(name=name, fault="vacuous", lines=lines))
        elif floats and name not in declared.vanishing and not any(np.any(value) for value in floats):
            none = [measured.side for measured in sides if any(base_name(n) == name for n in measured.no_gradient)]
            why = f"; there is no gradient at all on {' and '.join(none)}" if none else ""
            lines = (
                f"{name!r} is 0 everywhere on every side{why}: nothing was compared",
                f"give inputs that move it, or declare vanishing = ({name!r},)",
            )
            found.append(Finding(name=name, fault="vacuous", lines=lines))
        elif name not in declared.vanishing:
            found += _constant(name, filled, name in declared.constant)
    found += _undelivered("vanishing", declared.vanishing, groups)
    found += _undelivered("constant", declared.constant, groups)
    if not any(value.size for measured in sides for value in measured.arrays.values()):
        found.append(Finding(name="", fault="vacuous", lines=("no tensor was compared: no side gave any element",)))
    return found


def _constant(name: str, values: Sequence[np.ndarray], declared: bool) -> list[Finding]:
    """A result of several elements that are all the same agrees by chance; a declaration of one must be true."""
    if not any(value.size > 1 for value in values):
        return []
    first = values[0].flat[0]
    constant = all(bool(np.all(value == first)) for value in values)
    if constant and not declared:
        lines = (
            f"{name!r} is {first} everywhere on every side: that they agree proves little",
            f"give inputs that tell its elements apart, or declare constant = ({name!r},)",
        )
        return [Finding(name=name, fault="vacuous", lines=lines)]
    if declared and not constant:
        other = next(value[value != first].flat[0] for value in values if np.any(value != first))
        text = f"{name!r} is declared constant, but is {first} here and {other} there; remove the declaration"
        return [Finding(name=name, fault="constant", lines=(text,))]
    return []


def _undelivered(fact: str, names: Iterable[str], groups: Iterable[str]) -> list[Finding]:
    """A declaration about a result that does not exist says nothing."""
    known = list(groups)
    return [
        Finding(
            name=name, fault=fact, lines=(f"{fact} names {name!r}, but the results are {sorted(known)}; correct it",)
        )
        for name in names
        if known and name not in known
    ]


def lone_gradients(left: Measured, right: Measured) -> list[Finding]:
    """A gradient that is missing on one side and not zero on the other."""
    found = []
    for one, other in ((left, right), (right, left)):
        for name in one.no_gradient:
            twin = other.arrays.get(name)
            if twin is not None and np.any(twin):
                found.append(
                    Finding(
                        name=name,
                        fault="gradient",
                        lines=(
                            f"{name!r} does not exist on {one.side} (nothing connects it to the outputs), "
                            f"but is up to {np.max(np.abs(twin)):.3g} on {other.side}",
                        ),
                    )
                )
    return found
