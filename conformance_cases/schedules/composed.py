"""Schedules made of schedules."""

import math
from typing import Any

from conformance_cases.schedules._of import schedule_of
from pytest_fwparity import ScheduleCase, grid


class SequentialLR(ScheduleCase):
    """One schedule after the other, each counting its own steps."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        first = keras.optimizers.schedules.ExponentialDecay(self.base_rate, 1, 0.9)
        then = keras.optimizers.schedules.PolynomialDecay(self.base_rate, 15, 0.0, 2.0)
        return schedule_of(keras, lambda t: keras.ops.where(t < 8, first(t), then(t - 8)))

    def torch(self, torch: Any, optimizer: Any) -> Any:
        schedulers = torch.optim.lr_scheduler
        first, then = schedulers.ExponentialLR(optimizer, 0.9), schedulers.PolynomialLR(optimizer, 15, 2.0)
        return schedulers.SequentialLR(optimizer, [first, then], [8])

    def reference(self, step: int) -> float:
        share = 0.9**step if step < 8 else (1 - min(step - 8, 15) / 15) ** 2
        return float(self.base_rate * share)


class ChainedScheduler(ScheduleCase):
    """The shares of several schedules, multiplied."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        falling = keras.optimizers.schedules.ExponentialDecay(self.base_rate, 1, 0.95)
        stairs = keras.optimizers.schedules.PiecewiseConstantDecay([5, 12], [1.0, 0.5, 0.25])
        return schedule_of(keras, lambda t: falling(t) * stairs(t))

    def torch(self, torch: Any, optimizer: Any) -> Any:
        schedulers = torch.optim.lr_scheduler
        falling = schedulers.ExponentialLR(optimizer, 0.95)
        stairs = schedulers.MultiStepLR(optimizer, [6, 13], 0.5)
        return schedulers.ChainedScheduler([falling, stairs], optimizer)

    def reference(self, step: int) -> float:
        return float(self.base_rate * 0.95**step * 0.5 ** ((step > 5) + (step > 12)))


class MultiplicativeLR(ScheduleCase):
    """Each step the last rate times a function of the step."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        def rate(t: Any) -> Any:
            past = keras.ops.arange(1, self.steps, dtype=t.dtype)
            return self.base_rate * keras.ops.prod(keras.ops.where(past <= t, 1 - 0.1 / past, 1.0))

        return schedule_of(keras, rate)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda t: 1 - 0.1 / t)

    def reference(self, step: int) -> float:
        return self.base_rate * math.prod(1 - 0.1 / t for t in range(1, step + 1))


class OwnSchedule(ScheduleCase):
    """A subclass on each side: cos(step / 10)**2, of both frameworks' base classes."""

    level = "standard"

    def keras(self, keras: Any) -> Any:
        return schedule_of(keras, lambda t: self.base_rate * keras.ops.square(keras.ops.cos(t / 10)))

    def torch(self, torch: Any, optimizer: Any) -> Any:
        class Own(torch.optim.lr_scheduler.LRScheduler):  # type: ignore[misc]
            def get_lr(self) -> list[float]:
                return [rate * math.cos(self.last_epoch / 10) ** 2 for rate in self.base_lrs]

        return Own(optimizer)

    def reference(self, step: int) -> float:
        return self.base_rate * math.cos(step / 10) ** 2


class RestoredSchedule(ScheduleCase):
    """What ``deserialize`` makes of a serialized schedule gives the same rates."""

    level = "standard"
    kind_of: str = "CosineDecay"
    variants = grid(kind_of=["CosineDecay", "InverseTimeDecay"])

    def keras(self, keras: Any) -> Any:
        schedules = keras.optimizers.schedules
        options = {
            "CosineDecay": (self.base_rate, 30, 0.1),
            "InverseTimeDecay": (self.base_rate, 5, 0.5, True),
        }
        made = getattr(schedules, self.kind_of)(*options[self.kind_of])
        return schedules.deserialize(schedules.serialize(made))

    def torch(self, torch: Any, optimizer: Any) -> Any:
        if self.kind_of == "CosineDecay":
            return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30, 0.1 * self.base_rate)
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + 0.5 * (t // 5)))

    def reference(self, step: int) -> float:
        if self.kind_of == "CosineDecay":
            return self.base_rate * (0.9 * 0.5 * (1 + math.cos(math.pi * step / 30)) + 0.1)
        return self.base_rate / (1 + 0.5 * (step // 5))
