"""Which worker of a side answers: the plain one has no role."""

from __future__ import annotations

#: the worker in which float64 is float64, and the one that meets the cases in another order
PURE, SECOND = "pure", "second"
