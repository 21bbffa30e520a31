"""An initializer: equal in distribution, not in bits."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class InitializerCase(Case, abstract=True):
    """A Keras initializer against one of ``torch.nn.init``: a two-sample Kolmogorov-Smirnov test."""

    kind = "initializer"
    home = "initializers"
    speed = None
    required = ("keras", "torch")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "keras": ("keras",),
        "torch": ("torch", "tensor"),
        "reference": ("rng",),
    }

    #: shape in Keras' layout (..., inputs, outputs); torch fills (outputs, inputs, ...)
    shape: ClassVar[tuple[int, ...]] = (400, 500)
    #: least and largest value that may be drawn, where there are such; each value is asked
    support: ClassVar[tuple[float, float] | None] = None

    def keras(self, keras: Any) -> Any:
        """The Keras initializer, with a fixed seed."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, tensor: Any) -> None:
        """Fill ``tensor`` in place."""
        raise AssertionError("required hook")
