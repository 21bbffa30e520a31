"""Adamax and Nadam."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import path_of, rounded
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class Adamax(OptimizerCase):
    """Adam with the largest gradient, slowly forgotten, in the place of the second moment."""

    level = "standard"
    speed = None
    epsilon: float = 1e-7
    beta_2: float = 0.999
    path: str = "default"
    variants = grid(epsilon=[1e-7, 1e-3]) | grid(beta_2=[0.9], path=["foreach"])
    slots = {"momentum": "exp_avg", "norm": "exp_inf"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adamax(1e-3, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adamax(params, 1e-3, (0.9, self.beta_2), self.epsilon, **path_of(self.path))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = u = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            m, u = 0.9 * m + (1 - 0.9) * g, np.maximum(self.beta_2 * u, np.abs(g))
            parameter = parameter - 1e-3 * m / ((1 - 0.9**step) * (u + self.epsilon))
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras adds epsilon to the norm as it divides; torch adds it to |g|, inside the maximum",
        source="keras/src/optimizers/adamax.py, update_step; torch.optim.Adamax documentation",
    )
    def epsilon_outside_the_maximum(self, torch: Any, optimizer: Any, step: int) -> None:
        with torch.no_grad():
            for parameter in optimizer.param_groups[0]["params"]:
                g, state = parameter.grad, optimizer.state[parameter]
                m, u = (state.setdefault(name, torch.zeros_like(g)) for name in ("exp_avg", "exp_inf"))
                m.lerp_(g, 1 - 0.9)
                torch.maximum(u * self.beta_2, g.abs(), out=u)
                parameter.sub_(1e-3 / (1 - 0.9 ** (step + 1)) * m / (u + self.epsilon))


class Nadam(OptimizerCase):
    """Adam with Nesterov's momentum on Dozat's schedule, 0.96**t; torch stretches it by its momentum_decay."""

    level = "standard"
    speed = None
    epsilon: float = 1e-7
    beta_2: float = 0.999
    weight_decay: float = 0.0
    path: str = "default"
    variants = grid(epsilon=[1e-7, 1e-3], beta_2=[0.999]) | grid(beta_2=[0.99], weight_decay=[0.01], path=["foreach"])
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq"}
    without = {"*-bfloat16": "Keras raises on torch, and elsewhere 0.999 is 1 in bfloat16: the second moment is 0 / 0"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Nadam(1e-3, 0.9, self.beta_2, self.epsilon, self.weight_decay or None)

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"weight_decay": self.weight_decay, "decoupled_weight_decay": True, **path_of(self.path)}
        return torch.optim.NAdam(params, 1e-3, (0.9, self.beta_2), self.epsilon, momentum_decay=1.0, **options)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = v = np.zeros_like(parameter)
        product = 1.0
        for step, g in enumerate(gradients, 1):
            now, later = (0.9 * (1 - 0.5 * 0.96**t) for t in (step, step + 1))
            product *= now
            m, v = 0.9 * m + (1 - 0.9) * g, self.beta_2 * v + (1 - self.beta_2) * g**2
            ahead = later * m / (1 - product * later) + (1 - now) * g / (1 - product)
            parameter = parameter * (1 - 1e-3 * self.weight_decay)
            parameter = parameter - 1e-3 * ahead / (np.sqrt(v / (1 - self.beta_2**step)) + self.epsilon)
            yield parameter

    def _with_rounded_betas(self, torch: Any, optimizer: Any, step: int) -> None:
        step += 1
        with torch.no_grad():
            for parameter in optimizer.param_groups[0]["params"]:
                g, state = parameter.grad, optimizer.state[parameter]
                beta_1, beta_2 = rounded(torch, 0.9), rounded(torch, self.beta_2)
                m, v = (state.setdefault(name, torch.zeros_like(g)) for name in ("exp_avg", "exp_avg_sq"))
                m.add_((g - m) * (1 - beta_1))
                v.add_((g * g - v) * (1 - beta_2))
                now, later = (beta_1 * (1 - 0.5 * rounded(torch, 0.96) ** t) for t in (step, step + 1))
                state["product"] = state.get("product", 1.0) * now
                ahead = later * m / (1 - state["product"] * later) + (1 - now) * g / (1 - state["product"])
                parameter.mul_(1 - 1e-3 * self.weight_decay)
                parameter.sub_(1e-3 * ahead / ((v / (1 - beta_2**step)).sqrt() + self.epsilon))

    @difference(
        replaces="torch_step",
        why="Keras forms 1 - beta in the working dtype, which cancels for beta near 1; torch in Python's float64",
        source="keras/src/optimizers/nadam.py, update_step",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float16",),
    )
    def betas_in_float16(self, torch: Any, optimizer: Any, step: int) -> None:
        self._with_rounded_betas(torch, optimizer, step)

    @difference(
        replaces="torch_step",
        why="Keras forms 1 - beta in the working dtype, which cancels for beta near 1; torch in Python's float64",
        source="keras/src/optimizers/nadam.py, update_step",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float32",),
        when=lambda case: case.beta_2 > 0.99,
    )
    def betas_in_float32(self, torch: Any, optimizer: Any, step: int) -> None:
        self._with_rounded_betas(torch, optimizer, step)
