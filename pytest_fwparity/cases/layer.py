"""A layer: something built once, with weights, then called."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class LayerCase(Case, abstract=True):
    """A Keras layer against a ``torch.nn.Module`` (or a plain function of inputs and weights).

    Inputs and weights are NumPy arrays in Keras' layout. Each output, each gradient by a floating input or weight and
    each state after a call is compared.
    """

    kind = "layer"
    home = "layers"
    required = ("keras", "torch", "inputs")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "inputs": ("rng",),
        "weights": ("rng",),
        "keras": ("keras",),
        "keras_call": ("keras", "layer", "*inputs"),
        "keras_weights": ("layer",),
        "torch": ("torch",),
        "torch_call": ("torch", "module", "*torch_inputs"),
        "torch_weights": ("torch", "*weights"),
        "torch_inputs": ("torch", "*inputs"),
        "torch_outputs": ("torch", "*outputs"),
        "reference": ("*inputs", "*weights"),
        "exact": ("mpmath", "*inputs"),
        "margin": ("*inputs", "*weights"),
        "holds": ("**everything",),
    }

    #: names of what a call returns, in order
    outputs: ClassVar[tuple[str, ...]] = ("y",)
    #: number of calls in sequence; the state that one leaves is the state of the next
    calls: ClassVar[int] = 1

    def inputs(self, rng: Any) -> dict[str, Any]:
        """Name to NumPy array (or a nesting of dicts and lists of them) for one call."""
        raise AssertionError("required hook")

    def weights(self, rng: Any) -> dict[str, Any]:
        """Name to NumPy array in Keras' layout; a state (moving statistics) is a weight that is not trained.

        A name is the last segments of exactly one Keras variable path, ``/`` read as ``_``.
        """
        return {}

    def keras(self, keras: Any) -> Any:
        """The Keras layer, not yet called."""
        raise AssertionError("required hook")

    def torch(self, torch: Any) -> Any:
        """The torch module, or a function ``f(**inputs, **weights)``."""
        raise AssertionError("required hook")

    def keras_call(self, keras: Any, layer: Any, *_: Any, **inputs: Any) -> Any:
        """How the layer is called: one input by position, several by keyword."""
        return call(layer, inputs)

    def torch_call(self, torch: Any, module: Any, *_: Any, **inputs: Any) -> Any:
        """How the module is called: one input by position, several by keyword. This is what is timed."""
        return call(module, inputs)

    def torch_weights(self, torch: Any, *_: Any, **weights: Any) -> dict[str, Any]:
        """Keras layout to torch layout: parameter or buffer name to tensor. It only permutes, reshapes, joins, fills."""
        return weights

    def torch_inputs(self, torch: Any, *_: Any, **inputs: Any) -> dict[str, Any]:
        """Layout of the inputs (channels last to channels first); never timed."""
        return inputs

    def torch_outputs(self, torch: Any, *_: Any, **outputs: Any) -> dict[str, Any]:
        """Layout of the outputs, back to Keras'; never timed."""
        return outputs


def call(target: Any, inputs: dict[str, Any]) -> Any:
    """One input by position, several by keyword."""
    if len(inputs) == 1:
        return target(*inputs.values())
    return target(**inputs)
