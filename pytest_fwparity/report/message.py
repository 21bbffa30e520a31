"""The text of an item that is not a plain pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_fwparity.cases.base import describe
from pytest_fwparity.checks.question import Question
from pytest_fwparity.verdict.outcome import NOT_RUN, Verdict

#: lines shown of what a side printed
_LINES = 8


def failure_text(question: Question, verdict: Verdict, again: str, printed: Mapping[str, Sequence[str]]) -> str:
    """Outcome, kind and question first; then what is off; then the command that runs it again; last what was printed."""
    kind = f" ({verdict.kind})" if verdict.kind else ""
    lines = [f"{verdict.outcome}{kind}: {question.text}"]
    lines += [f"  {line}" for line in verdict.message.splitlines()]
    if question.ref.path:
        lines.append(f"  declared in {describe(question.ref.cls)}")
    notes = [f"  {name}: {text}" for name, text in verdict.notes.items()]
    told = []
    for side, texts in printed.items():
        shown = "\n".join(texts).splitlines()
        told.append(f"  printed by {side} meanwhile" + (f" (the last {_LINES} lines):" if len(shown) > _LINES else ":"))
        told += [f"    {line}" for line in shown[-_LINES:]]
    return "\n".join([*lines, *notes, f"  run again: {again}", *told])


def skip_reason(verdict: Verdict) -> str:
    """``inconclusive: ...`` or ``not run: ...``."""
    return f"{verdict.outcome if verdict.outcome != NOT_RUN else 'not run'}: {verdict.message}"
