"""An injected fault: a framework broken on purpose, in one way, so that the verdict can be seen to notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: what a fault's tier is called, and the check and parameters that must notice it
TIERS: dict[str, tuple[str, tuple[str, ...]]] = {
    **{dtype: ("agree", (dtype,)) for dtype in ("float64", "float32", "bfloat16", "float16")},
    **{policy: ("mixed", (policy,)) for policy in ("mixed_bfloat16", "mixed_float16")},
    "gradient": ("gradient", ("float64",)),
    "reload": ("reload", ("float32",)),
    "repeat": ("repeat", ("float32",)),
    "graph": ("compiled", ("float32", "graph")),
    "compiled": ("compiled", ("float32", "compiled")),
    "holds": ("holds", ("float32",)),
    "replicas": ("replicas", ("float64",)),
}

#: sets an attribute of a framework's object, until the request is answered: ``patch(owner, name, new)``
Patch = Callable[[Any, str, Any], None]


@dataclass(frozen=True)
class Fault:
    """One fault: ``function(framework, patch)`` breaks the framework of ``side`` while ``case`` is run there."""

    function: Callable[[Any, Patch], None]
    case: str
    side: str
    tier: str
    variant: str = "default"
    name: str = ""
    what: str = ""


def fault(
    *, case: str, side: str, tier: str = "float64", variant: str = "default"
) -> Callable[[Callable[[Any, Patch], None]], Fault]:
    """Declare a fault: the decorated function ``f(framework, patch)`` breaks it with ``patch(owner, name, new)``.

    Args:
        case: id of the case that must notice (``core:layers/Dense``).
        side: ``"keras"`` or ``"torch"``: whose framework is broken, and so who is to blame.
        tier: a key of :data:`TIERS`: which check must notice, and at which dtype.
        variant: id of the case's variant.
    """
    if tier not in TIERS or side not in ("keras", "torch"):
        raise ValueError(f"tier {tier!r} should be one of {list(TIERS)}, side {side!r} keras or torch")

    def mark(function: Callable[[Any, Patch], None]) -> Fault:
        return Fault(
            function=function,
            case=case,
            side=side,
            tier=tier,
            variant=variant,
            name=function.__name__,
            what=(function.__doc__ or "").strip().split("\n")[0],
        )

    return mark
