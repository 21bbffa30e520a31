"""Rates that come back."""

import math
from typing import Any

from conformance_cases.schedules._of import schedule_of
from pytest_fwparity import ScheduleCase, grid


class CosineDecayRestarts(ScheduleCase):
    """Half cosines, each ``t_mul`` times as long as the one before; torch has no ``m_mul``."""

    level = "standard"
    t_mul: float = 2.0
    alpha: float = 0.0
    variants = grid(t_mul=[2.0, 1.0], alpha=[0.0, 0.1]) | grid(t_mul=[3.0])

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.CosineDecayRestarts
        return kind(self.base_rate, 4, self.t_mul, alpha=self.alpha)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        kind = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts
        return kind(optimizer, 4, int(self.t_mul), self.alpha * self.base_rate)

    def reference(self, step: int) -> float:
        length = 4
        while step >= length:
            step, length = step - length, length * int(self.t_mul)
        return self.base_rate * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * step / length)) + self.alpha)


class CosineDecayLowerRestarts(ScheduleCase):
    """Each restart begins ``m_mul`` times as high; torch's by hand."""

    level = "standard"

    def _share(self, step: int) -> float:
        height = 1.0
        while step >= 8:
            step, height = step - 8, height * 0.7
        return 0.9 * height * 0.5 * (1 + math.cos(math.pi * step / 8)) + 0.1

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.schedules.CosineDecayRestarts(self.base_rate, 8, 1.0, 0.7, 0.1)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, self._share)

    def reference(self, step: int) -> float:
        return self.base_rate * self._share(step)


class PolynomialDecayCycle(ScheduleCase):
    """The decay begins anew, as long again each time: the length is the next multiple of ``decay_steps``."""

    level = "standard"
    power: float = 1.0
    variants = grid(power=[1.0, 2.0])

    def _share(self, step: int) -> float:
        length = 8 * max(1, math.ceil(step / 8))
        return 0.99 * float((1 - step / length) ** self.power) + 0.01

    def keras(self, keras: Any) -> Any:
        kind = keras.optimizers.schedules.PolynomialDecay
        return kind(self.base_rate, 8, 0.01 * self.base_rate, self.power, cycle=True)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, self._share)

    def reference(self, step: int) -> float:
        return self.base_rate * self._share(step)


class CyclicLR(ScheduleCase):
    """Up and down between the base and five times it, the height steady, halved by each cycle, or falling by each step."""

    level = "standard"
    mode: str = "triangular"
    down: int = 5
    variants = grid(mode=["triangular", "triangular2", "exp_range"]) | grid(down=[3])

    def keras(self, keras: Any) -> Any:
        ops, up, down = keras.ops, 5, self.down

        def rate(t: Any) -> Any:
            cycle = ops.floor(t / (up + down))
            at = t - cycle * (up + down)
            height = 0.4 * ops.where(at <= up, at / up, (up + down - at) / down)
            if self.mode == "triangular2":
                height = height * ops.power(0.5, cycle)
            elif self.mode == "exp_range":
                height = height * ops.power(0.95, t)
            return self.base_rate + height

        return schedule_of(keras, rate)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        options = {"mode": self.mode, "gamma": 0.95, "cycle_momentum": False}
        top = self.base_rate + 0.4
        return torch.optim.lr_scheduler.CyclicLR(optimizer, self.base_rate, top, 5, self.down, **options)

    def reference(self, step: int) -> float:
        cycle, at = divmod(step, 5 + self.down)
        height = 0.4 * (at / 5 if at <= 5 else (5 + self.down - at) / self.down)
        return (
            self.base_rate + height * {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": 0.95**step}[self.mode]
        )


class OneCycleLR(ScheduleCase):
    """Up to the largest rate within 30 % of the steps, down far below the first; by cosines or lines."""

    level = "standard"
    shape: str = "cos"
    three: bool = False
    variants = grid(shape=["cos", "linear"], three=[False, True])

    def _phases(self) -> list[tuple[float, float, float, float]]:
        """Begin, end, first rate, last rate."""
        top, first = 10 * self.base_rate, 0.4 * self.base_rate
        up, last = 0.3 * 30 - 1, first / 1e4
        if self.three:
            return [(0, up, first, top), (up, 2 * up, top, first), (2 * up, 29, first, last)]
        return [(0, up, first, top), (up, 29, top, last)]

    def keras(self, keras: Any) -> Any:
        ops = keras.ops

        def rate(t: Any) -> Any:
            found = None
            for begin, end, start, stop in reversed(self._phases()):
                share = (t - begin) / (end - begin)
                share = (1 - ops.cos(math.pi * share)) / 2 if self.shape == "cos" else share
                value = start + (stop - start) * share
                found = value if found is None else ops.where(t <= end, value, found)
            return found

        return schedule_of(keras, rate)

    def torch(self, torch: Any, optimizer: Any) -> Any:
        options = {"anneal_strategy": self.shape, "three_phase": self.three, "cycle_momentum": False}
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, 10 * self.base_rate, 30, **options)

    def reference(self, step: int) -> float:
        begin, end, start, stop = next(phase for phase in self._phases() if step <= phase[1])
        share = (step - begin) / (end - begin)
        return start + (stop - start) * ((1 - math.cos(math.pi * share)) / 2 if self.shape == "cos" else share)
