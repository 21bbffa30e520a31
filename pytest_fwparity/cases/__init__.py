"""What is declared: one file per kind of case. Standard library and NumPy only; runs on Python 3.10 in a worker."""

from pytest_fwparity.cases.base import Case
from pytest_fwparity.cases.differences import Difference, difference
from pytest_fwparity.cases.errors import DefinitionError
from pytest_fwparity.cases.faults import Fault, fault
from pytest_fwparity.cases.function import FunctionCase
from pytest_fwparity.cases.helpers import distinct, same_pads
from pytest_fwparity.cases.initializer import InitializerCase
from pytest_fwparity.cases.layer import LayerCase
from pytest_fwparity.cases.loss import LossCase
from pytest_fwparity.cases.metric import MetricCase
from pytest_fwparity.cases.optimizer import OptimizerCase
from pytest_fwparity.cases.schedule import ScheduleCase
from pytest_fwparity.cases.training import TrainingCase
from pytest_fwparity.cases.variants import Variants, grid, named

KINDS: tuple[type[Case], ...] = (
    LayerCase,
    FunctionCase,
    LossCase,
    MetricCase,
    OptimizerCase,
    ScheduleCase,
    InitializerCase,
    TrainingCase,
)

__all__ = [
    "KINDS",
    "Case",
    "DefinitionError",
    "Difference",
    "Fault",
    "FunctionCase",
    "InitializerCase",
    "LayerCase",
    "LossCase",
    "MetricCase",
    "OptimizerCase",
    "ScheduleCase",
    "TrainingCase",
    "Variants",
    "difference",
    "distinct",
    "fault",
    "grid",
    "named",
    "same_pads",
]
