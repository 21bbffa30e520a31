"""Running means of the hinge losses."""

from conformance_cases.losses import hinge
from conformance_cases.metrics._running import RunningMean


class Hinge(RunningMean):
    """The running mean of the loss of that name."""

    of = hinge.Hinge


class SquaredHinge(RunningMean):
    """The running mean of the loss of that name."""

    of = hinge.SquaredHinge


class CategoricalHinge(RunningMean):
    """The running mean of the loss of that name."""

    of = hinge.CategoricalHinge
