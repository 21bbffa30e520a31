"""What functions with a name of their own on every side have in common."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, grid


class Named(FunctionCase, abstract=True):
    """A function as ``keras.activations.f`` and ``torch.nn.functional.f``, or as a layer and a module.

    ``names`` holds the three: in ``keras.activations``, in ``torch.nn.functional``, in ``torch.nn``.
    """

    form: str = "function"
    names = ("", "", "")
    variants = grid(form=["function", "layer"])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(scale=2.0, size=(5, 7))}

    def keras(self, keras: Any, x: Any) -> Any:
        name, _, _ = self.names
        return keras.layers.Activation(name)(x) if self.form == "layer" else getattr(keras.activations, name)(x)

    def torch(self, torch: Any, x: Any) -> Any:
        _, function, module = self.names
        return getattr(torch.nn, module)()(x) if self.form == "layer" else getattr(torch.nn.functional, function)(x)
