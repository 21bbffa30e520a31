"""Do Keras and PyTorch still compute the same thing? A pytest plugin and a conformance suite.

The public names are what a file of cases needs; importing this package imports nothing else until one of them is
used, so that the plugin costs a plain ``pytest`` run nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_fwparity.cases import (
        Case,
        DefinitionError,
        Fault,
        FunctionCase,
        InitializerCase,
        LayerCase,
        LossCase,
        MetricCase,
        OptimizerCase,
        ScheduleCase,
        TrainingCase,
        Variants,
        difference,
        distinct,
        fault,
        grid,
        named,
        same_pads,
    )

__version__ = "0.1.0"

__all__ = [
    "Case",
    "DefinitionError",
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
    "__version__",
    "difference",
    "distinct",
    "fault",
    "grid",
    "named",
    "same_pads",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pytest_fwparity import cases

        return getattr(cases, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
