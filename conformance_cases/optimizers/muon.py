"""Muon: momentum made orthogonal by Newton-Schulz; AdamW for what is no matrix."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import in_torch, zeros
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from conformance_cases.optimizers.adam import AdamCase
from pytest_fwparity import OptimizerCase, difference, grid

_ROUNDED = "torch's own iteration rounds to bfloat16, so that any rounding before it turns its last bits"
_COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def _orthogonal(x: Any, epsilon: float, steps: int = 5) -> Any:
    """The quintic iteration of Jordan et al. (2024) from x / (|x| + epsilon), in the dtype of ``x``."""
    a, b, c = _COEFFICIENTS
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / ((x * x).sum() ** 0.5 + epsilon)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x


class MuonCase(OptimizerCase, abstract=True):
    """Two matrices, a tall one and a wide one; steps are 0.2 * sqrt(largest size) times an orthogonal matrix."""

    level = "standard"
    speed = None
    nesterov: bool = True
    weight_decay: float = 0.004
    slots = {"momentum": "momentum"}
    steps = 10

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"tall": rng.normal(size=(6, 4)), "wide": rng.normal(size=(3, 5))}

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        return [{"tall": rng.normal(size=(6, 4)), "wide": rng.normal(size=(3, 5))} for _ in range(self.steps)]

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Muon(1e-3, weight_decay=self.weight_decay or None, nesterov=self.nesterov)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = np.zeros_like(parameter)
        for g in gradients:
            m = 0.95 * m + g
            move = _orthogonal(g + 0.95 * m if self.nesterov else m, 1e-7)
            parameter = parameter * (1 - 1e-3 * self.weight_decay)
            parameter = parameter - 1e-3 * 0.2 * max(parameter.shape) ** 0.5 * move
            yield parameter


class Muon(MuonCase):
    """By hand in torch, whose own works in bfloat16."""

    without = {"*-bfloat16": "Keras on TensorFlow multiplies by a square root of float16 and raises"}
    variants = grid(nesterov=[True, False]) | grid(weight_decay=[0.1])

    def torch(self, torch: Any, params: Any) -> Any:
        def update(w: Any, g: Any, step: int, momentum: Any) -> Any:
            momentum = 0.95 * momentum + g
            move = _orthogonal(g + 0.95 * momentum if self.nesterov else momentum, 1e-7)
            w = w - w * self.weight_decay * 1e-3
            return w - 1e-3 * 0.2 * max(w.shape) ** 0.5 * move, {"momentum": momentum}

        return in_torch(torch, params, update, zeros(torch, "momentum"))


class MuonOfTorch(MuonCase):
    """``torch.optim.Muon``, whose momentum is 1 - 0.95 times Keras'."""

    variants = grid(nesterov=[True, False])
    without = dict.fromkeys(("*-float32", "*-bfloat16", "*-float16"), _ROUNDED)
    slots = {"momentum": "momentum_buffer"}

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"nesterov": self.nesterov, "adjust_lr_fn": "match_rms_adamw"}
        return torch.optim.Muon(params, 1e-3, self.weight_decay, 0.95, **options)

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        return {"momentum": state["momentum_buffer"] / (1 - 0.95)}

    @difference(
        replaces="torch_step",
        why="torch runs the iteration in bfloat16 whatever the dtype of the weights, and its epsilon is the least norm",
        source="torch/optim/_muon.py, _zeropower_via_newtonschulz; keras/src/optimizers/muon.py",
    )
    def iteration_in_full_precision(self, torch: Any, optimizer: Any, step: int) -> None:
        from torch.optim import _muon as muon

        stock = muon._zeropower_via_newtonschulz
        muon._zeropower_via_newtonschulz = lambda x, *options: _orthogonal(x, (1 - 0.95) * 1e-7)
        try:
            optimizer.step()
        finally:
            muon._zeropower_via_newtonschulz = stock


class MuonOnOthers(AdamCase):
    """What is no matrix, and a layer that is excluded by name, takes AdamW's step."""

    level = "standard"
    speed = None
    weight_decay: float = 0.004
    variants = grid(epsilon=[1e-7, 1e-3])

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"vector": rng.normal(size=12), "cube": rng.normal(size=(2, 3, 4)), "head": rng.normal(size=(6, 4))}

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        both = zip(gradients_away_from_zero(self, rng), gradients_away_from_zero(self, rng), strict=True)
        return [
            {"vector": one["vector"], "head": one["matrix"], "cube": two["matrix"].reshape(2, 3, 4)}
            for one, two in both
        ]

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Muon(
            1e-3, adam_weight_decay=self.weight_decay, epsilon=self.epsilon, exclude_layers=["head"]
        )

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.AdamW(params, 1e-3, (0.9, self.beta_2), self.epsilon, self.weight_decay)
