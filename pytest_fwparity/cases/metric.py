"""A metric: a sequence of updates."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class MetricCase(Case, abstract=True):
    """A stateful Keras metric against a PyTorch function of everything seen so far, after each update."""

    kind = "metric"
    home = "metrics"
    required = ("updates", "keras", "torch")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "updates": ("rng",),
        "keras": ("keras",),
        "torch": ("torch", "*update"),
        "reference": ("*update",),
    }

    def updates(self, rng: Any) -> list[dict[str, Any]]:
        """The keyword arguments of each ``update_state``: ``y_true``, ``y_pred`` and perhaps ``sample_weight``."""
        raise AssertionError("required hook")

    def keras(self, keras: Any) -> Any:
        """The Keras metric."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, *_: Any, **seen: Any) -> Any:
        """The value over all updates so far, each array joined along its first axis."""
        raise AssertionError("required hook")
