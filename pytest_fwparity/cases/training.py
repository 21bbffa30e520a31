"""A training: ``compile`` and ``fit`` against the explicit PyTorch loop."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class TrainingCase(Case, abstract=True):
    """A compiled Keras model against a torch module, optimizer and loss: loss and weights after every batch.

    The input named ``target`` is what the loss compares with; batches are taken in order, never shuffled.
    """

    kind = "training"
    home = "training"
    required = ("inputs", "weights", "keras", "torch", "torch_optimizer", "torch_loss")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "inputs": ("rng",),
        "weights": ("rng",),
        "keras": ("keras",),
        "keras_weights": ("model",),
        "torch": ("torch",),
        "torch_optimizer": ("torch", "params"),
        "torch_loss": ("torch", "y", "target"),
        "torch_weights": ("torch", "*weights"),
        "torch_inputs": ("torch", "*inputs"),
        "torch_step": ("torch", "optimizer", "step"),
    }

    #: samples in a batch and number of batches
    batch: ClassVar[int] = 8
    steps: ClassVar[int] = 10
    #: Keras dtype policy of the mixed-precision check: "mixed_bfloat16" or "mixed_float16"
    precision: ClassVar[str] = ""
    #: float16 loss scale at the start, and the number of good steps after which it doubles
    scale: ClassVar[float] = 1024.0
    growth: ClassVar[int] = 2
    #: steps (from 0) whose gradients overflow in float16, so that the step must be left out
    overflow: ClassVar[tuple[int, ...]] = ()

    def inputs(self, rng: Any) -> dict[str, Any]:
        """``{"x": ..., "target": ...}``; ``batch * steps`` samples along the first axis."""
        raise AssertionError("required hook")

    def weights(self, rng: Any) -> dict[str, Any]:
        """Every weight of the model, as for a layer."""
        raise AssertionError("required hook")

    def keras(self, keras: Any) -> Any:
        """The compiled Keras model."""
        raise AssertionError("required hook")

    def torch(self, torch: Any) -> Any:
        """The torch module."""
        raise AssertionError("required hook")

    def torch_optimizer(self, torch: Any, params: Any) -> Any:
        """The torch optimizer over ``params``."""
        raise AssertionError("required hook")

    def torch_loss(self, torch: Any, y: Any, target: Any) -> Any:
        """The mean loss of one batch."""
        raise AssertionError("required hook")

    def torch_weights(self, torch: Any, *_: Any, **weights: Any) -> dict[str, Any]:
        """Keras layout to torch layout."""
        return weights

    def torch_inputs(self, torch: Any, *_: Any, **inputs: Any) -> dict[str, Any]:
        """Layout of the inputs and the target of one batch."""
        return inputs

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        """One step, ``step`` counted from 0."""
        optimizer.step()
