"""Gradients accumulated over several calls, and gradients of scaled losses."""

from typing import Any

import numpy as np

from pytest_fwparity import OptimizerCase, difference, grid


class AccumulationCase(OptimizerCase, abstract=True):
    """A step every few calls, by the mean of their gradients, which is clipped; the decay takes part in steps only."""

    level = "standard"
    speed = None
    every: int = 3
    clipvalue: float = 0.0
    weight_decay: float = 0.0
    steps = 9

    def keras(self, keras: Any) -> Any:
        options = {"clipvalue": self.clipvalue or None, "weight_decay": self.weight_decay or None}
        return keras.optimizers.SGD(0.1, 0.9, gradient_accumulation_steps=self.every, **options)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.1, 0.9)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        self._step(torch, optimizer, step, lambda total: total.zero_())

    def _step(self, torch: Any, optimizer: Any, step: int, clear: Any) -> None:
        params = optimizer.param_groups[0]["params"]
        for parameter in params:
            total = optimizer.state[parameter].setdefault("sum", torch.zeros_like(parameter))
            total.add_(parameter.grad)
            parameter.grad.copy_(total / self.every)
        if (step + 1) % self.every:
            return
        if self.clipvalue:
            torch.nn.utils.clip_grad_value_(params, self.clipvalue)
        with torch.no_grad():
            for parameter in params:
                parameter.mul_(1 - 0.1 * self.weight_decay)
                clear(optimizer.state[parameter]["sum"])
        optimizer.step()


class GradientAccumulation(AccumulationCase):
    """Of finite gradients."""

    variants = grid(every=[3, 2]) | grid(clipvalue=[0.5], weight_decay=[0.1])

    def reference(self, parameter: Any, gradients: Any) -> Any:
        total = velocity = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            total = total + g
            if step % self.every == 0:
                mean, total = total / self.every, np.zeros_like(total)
                mean = np.clip(mean, -self.clipvalue, self.clipvalue) if self.clipvalue else mean
                velocity = 0.9 * velocity - 0.1 * mean
                parameter = parameter * (1 - 0.1 * self.weight_decay) + velocity
            yield parameter


class InfiniteGradientAccumulation(AccumulationCase):
    """One infinite gradient among them is clipped, and gone with the step that it was part of."""

    clipvalue: float = 0.5

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        steps = OptimizerCase.gradients(self, rng)
        steps[1]["vector"][2] = np.inf
        return steps

    @difference(
        replaces="torch_step",
        why="Keras on torch clears its sums by 0 times what they are, which leaves infinity as NaN for good",
        source="keras/src/backend/torch/optimizers/torch_parallel_optimizer.py, _backend_reset_gradient_accumulators",
        sides=("keras-torch",),
    )
    def sums_cleared_by_a_product(self, torch: Any, optimizer: Any, step: int) -> None:
        self._step(torch, optimizer, step, lambda total: total.mul_(0.0))


class LossScaleFactor(OptimizerCase):
    """Gradients are divided by the factor that the loss is taken times."""

    level = "standard"
    speed = None

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(0.1, loss_scale_factor=10.0)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.1)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        for parameter in optimizer.param_groups[0]["params"]:
            parameter.grad.div_(10.0)
        optimizer.step()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - 0.1 * g / 10.0
            yield parameter


def _by_values(kind: Any) -> Any:
    """On JAX ``LossScaleOptimizer.apply`` raises outside ``fit``; what ``fit`` calls is this."""

    class ByValues(kind):  # type: ignore[misc]
        def apply(self, grads: Any, trainable_variables: Any = None) -> None:
            held = self.variables
            weights, states = self.stateless_apply(
                [variable.value for variable in held], grads, [variable.value for variable in trainable_variables]
            )
            for variable, value in zip([*trainable_variables, *held], [*weights, *states], strict=True):
                variable.assign(value)

    return ByValues


class LossScaleOptimizer(OptimizerCase):
    """A scale that doubles after each 4 good steps; where a gradient is not finite it halves, and nothing moves."""

    level = "standard"
    speed = None
    steps = 14
    without = {"*-float16": "torch's GradScaler refuses gradients of float16"}

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        steps = [{name: 16.0 * g for name, g in step.items()} for step in OptimizerCase.gradients(self, rng)]
        steps[6]["vector"][3] = np.inf
        steps[7]["matrix"][2, 1] = np.nan
        return steps

    def keras(self, keras: Any) -> Any:
        inner = keras.optimizers.SGD(0.1, 0.9)
        kind = keras.optimizers.LossScaleOptimizer
        if keras.backend.backend() == "jax":
            kind = _by_values(kind)
        return kind(inner, initial_scale=16.0, dynamic_growth_steps=4)

    def torch(self, torch: Any, params: Any) -> Any:
        optimizer = torch.optim.SGD(params, 0.1, 0.9)
        optimizer.scaler = torch.amp.GradScaler("cpu", init_scale=16.0, growth_interval=4)
        optimizer.scaler.scale(torch.zeros(()))
        return optimizer

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        optimizer.scaler.step(optimizer)
        optimizer.scaler.update()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        velocity = np.zeros_like(parameter)
        for step, g in enumerate(gradients):
            scale = {0: 16, 1: 32}.get(step // 4, 32) if step < 6 else (8 if step < 12 else 16)
            if step not in (6, 7):
                velocity = 0.9 * velocity - 0.1 * g / scale
                parameter = parameter + velocity
            yield parameter
