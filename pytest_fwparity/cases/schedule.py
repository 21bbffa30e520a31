"""A learning-rate schedule."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class ScheduleCase(Case, abstract=True):
    """A Keras schedule against a ``torch.optim.lr_scheduler``: the rate used at every step."""

    kind = "schedule"
    home = "schedules"
    speed = None
    required = ("keras", "torch")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "keras": ("keras",),
        "torch": ("torch", "optimizer"),
        "reference": ("step",),
    }

    #: number of steps
    steps: ClassVar[int] = 30
    #: learning rate of the torch optimizer before the scheduler is made
    base_rate: ClassVar[float] = 0.1

    def keras(self, keras: Any) -> Any:
        """The Keras schedule, a function of the step."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, optimizer: Any) -> Any:
        """The torch scheduler over ``optimizer`` (plain SGD at ``base_rate``)."""
        raise AssertionError("required hook")
