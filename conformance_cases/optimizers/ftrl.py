"""Follow the regularized leader, which torch lacks."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import in_torch
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, grid


class Ftrl(OptimizerCase):
    """McMahan et al. (2013): w = -soft(z, l1) / ((beta + n**p) / rate + 2 l2), p = -learning_rate_power."""

    level = "standard"
    speed = None
    power: float = -0.5
    initial: float = 0.1
    l1: float = 0.0
    l2: float = 0.0
    shrinkage: float = 0.0
    beta: float = 0.0
    variants = (
        grid(l1=[0.0, 0.1])
        | grid(l2=[0.01], shrinkage=[0.01], beta=[1.0])
        | grid(power=[-0.7], initial=[1.0], l1=[0.1])
    )
    slots = {"accumulator": "n", "linear": "z"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Ftrl(0.05, self.power, self.initial, self.l1, self.l2, self.shrinkage, self.beta)

    def torch(self, torch: Any, params: Any) -> Any:
        def update(w: Any, g: Any, step: int, n: Any, z: Any) -> Any:
            more = n + g * g
            p = -self.power
            z = z + g + 2 * self.shrinkage * w - (more**p - n**p) / 0.05 * w
            scale = (more**p + self.beta) / 0.05 + 2 * self.l2
            return (z.clamp(-self.l1, self.l1) - z) / scale, {"n": more, "z": z}

        def start(w: Any) -> Any:
            return {"n": torch.full_like(w, self.initial), "z": torch.zeros_like(w)}

        return in_torch(torch, params, update, start)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        n, z, p = np.full_like(parameter, self.initial), np.zeros_like(parameter), -self.power
        for g in gradients:
            z = z + g + 2 * self.shrinkage * parameter - ((n + g**2) ** p - n**p) / 0.05 * parameter
            n = n + g**2
            soft = np.sign(z) * np.maximum(np.abs(z) - self.l1, 0)
            parameter = -soft / ((n**p + self.beta) / 0.05 + 2 * self.l2)
            yield parameter
