"""An optimizer: parameters and a fixed sequence of gradients."""

from __future__ import annotations

from typing import Any, ClassVar

from pytest_fwparity.cases.base import Case


class OptimizerCase(Case, abstract=True):
    """A Keras optimizer against one of ``torch.optim``: parameters and slots after every step."""

    kind = "optimizer"
    home = "optimizers"
    required = ("keras", "torch")
    hooks: ClassVar[dict[str, tuple[str, ...]]] = {
        "weights": ("rng",),
        "gradients": ("rng",),
        "keras": ("keras",),
        "torch": ("torch", "params"),
        "torch_step": ("torch", "optimizer", "step"),
        "torch_slots": ("torch", "optimizer", "parameter", "state"),
        "reference": ("parameter", "gradients"),
    }

    #: Keras slot name to the key in torch's ``optimizer.state[parameter]``
    slots: ClassVar[dict[str, str]] = {}
    #: number of steps
    steps: ClassVar[int] = 20

    def weights(self, rng: Any) -> dict[str, Any]:
        """The parameters."""
        return {"matrix": rng.normal(size=(6, 4)), "vector": rng.normal(size=12)}

    def gradients(self, rng: Any) -> list[dict[str, Any]]:
        """One dict per step, from parameter name to gradient."""
        return [{"matrix": rng.normal(size=(6, 4)), "vector": rng.normal(size=12)} for _ in range(self.steps)]

    def keras(self, keras: Any) -> Any:
        """The Keras optimizer."""
        raise AssertionError("required hook")

    def torch(self, torch: Any, params: Any) -> Any:
        """The torch optimizer, or a pair of it and a learning-rate scheduler that is stepped after each step."""
        raise AssertionError("required hook")

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        """One step, ``step`` counted from 0; the gradients stand in ``parameter.grad``."""
        optimizer.step()

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: dict[str, Any]) -> dict[str, Any]:
        """Keras slot name to value, from torch's state of one parameter; override where a slot needs sign or scale."""
        return {name: state[key] for name, key in self.slots.items()}
