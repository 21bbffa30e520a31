"""RMSprop."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class RMSpropCase(OptimizerCase, abstract=True):
    """By hand, since no setting of torch's puts epsilon inside the root."""

    learning_rate: float = 1e-3
    epsilon: float = 1e-7
    rho: float = 0.9
    momentum, centered = 0.0, False
    slots = {"velocity": "square_avg"}

    gradients = gradients_away_from_zero

    def reference(self, parameter: Any, gradients: Any) -> Any:
        square = mean = buffer = np.zeros_like(parameter)
        for g in gradients:
            square, mean = self.rho * square + (1 - self.rho) * g**2, self.rho * mean + (1 - self.rho) * g
            update = g / np.sqrt(square - (mean**2 if self.centered else 0) + self.epsilon)
            buffer = self.momentum * buffer + self.learning_rate * update
            parameter = parameter - buffer
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras divides by sqrt(velocity + epsilon), torch by sqrt(velocity) + epsilon",
        source="keras/src/optimizers/rmsprop.py, update_step; torch.optim.RMSprop documentation",
    )
    def epsilon_in_the_root(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        rho, momentum = group["alpha"], group["momentum"]
        with torch.no_grad():
            for parameter in group["params"]:
                g, state = parameter.grad, optimizer.state[parameter]
                square, buffer, mean = (
                    state.setdefault(name, torch.zeros_like(g))
                    for name in ("square_avg", "momentum_buffer", "grad_avg")
                )
                square.mul_(rho).add_((1 - rho) * g**2)
                mean.mul_(rho).add_((1 - rho) * g)
                variance = square - mean**2 if group["centered"] else square
                buffer.mul_(momentum).add_(g / (variance + self.epsilon).sqrt())
                parameter.sub_(self.learning_rate * buffer)


class RMSprop(RMSpropCase):
    """rho is 0.9 in Keras, alpha 0.99 in torch."""

    variants = grid(rho=[0.9, 0.99], epsilon=[1e-7]) | grid(epsilon=[1e-3])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.RMSprop(self.learning_rate, self.rho, epsilon=self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.RMSprop(params, self.learning_rate, self.rho, self.epsilon)


class RMSpropCentered(RMSpropCase):
    """Centered, with momentum: Keras' momentum holds the rate, torch's does not."""

    variants = grid(epsilon=[1e-7, 1e-3])
    momentum, centered = 0.9, True
    slots = {"velocity": "square_avg", "momentum": "momentum_buffer", "average_gradient": "grad_avg"}

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.RMSprop(self.learning_rate, 0.9, 0.9, self.epsilon, centered=True)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.RMSprop(params, self.learning_rate, 0.9, self.epsilon, momentum=0.9, centered=True)

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        slots = super().torch_slots(torch, optimizer, parameter, state)
        return {**slots, "momentum": self.learning_rate * slots["momentum"]}
