"""A function: an activation, an operation; no weights."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class FunctionCase(Case, abstract=True):
    """A function of Keras against one of PyTorch; outputs and gradients by every floating input are compared."""

    kind = "function"
    home = "ops"
    required = ("keras", "torch", "inputs")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "inputs": ("rng",),
        "keras": ("keras", "*inputs"),
        "torch": ("torch", "*torch_inputs"),
        "torch_inputs": ("torch", "*inputs"),
        "torch_outputs": ("torch", "*outputs"),
        "reference": ("*inputs",),
        "exact": ("mpmath", "*inputs"),
        "margin": ("*inputs",),
    }

    #: names of what the function returns, in order
    outputs: ClassVar[tuple[str, ...]] = ("y",)

    def inputs(self, rng: Any) -> dict[str, Any]:
        """Name to NumPy array (or a nesting of dicts and lists of them)."""
        raise AssertionError("required hook")

    def keras(self, keras: Any, *_: Any, **inputs: Any) -> Any:
        """What Keras returns."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, *_: Any, **inputs: Any) -> Any:
        """What PyTorch returns."""
        raise AssertionError("required hook")

    def torch_inputs(self, torch: Any, *_: Any, **inputs: Any) -> dict[str, Any]:
        """Layout of the inputs."""
        return inputs

    def torch_outputs(self, torch: Any, *_: Any, **outputs: Any) -> dict[str, Any]:
        """Layout of the outputs, back to Keras'."""
        return outputs
