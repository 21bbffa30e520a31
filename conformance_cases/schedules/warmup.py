"""Rates that rise at first."""

import math
from typing import Any

from conformance_cases.schedules._of import schedule_of
from pytest_fwparity import ScheduleCase, grid


class CosineDecayWarmup(ScheduleCase):
    """Up along a line for ``warmup_steps``, then down half a cosine from the target."""

    level = "standard"
    target: float = 0.5
    alpha: float = 0.0
    variants = grid(alpha=[0.0, 0.1]) | grid(target=[0.2])

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.CosineDecay
        return kind(self.base_rate, 25, self.alpha, warmup_target=self.target, warmup_steps=6)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        schedulers = torch.optim.lr_scheduler
        (group,) = optimizer.param_groups
        group["lr"] = self.target  # which each scheduler takes its share of
        line = schedulers.LinearLR(optimizer, self.base_rate / self.target, 1.0, 6)
        cosine = schedulers.CosineAnnealingLR(optimizer, 25, self.alpha * self.target)
        return schedulers.SequentialLR(optimizer, [line, cosine], [6])

    def reference(self, step: int) -> float:
        if step < 6:
            return self.base_rate + (self.target - self.base_rate) * step / 6
        return self.target * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * (step - 6) / 25)) + self.alpha)


class LinearLR(ScheduleCase):
    """From one share of the rate to another along a line: ``PolynomialDecay`` of power 1, up or down."""

    level = "standard"
    start: float = 0.25
    end: float = 1.0
    variants = grid(start=[0.25], end=[1.0]) | grid(start=[1.0], end=[0.1])

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.PolynomialDecay
        return kind(self.start * self.base_rate, 20, self.end * self.base_rate)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.LinearLR(optimizer, self.start, self.end, 20)

    def reference(self, step: int) -> float:
        return self.base_rate * (self.start + (self.end - self.start) * min(step, 20) / 20)


class ConstantLR(ScheduleCase):
    """A share of the rate for some steps: ``PiecewiseConstantDecay``, whose boundary is the last step before the change."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        values = [self.base_rate / 3, self.base_rate]
        return keras.optimizers.schedules.PiecewiseConstantDecay([7 - 1], values)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.ConstantLR(optimizer, 1 / 3, 7)

    def reference(self, step: int) -> float:
        return self.base_rate / 3 if step < 7 else self.base_rate


class LambdaLR(ScheduleCase):
    """A function of the step: warmup, then by the inverse root (Vaswani et al. 2017)."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        ops = keras.ops
        return schedule_of(keras, lambda t: self.base_rate * ops.minimum((t + 1) / 10, ops.sqrt(10 / (t + 1))))

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min((t + 1) / 10, (10 / (t + 1)) ** 0.5))

    def reference(self, step: int) -> float:
        return self.base_rate * min((step + 1) / 10, math.sqrt(10 / (step + 1)))
