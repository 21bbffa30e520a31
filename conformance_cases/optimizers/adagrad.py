"""Adagrad and Adadelta: rates that shrink by the squares seen so far."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import path_of
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class Adagrad(OptimizerCase):
    """w -= rate * g / sqrt(0.1 + epsilon + sum of g**2); torch's own epsilon is outside the root, and 0 here."""

    speed = None
    epsilon: float = 1e-7
    initial: float = 0.1
    rate_decay: float = 0.0
    path: str = "default"
    variants = grid(epsilon=[1e-7, 1e-3]) | grid(initial=[1.0], rate_decay=[0.01]) | grid(path=["foreach", "fused"])
    quick = ("default", "epsilon=0.001")
    slots = {"accumulator": "sum"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        rate: Any = 0.01
        if self.rate_decay:
            rate = keras.optimizers.schedules.InverseTimeDecay(0.01, 1, self.rate_decay)
        return keras.optimizers.Adagrad(rate, self.initial, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"initial_accumulator_value": self.initial + self.epsilon, "eps": 0.0, **path_of(self.path)}
        return torch.optim.Adagrad(params, 0.01, self.rate_decay, **options)

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        return {"accumulator": state["sum"] - self.epsilon}

    def reference(self, parameter: Any, gradients: Any) -> Any:
        total = np.full_like(parameter, self.initial)
        for step, g in enumerate(gradients):
            total = total + g**2
            parameter = parameter - 0.01 / (1 + step * self.rate_decay) * g / np.sqrt(total + self.epsilon)
            yield parameter


class Adadelta(OptimizerCase):
    """Each step is as long as past steps: w -= rate * sqrt(d + epsilon) / sqrt(v + epsilon) * g."""

    level = "standard"
    speed = None
    rho: float = 0.95
    epsilon: float = 1e-7
    weight_decay: float = 0.0
    path: str = "default"
    variants = grid(rho=[0.95, 0.9], epsilon=[1e-7]) | grid(epsilon=[1e-3], weight_decay=[0.01], path=["foreach"])
    slots = {"accumulated_grad": "square_avg", "accumulated_delta_var": "acc_delta"}
    without = {"default-float16": "the square of a step of 1e-4 is below the normal numbers of float16"}
    without |= {"rho=0.9-float16": "the square of a step of 1e-4 is below the normal numbers of float16"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adadelta(0.1, self.rho, self.epsilon, weight_decay=self.weight_decay or None)

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"weight_decay": self.weight_decay, **path_of(self.path)}
        return torch.optim.Adadelta(params, 0.1, self.rho, self.epsilon, **options)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        square = moved = np.zeros_like(parameter)
        for g in gradients:
            square = self.rho * square + (1 - self.rho) * g**2
            move = np.sqrt(moved + self.epsilon) / np.sqrt(square + self.epsilon) * g
            moved = self.rho * moved + (1 - self.rho) * move**2
            parameter = parameter * (1 - 0.1 * self.weight_decay) - 0.1 * move
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras decays the weights themselves before the step; torch adds decay * w to the gradient",
        source="keras/src/optimizers/base_optimizer.py, _apply_weight_decay; torch.optim.Adadelta documentation",
        when=lambda case: case.weight_decay > 0,
    )
    def decoupled_decay(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        group["weight_decay"] = 0.0
        with torch.no_grad():
            for parameter in group["params"]:
                parameter.mul_(1 - 0.1 * self.weight_decay)
        optimizer.step()
