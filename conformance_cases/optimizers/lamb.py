"""Lamb and Lion, which torch lacks."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import in_torch, rounded, zeros
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class Lamb(OptimizerCase):
    """You et al. (2019): Adam's step, decay included, as long as the parameter times the rate."""

    level = "standard"
    speed = None
    epsilon: float = 1e-7
    weight_decay: float = 0.0
    variants = grid(epsilon=[1e-7, 1e-3]) | grid(weight_decay=[0.1])
    without = {
        "*-bfloat16": "0.999 is 1 in bfloat16: Keras divides the second moment by 0, and its parameters never move"
    }
    slots = {"momentum": "m", "velocity": "v"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Lamb(1e-3, epsilon=self.epsilon, weight_decay=self.weight_decay or None)

    def torch(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, inside=True)

    def _by_hand(self, torch: Any, params: Any, inside: bool) -> Any:
        def update(w: Any, g: Any, step: int, m: Any, v: Any) -> Any:
            m, v = m + (g - m) * (1 - 0.9), v + (g * g - v) * (1 - 0.999)
            move = m / (1 - 0.9**step) / ((v / (1 - 0.999**step)) ** 0.5 + self.epsilon)
            if inside:
                move = move + self.weight_decay * w
            else:
                w = w - w * self.weight_decay * 1e-3
            return w - 1e-3 * (w.norm() / move.norm()) * move, {"m": m, "v": v}

        return in_torch(torch, params, update, zeros(torch, "m", "v"))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = v = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            m, v = 0.9 * m + (1 - 0.9) * g, 0.999 * v + (1 - 0.999) * g**2
            move = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + self.epsilon)
            parameter = parameter * (1 - 1e-3 * self.weight_decay)
            parameter = parameter - 1e-3 * np.sqrt(np.sum(parameter**2) / np.sum(move**2)) * move
            yield parameter

    @difference(
        replaces="torch",
        why="Keras decays the weights before the step, outside the trust ratio; the paper adds the decay to the step",
        source="keras/src/optimizers/lamb.py; You et al. 2019, algorithm 2",
        when=lambda case: case.weight_decay > 0,
    )
    def decay_outside_the_ratio(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, inside=False)


class Lion(OptimizerCase):
    """Chen et al. (2023): w -= rate * (sign(beta_1 m + (1 - beta_1) g) + decay * w)."""

    level = "standard"
    speed = None
    beta_1: float = 0.9
    weight_decay: float = 0.0
    variants = grid(beta_1=[0.9, 0.95]) | grid(weight_decay=[0.1])
    slots = {"momentum": "m"}

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        """Drawn so that no sign stands within a tenth of turning."""
        momentum = {"matrix": np.zeros((6, 4)), "vector": np.zeros(12)}
        steps = []
        for step in gradients_away_from_zero(self, rng):
            for name, g in step.items():
                old, new = self.beta_1 * momentum[name], (1 - self.beta_1) * g
                near = np.abs(old + new) < 0.1 * (np.abs(old) + np.abs(new))
                g[near] *= -1
                momentum[name] = 0.99 * momentum[name] + (1 - 0.99) * g
            steps.append(step)
        return steps

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Lion(1e-3, self.beta_1, weight_decay=self.weight_decay or None)

    def torch(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, self.beta_1, 0.99)

    def _by_hand(self, torch: Any, params: Any, beta_1: Any, beta_2: Any) -> Any:
        def update(w: Any, g: Any, step: int, m: Any) -> Any:
            move = (beta_1 * m + (1 - beta_1) * g).sign() + self.weight_decay * w
            return w - 1e-3 * move, {"m": beta_2 * m + (1 - beta_2) * g}

        return in_torch(torch, params, update, zeros(torch, "m"))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = np.zeros_like(parameter)
        for g in gradients:
            move = np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
            parameter, m = parameter - 1e-3 * (move + self.weight_decay * parameter), 0.99 * m + (1 - 0.99) * g
            yield parameter

    @difference(
        replaces="torch",
        why="Keras forms 1 - beta in the working dtype, which cancels for beta near 1",
        source="keras/src/optimizers/lion.py, update_step",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float32", "float16", "bfloat16"),
    )
    def betas_in_the_working_dtype(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, rounded(torch, self.beta_1), rounded(torch, 0.99))
