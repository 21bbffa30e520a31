"""Stochastic gradient descent."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import FUSED, path_of
from pytest_fwparity import OptimizerCase, difference, grid


class SGD(OptimizerCase):
    """w -= rate * g; without momentum, Keras' decoupled weight decay and torch's are one."""

    learning_rate: float = 0.01
    weight_decay: float = 0.0
    variants = grid(learning_rate=[0.01, 0.1], weight_decay=[0.0, 0.01])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(self.learning_rate, weight_decay=self.weight_decay or None)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, self.learning_rate, weight_decay=self.weight_decay)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - self.learning_rate * (g + self.weight_decay * parameter)
            yield parameter


class SGDMomentum(OptimizerCase):
    """Keras' velocity holds the rate, v = m * v - rate * g; torch's buffer does not, b = m * b + g."""

    momentum: float = 0.9
    nesterov: bool = False
    weight_decay: float = 0.0
    path: str = "default"
    variants = grid(nesterov=[False, True], weight_decay=[0.0, 0.01]) | grid(nesterov=[True], path=["foreach", "fused"])
    quick = ("default", "nesterov=True", "weight_decay=0.01", "nesterov=True,weight_decay=0.01")
    without = {"*path=fused-*16": FUSED}
    slots = {"momentum": "momentum_buffer"}

    def keras(self, keras: Any) -> Any:
        decay = self.weight_decay or None
        return keras.optimizers.SGD(0.01, self.momentum, self.nesterov, weight_decay=decay)

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"nesterov": self.nesterov, "weight_decay": self.weight_decay, **path_of(self.path)}
        return torch.optim.SGD(params, 0.01, self.momentum, **options)

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        return {"momentum": -0.01 * state["momentum_buffer"]}

    def reference(self, parameter: Any, gradients: Any) -> Any:
        v = np.zeros_like(parameter)
        for g in gradients:
            parameter = parameter * (1 - 0.01 * self.weight_decay)
            v = self.momentum * v - 0.01 * g
            parameter = parameter + (self.momentum * v - 0.01 * g if self.nesterov else v)
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras decays the weights themselves before the step; torch adds decay * w to the gradient",
        source="keras/src/optimizers/base_optimizer.py, _apply_weight_decay; torch.optim.SGD documentation",
        when=lambda case: case.weight_decay > 0,
    )
    def decoupled_decay(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        group["weight_decay"] = 0.0
        with torch.no_grad():
            for parameter in group["params"]:
                parameter.mul_(1 - 0.01 * self.weight_decay)
        optimizer.step()


class SGDSchedule(OptimizerCase):
    """Momentum under a falling rate: in Keras past gradients keep the rate of their own step."""

    nesterov: bool = False
    variants = grid(nesterov=[False, True])
    slots = {"momentum": "momentum_buffer"}

    def keras(self, keras: Any) -> Any:
        rate = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)
        return keras.optimizers.SGD(rate, 0.9, self.nesterov)

    def torch(self, torch: Any, params: Any) -> Any:
        optimizer = torch.optim.SGD(params, 0.1, 0.9, nesterov=self.nesterov)
        return optimizer, torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5 ** (1 / 10))

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        group["used"] = group["lr"]
        optimizer.step()

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        return {"momentum": -optimizer.param_groups[0]["used"] * state["momentum_buffer"]}

    def reference(self, parameter: Any, gradients: Any) -> Any:
        v = np.zeros_like(parameter)
        for step, g in enumerate(gradients):
            move = 0.1 * 0.5 ** (step / 10) * g
            v = 0.9 * v - move
            parameter = parameter + (0.9 * v - move if self.nesterov else v)
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras multiplies each gradient by the rate of its own step, torch their sum by the latest rate",
        source="keras/src/optimizers/sgd.py, update_step; torch.optim.SGD documentation",
    )
    def rate_inside_the_buffer(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        rate = group["lr"]
        for parameter in group["params"]:
            parameter.grad.mul_(rate)
        group["lr"] = group["used"] = 1.0
        optimizer.step()
        group["lr"] = rate
