"""The text of an item that is not a plain pass."""

from __future__ import annotations

from pytest_fwparity.cases.base import describe
from pytest_fwparity.checks.question import Question
from pytest_fwparity.verdict.outcome import NOT_RUN, Verdict


def failure_text(question: Question, verdict: Verdict, again: str) -> str:
    """Outcome, kind and question first; then what is off; last the command that runs it again."""
    kind = f" ({verdict.kind})" if verdict.kind else ""
    lines = [f"{verdict.outcome}{kind}: {question.text}"]
    lines += [f"  {line}" for line in verdict.message.splitlines()]
    if question.ref.path:
        lines.append(f"  declared in {describe(question.ref.cls)}")
    notes = [f"  {name}: {text}" for name, text in verdict.notes.items()]
    return "\n".join([*lines, *notes, f"  run again: {again}"])


def skip_reason(verdict: Verdict) -> str:
    """``inconclusive: ...`` or ``not run: ...``."""
    return f"{verdict.outcome if verdict.outcome != NOT_RUN else 'not run'}: {verdict.message}"
