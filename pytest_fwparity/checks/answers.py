"""What sides answered, as the verdict's plain data or as the verdict where one gave nothing."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pytest_fwparity.sides.pool import Answer
from pytest_fwparity.sides.process import Failure
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import BROKEN, NOT_RUN, Verdict


def in_range(version: str, wanted: str) -> bool:
    """Whether a release lies in a range such as ``">=3.3,<3.13"``.

    A pre-release counts as the release it leads to and a local version as the public one; a version that cannot be read
    lies in every range.
    """
    try:
        return SpecifierSet(wanted).contains(Version(Version(version).base_version), prereleases=True)
    except InvalidVersion:
        return True


def measured(name: str, reply: Reply) -> Measured:
    """A reply as the verdict's plain data."""
    return Measured(side=name, arrays=reply.arrays, dtypes=reply.dtypes, no_gradient=reply.no_gradient)


def failures(answers: Mapping[str, Answer]) -> dict[str, Failure]:
    return {name: answer for name, answer in answers.items() if isinstance(answer, Failure)}


def replies(answers: Mapping[str, Answer]) -> dict[str, Reply]:
    return {name: answer for name, answer in answers.items() if isinstance(answer, Reply)}


def trouble(answers: Mapping[str, Answer]) -> Verdict | None:
    """The verdict where a side gave no reply, or left global state dirty; None where all is well."""
    bad = failures(answers)
    if bad:
        return broken(bad)
    dirty = {name: reply.leaks for name, reply in replies(answers).items() if reply.leaks}
    if not dirty:
        return None
    lines = [f"the case left global state changed on {name}: {'; '.join(leaks)}" for name, leaks in dirty.items()]
    if any(replies(answers)[name].info.get("local") for name in dirty):
        what = "the side runs in pytest's own process: other items may be touched"
    else:
        what = "the worker was replaced, so that no other item is touched"
    lines.append(f"restore it in the hook that changes it ({what})")
    return Verdict(outcome=BROKEN, kind="dirty", message="\n".join(lines))


def broken(bad: Mapping[str, Failure]) -> Verdict:
    """One verdict for the sides that gave no reply."""
    first = next(iter(bad.values()))
    if all(failure.kind == "unsupported" for failure in bad.values()):
        return Verdict(outcome=NOT_RUN, kind="unsupported", message="; ".join(f.message for f in bad.values()))
    parts = []
    for failure in bad.values():
        parts.append(failure.message)
        if failure.traceback and failure.kind != "yours":
            parts += [f"  {line}" for line in failure.traceback.rstrip().splitlines()]
        if failure.log and failure.kind != "yours":
            parts.append(f"printed by the worker meanwhile:\n{failure.log}")
    return Verdict(outcome=BROKEN, kind=first.kind, message="\n".join(parts))
