"""Optimizers that Keras lacks, written there as subclasses of its own."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import FUSED, in_keras, path_of
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from conformance_cases.optimizers.adam import AdamCase
from pytest_fwparity import OptimizerCase, grid


class ASGD(OptimizerCase):
    """Averaged descent: the rate falls, the weights decay, and from step t0 on the average moves."""

    level = "standard"
    speed = None
    lambd: float = 1e-4
    path: str = "default"
    variants = grid(lambd=[1e-4, 0.1]) | grid(path=["foreach"])
    slots = {"ax": "ax"}

    def _step(self, w: Any, g: Any, step: int, ax: Any) -> Any:
        rate = 0.1 / (1 + self.lambd * 0.1 * (step - 1)) ** 0.75
        share = 1 / max(1, step - 1 - 5)
        w = w * (1 - self.lambd * rate) - rate * g
        return w, {"ax": ax + (w - ax) * share}

    def keras(self, keras: Any) -> Any:
        return in_keras(keras, 0.1, self._step, ("ax",))

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.ASGD(params, 0.1, self.lambd, 0.75, 5, **path_of(self.path))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        average = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            parameter, slots = self._step(parameter, g, step, average)
            average = slots["ax"]
            yield parameter


class Rprop(OptimizerCase):
    """Steps by the sign alone, 1.2 times as long where it stays and half where it turns, after which one is left out."""

    level = "standard"
    speed = None
    path: str = "default"
    variants = grid(path=["default", "foreach"])
    slots = {"prev": "prev", "size": "step_size"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        ops = keras.ops

        def update(w: Any, g: Any, step: int, prev: Any, size: Any) -> Any:
            size = ops.full_like(size, 0.01) if step == 1 else size
            turn = ops.sign(g * prev)
            size = ops.clip(ops.where(turn > 0, size * 1.2, ops.where(turn < 0, size * 0.5, size)), 1e-6, 0.03)
            g = ops.where(turn < 0, ops.zeros_like(g), g)
            return w - ops.sign(g) * size, {"prev": g, "size": size}

        return in_keras(keras, 0.01, update, ("prev", "size"))

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Rprop(params, 0.01, (0.5, 1.2), (1e-6, 0.03), **path_of(self.path))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        size, prev = np.full_like(parameter, 0.01), np.zeros_like(parameter)
        for g in gradients:
            turn = np.sign(g * prev)
            size = np.clip(size * np.where(turn > 0, 1.2, np.where(turn < 0, 0.5, 1.0)), 1e-6, 0.03)
            prev = np.where(turn < 0, 0.0, g)
            parameter = parameter - np.sign(prev) * size
            yield parameter


class RAdam(OptimizerCase):
    """Adam whose second moment takes part from the step on where its variance is bounded, and then by a factor."""

    level = "standard"
    speed = None
    weight_decay: float = 0.0
    path: str = "default"
    variants = grid(weight_decay=[0.0, 0.01]) | grid(path=["foreach"])
    slots = {"m": "exp_avg", "v": "exp_avg_sq"}
    gradients = gradients_away_from_zero

    def _step(self, w: Any, g: Any, step: int, m: Any, v: Any) -> Any:
        w = w * (1 - 1e-3 * self.weight_decay)
        m, v = m + (g - m) * (1 - 0.9), v + (g * g - v) * (1 - 0.999)
        longest = 2 / (1 - 0.999) - 1
        length = longest - 2 * step * 0.999**step / (1 - 0.999**step)
        move = m / (1 - 0.9**step)
        if length > 5:
            factor = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            move = move * factor**0.5 * (1 - 0.999**step) ** 0.5 / (v**0.5 + 1e-8)
        return w - 1e-3 * move, {"m": m, "v": v}

    def keras(self, keras: Any) -> Any:
        return in_keras(keras, 1e-3, self._step, ("m", "v"))

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"weight_decay": self.weight_decay, "decoupled_weight_decay": True, **path_of(self.path)}
        return torch.optim.RAdam(params, 1e-3, **options)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = v = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            parameter, slots = self._step(parameter, g, step, m, v)
            m, v = slots["m"], slots["v"]
            yield parameter


class SGDDampening(OptimizerCase):
    """torch's buffer takes (1 - dampening) of each gradient but the first; ``maximize`` climbs."""

    level = "standard"
    speed = None
    maximize: bool = False
    path: str = "default"
    variants = grid(maximize=[False, True]) | grid(path=["foreach", "fused"])
    without = {"*path=fused-*16": FUSED}
    slots = {"buffer": "momentum_buffer"}

    def _step(self, w: Any, g: Any, step: int, buffer: Any) -> Any:
        g = -g if self.maximize else g
        buffer = g if step == 1 else 0.9 * buffer + (1 - 0.1) * g
        return w - 0.01 * buffer, {"buffer": buffer}

    def keras(self, keras: Any) -> Any:
        return in_keras(keras, 0.01, self._step, ("buffer",))

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.01, 0.9, 0.1, maximize=self.maximize, **path_of(self.path))

    def reference(self, parameter: Any, gradients: Any) -> Any:
        buffer = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            parameter, slots = self._step(parameter, g, step, buffer)
            buffer = slots["buffer"]
            yield parameter


class CoupledDecay(OptimizerCase):
    """torch's weight_decay adds decay * w to the gradient; in Keras a subclass does."""

    level = "standard"
    speed = None
    optimizer: str = "SGD"
    variants = grid(optimizer=["SGD", "Adadelta", "Nadam"])
    without = {"optimizer=Nadam-bfloat16": "0.999 is 1 in bfloat16: Keras' second moment is 0 / 0"}
    without |= {"optimizer=Adadelta-float16": "the square of a step of 1e-4 is below the normal numbers of float16"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        class Coupled(getattr(keras.optimizers, self.optimizer)):  # type: ignore[misc]
            def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
                gradient = gradient + keras.ops.cast(0.1, gradient.dtype) * variable
                super().update_step(gradient, variable, learning_rate)

        options = {"SGD": {"momentum": 0.9}, "Adadelta": {}, "Nadam": {"epsilon": 1e-8}}
        return Coupled(0.01, **options[self.optimizer])

    def torch(self, torch: Any, params: Any) -> Any:
        if self.optimizer == "SGD":
            return torch.optim.SGD(params, 0.01, 0.9, weight_decay=0.1)
        if self.optimizer == "Adadelta":
            return torch.optim.Adadelta(params, 0.01, 0.95, 1e-7, weight_decay=0.1)
        return torch.optim.NAdam(params, 0.01, momentum_decay=1.0, weight_decay=0.1)


class SparseAdam(AdamCase):
    """By gradients without a zero torch's lazy Adam is Keras' Adam, epsilon included."""

    level = "standard"
    speed = None

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(1e-3, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SparseAdam(params, 1e-3, (0.9, self.beta_2), self.epsilon)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        for parameter in optimizer.param_groups[0]["params"]:
            parameter.grad = parameter.grad.to_sparse()
        optimizer.step()
