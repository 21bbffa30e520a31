"""Rates that fall."""

import math
from typing import Any

from pytest_fwparity import ScheduleCase, difference, grid, named


class CosineDecay(ScheduleCase):
    """Half a cosine from the base rate to alpha times it."""

    decay_steps: int = 30
    alpha: float = 0.0
    variants = named(plain={}, raised={"alpha": 0.1}, past_the_end={"decay_steps": 20, "alpha": 0.1})

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.schedules.CosineDecay(self.base_rate, self.decay_steps, self.alpha)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        lowest = self.alpha * self.base_rate
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.decay_steps, lowest)

    def reference(self, step: int) -> float:
        share = min(step, self.decay_steps) / self.decay_steps
        return self.base_rate * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * share)) + self.alpha)

    @difference(
        replaces="torch",
        why="after the last step of the decay Keras stays at the lowest rate, torch rises again",
        source="keras/src/optimizers/schedules/learning_rate_schedule.py; torch CosineAnnealingLR",
        when=lambda case: case.decay_steps < case.steps - 1,
    )
    def stays_at_the_end(self, torch: Any, optimizer: Any) -> Any:
        def factor(step: int) -> float:
            share = min(step, self.decay_steps) / self.decay_steps
            return (1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * share)) + self.alpha

        return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


class ExponentialDecay(ScheduleCase):
    """The rate times decay_rate every 10 steps, bit by bit or at once (staircase)."""

    decay_rate: float = 0.96
    staircase: bool = False
    variants = grid(decay_rate=[0.96, 0.5], staircase=[False, True])

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.ExponentialDecay
        return kind(self.base_rate, 10, self.decay_rate, staircase=self.staircase)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        schedulers = torch.optim.lr_scheduler
        if self.staircase:
            return schedulers.StepLR(optimizer, 10, self.decay_rate)
        return schedulers.ExponentialLR(optimizer, self.decay_rate ** (1 / 10))

    def reference(self, step: int) -> float:
        return float(self.base_rate * self.decay_rate ** (step // 10 if self.staircase else step / 10))


class PiecewiseConstantDecay(ScheduleCase):
    """A value up to and with each boundary; torch's milestone is the first step of the next value."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        values = [self.base_rate, 0.3 * self.base_rate, 0.3**2 * self.base_rate, 0.3**3 * self.base_rate]
        return keras.optimizers.schedules.PiecewiseConstantDecay([5, 12, 20], values)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.MultiStepLR(optimizer, [6, 13, 21], 0.3)

    def reference(self, step: int) -> float:
        return float(self.base_rate * 0.3 ** sum(step > boundary for boundary in (5, 12, 20)))


class PolynomialDecay(ScheduleCase):
    """(rate - end) * (1 - step / steps)**power + end; the end is 1e-4 in Keras unless told, 0 in torch always."""

    level = "standard"
    power: float = 1.0
    decay_steps: int = 30
    variants = grid(power=[1.0, 2.0, 0.5]) | grid(decay_steps=[20])

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.PolynomialDecay
        return kind(self.base_rate, self.decay_steps, 0.0, self.power)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.PolynomialLR(optimizer, self.decay_steps, self.power)

    def reference(self, step: int) -> float:
        return float(self.base_rate * (1 - min(step, self.decay_steps) / self.decay_steps) ** self.power)


class InverseTimeDecay(ScheduleCase):
    """rate / (1 + decay_rate * step / steps), bit by bit or in stairs."""

    level = "standard"
    staircase: bool = False
    variants = grid(staircase=[False, True])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.schedules.InverseTimeDecay(self.base_rate, 10, 0.5, self.staircase)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        def factor(step: int) -> float:
            return 1 / (1 + 0.5 * (step // 10 if self.staircase else step / 10))

        return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)

    def reference(self, step: int) -> float:
        return self.base_rate / (1 + 0.5 * (step // 10 if self.staircase else step / 10))
