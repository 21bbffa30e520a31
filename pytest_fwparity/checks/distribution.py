"""Do the sides draw from the same distribution, and nothing that it cannot give?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pytest_fwparity.cases import Difference
from pytest_fwparity.cases.streams import Streams
from pytest_fwparity.checks.answers import measured, replies, trouble
from pytest_fwparity.checks.lab import Lab, in_place
from pytest_fwparity.checks.question import Question
from pytest_fwparity.sides.wire import Reply
from pytest_fwparity.verdict.distribution import same_distribution, within
from pytest_fwparity.verdict.judgement import decide
from pytest_fwparity.verdict.measured import Measured
from pytest_fwparity.verdict.outcome import AGREE, KNOWN, NOT_RUN, Finding, Verdict
from pytest_fwparity.verdict.pairing import dtype_faults, pair_up


def distribution(question: Question, lab: Lab, dtype: str) -> Verdict:
    """Every side against the first, by the Kolmogorov-Smirnov test; and each alone against the case's ``support``."""
    answers = lab.every(question, lab.draw(question), dtype=dtype)
    bad = trouble(answers)
    if bad is not None:
        return bad
    case: Any = question.case()
    first, *others = [measured(name, reply) for name, reply in replies(answers).items()]
    if not others:
        text = f"only side {first.side!r} is on: a comparison of distributions needs two sides"
        return Verdict(outcome=NOT_RUN, kind="one side", message=text)
    found = [*dtype_faults(first, dtype), *within(first, case.support)]
    reproduced: list[Difference] = []
    mended: list[Difference] = []
    for other in others:
        found += dtype_faults(other, dtype)
        parts = _pair(first, other, case.support)
        known = lab.differences(question, case, other.side, "float64")
        if known and not any(part.fault for part in parts):
            mended += known
        elif known:
            request = lab.request(question, lab.draw(question), dtype=dtype, **in_place(known))
            (answer,) = lab.ask({(first.side, lab.role(first.side, request)): [request]})[
                first.side, lab.role(first.side, request)
            ]
            if not isinstance(answer, Reply):
                return trouble({first.side: answer}) or Verdict(outcome=NOT_RUN)
            follows = measured(first.side, answer)
            # What the code gives beyond the support, the side may.
            beyond = any(part.fault for part in within(follows, case.support))
            parts = _pair(follows, other, None if beyond else case.support)
            reproduced += known
        found += parts
    return _known(_blamed(question, decide(found), [first, *others]), reproduced, mended)


def _pair(left: Measured, right: Measured, support: tuple[float, float] | None) -> list[Finding]:
    return [*within(right, support), *(pair_up(left, right) or same_distribution(left, right))]


def _known(verdict: Verdict, reproduced: Sequence[Difference], mended: Sequence[Difference]) -> Verdict:
    if verdict.outcome != AGREE or not (reproduced or mended):
        return verdict
    if reproduced:
        why = "; ".join(dict.fromkeys(entry.why for entry in reproduced))
        return replace(verdict, outcome=KNOWN, kind="reproduced", message=why)
    names = list(dict.fromkeys(entry.name for entry in mended))
    text = f"the declared differences {names} are no longer needed: all sides agree without them; remove them"
    return replace(verdict, outcome=KNOWN, kind="mended", message=text)


def _blamed(question: Question, verdict: Verdict, sides: list[Measured]) -> Verdict:
    """Which side is not distributed as the case's reference says: a sample of NumPy's, judged by the same test."""
    case: Any = question.case()
    if verdict.kind == "support":
        off = tuple(dict.fromkeys(finding.side for finding in verdict.findings if finding.fault == "support"))
        return replace(verdict, blamed=off, blamed_by="reference")
    if verdict.kind != "distribution" or not hasattr(case, "reference"):
        return verdict
    drawn = case.reference(Streams(question.seed, question.ref.case_id, "reference"))
    expected = Measured(side="the NumPy reference", arrays={"values": np.asarray(drawn, np.float64)})
    off = tuple(side.side for side in sides if same_distribution(side, expected)[0].fault)
    right = [side.side for side in sides if side.side not in off]
    line = f"blame: {expected.side} is distributed as {' and '.join(right) or 'no side'}, not as {' and '.join(off)}"
    return replace(verdict, message=f"{verdict.message}\n{line}", blamed=off, blamed_by="reference")
