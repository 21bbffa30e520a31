"""Several optimizers for one set of parameters, and optimizers restored from what they were saved as."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._gradients import gradients_away_from_zero
from conformance_cases.optimizers.adam import AdamCase
from pytest_fwparity import OptimizerCase, grid


class MultiOptimizer(OptimizerCase):
    """Adagrad for the matrix, momentum for the rest."""

    level = "standard"
    speed = None
    chosen: str = "map"
    variants = grid(chosen=["map", "function"])
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        sgd, adagrad = keras.optimizers.SGD(0.1, 0.9), keras.optimizers.Adagrad(0.1)
        if self.chosen == "map":
            return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(sgd, {"mat.*": adagrad}))
        return keras.optimizers.MultiOptimizer(lambda variable: adagrad if "matrix" in variable.path else sgd)

    def torch(self, torch: Any, params: Any) -> Any:
        matrix, vector = params
        sgd = torch.optim.SGD([vector], 0.1, 0.9)
        sgd.other = torch.optim.Adagrad([matrix], 0.1, initial_accumulator_value=0.1 + 1e-7, eps=0.0)
        sgd.state.update(sgd.other.state)
        sgd.other.state = sgd.state
        return sgd

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        optimizer.step()
        optimizer.other.step()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        state = np.full_like(parameter, 0.1 if parameter.ndim == 2 else 0.0)
        for g in gradients:
            if parameter.ndim == 2:
                state = state + g**2
                parameter = parameter - 0.1 * g / np.sqrt(state + 1e-7)
            else:
                state = 0.9 * state - 0.1 * g
                parameter = parameter + state
            yield parameter


class ExcludedFromDecay(OptimizerCase):
    """``exclude_from_weight_decay`` leaves out the variables with a name; torch has groups of parameters."""

    level = "standard"
    speed = None

    def keras(self, keras: Any) -> Any:
        made = keras.optimizers.SGD(0.1, weight_decay=0.1)
        made.exclude_from_weight_decay(var_names=["vec"])
        return made

    def torch(self, torch: Any, params: Any) -> Any:
        matrix, vector = params
        return torch.optim.SGD([{"params": [matrix], "weight_decay": 0.1}, {"params": [vector]}], 0.1)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - 0.1 * (g + (0.1 * parameter if parameter.ndim == 2 else 0.0))
            yield parameter


class RestoredOptimizer(AdamCase):
    """What ``deserialize`` makes of a serialized optimizer, or ``get`` of its dict, takes the same steps."""

    level = "standard"
    speed = None
    amsgrad = True
    weight_decay: float = 0.004
    by: str = "deserialize"
    variants = grid(by=["deserialize", "get"])
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq", "velocity_hat": "max_exp_avg_sq"}

    def keras(self, keras: Any) -> Any:
        made = keras.optimizers.AdamW(1e-3, self.weight_decay, 0.9, self.beta_2, self.epsilon, amsgrad=True)
        return getattr(keras.optimizers, self.by)(keras.optimizers.serialize(made))

    def torch(self, torch: Any, params: Any) -> Any:
        betas = (0.9, self.beta_2)
        return torch.optim.AdamW(params, 1e-3, betas, self.epsilon, self.weight_decay, amsgrad=True)
