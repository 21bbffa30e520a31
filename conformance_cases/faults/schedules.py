"""Faults of learning-rate schedules."""

from typing import Any

import numpy as np

from conformance_cases.faults._stand_ins import Instead, after_init, changed_result
from pytest_fwparity import fault

_COSINE = "core:schedules/CosineDecay"


@fault(case="core:schedules/ExponentialDecay", side="keras", variant="staircase=True")
def staircase_rounds_up(keras: Any, patch: Any) -> None:
    """Each stair begins where the one before it should."""
    from keras.src.optimizers.schedules import learning_rate_schedule as module

    patch(module, "ops", Instead(module.ops, floor=keras.ops.ceil))


@fault(case=_COSINE, side="keras", variant="raised")
def cosine_falls_to_zero(keras: Any, patch: Any) -> None:
    """alpha is not used."""
    after_init(patch, keras.optimizers.schedules.CosineDecay, lambda self: setattr(self, "alpha", 0.0))


@fault(case=_COSINE, side="torch", variant="raised")
def cosine_takes_one_step_more(torch: Any, patch: Any) -> None:
    """The lowest rate comes one step late."""
    kind = torch.optim.lr_scheduler.CosineAnnealingLR
    stock = kind.get_lr

    def get_lr(self: Any) -> Any:
        self.T_max += 1
        try:
            return stock(self)
        finally:
            self.T_max -= 1

    patch(kind, "get_lr", get_lr)


@fault(case="core:schedules/ExponentialDecay", side="torch")
def exponential_rate_one_step_late(torch: Any, patch: Any) -> None:
    """The rate of every step is that of the step before."""
    kind = torch.optim.lr_scheduler.ExponentialLR
    stock = kind.get_lr

    def get_lr(self: Any) -> Any:
        return stock(self) if self.last_epoch > 1 else [group["lr"] for group in self.optimizer.param_groups]

    patch(kind, "get_lr", get_lr)


@fault(case=_COSINE, side="keras", variant="plain")
def cosine_rate_off_by_1e_7(keras: Any, patch: Any) -> None:
    """Every rate is 1e-7 too large."""
    kind = keras.optimizers.schedules.CosineDecay
    stock = kind.__call__
    patch(kind, "__call__", lambda self, step: stock(self, step) * (1 + 1e-7))


@fault(case="core:schedules/PiecewiseConstantDecay", side="torch")
def milestone_one_step_late(torch: Any, patch: Any) -> None:
    """Every milestone is one step late."""
    from collections import Counter

    def late(self: Any) -> None:
        self.milestones = Counter({step + 1: count for step, count in self.milestones.items()})

    after_init(patch, torch.optim.lr_scheduler.MultiStepLR, late)


@fault(case="core:schedules/PolynomialDecay", side="keras", variant="power=2.0")
def polynomial_power_ignored(keras: Any, patch: Any) -> None:
    """The power is 1."""
    after_init(patch, keras.optimizers.schedules.PolynomialDecay, lambda self: setattr(self, "power", 1.0))


@fault(case="core:schedules/InverseTimeDecay", side="keras", variant="staircase=True")
def inverse_time_stairs_ignored(keras: Any, patch: Any) -> None:
    """staircase=True does nothing."""
    after_init(patch, keras.optimizers.schedules.InverseTimeDecay, lambda self: setattr(self, "staircase", False))


@fault(case="core:schedules/CosineDecayWarmup", side="keras")
def warmup_one_step_longer(keras: Any, patch: Any) -> None:
    """The rate rises for one step more."""
    after_init(
        patch,
        keras.optimizers.schedules.CosineDecay,
        lambda self: setattr(self, "warmup_steps", self.warmup_steps + 1),
    )


@fault(case="core:schedules/CosineDecayRestarts", side="keras", variant="t_mul=3.0")
def restarts_a_millionth_later(keras: Any, patch: Any) -> None:
    """Lengths grow by 1e-6 more."""
    after_init(
        patch, keras.optimizers.schedules.CosineDecayRestarts, lambda self: setattr(self, "_t_mul", self._t_mul + 1e-6)
    )


@fault(case="core:schedules/CyclicLR", side="torch", variant="mode=triangular2")
def cycles_do_not_shrink(torch: Any, patch: Any) -> None:
    """Every cycle is as high as the first."""
    patch(torch.optim.lr_scheduler.CyclicLR, "_triangular2_scale_fn", staticmethod(lambda x: 1.0))


@fault(case="core:schedules/OneCycleLR", side="torch")
def one_cycle_by_lines(torch: Any, patch: Any) -> None:
    """Cosines are lines."""
    kind = torch.optim.lr_scheduler.OneCycleLR
    patch(kind, "_annealing_cos", kind.__dict__["_annealing_linear"])


@fault(case="core:schedules/SequentialLR", side="torch")
def power_a_millionth_more(torch: Any, patch: Any) -> None:
    """The power of the second schedule is 1e-6 too large."""
    after_init(patch, torch.optim.lr_scheduler.PolynomialLR, lambda self: setattr(self, "power", self.power + 1e-6))


@fault(case="core:schedules/ReduceLROnPlateau", side="keras")
def plateau_waits_one_epoch_more(keras: Any, patch: Any) -> None:
    """The rate falls one epoch late."""
    after_init(patch, keras.callbacks.ReduceLROnPlateau, lambda self: setattr(self, "patience", self.patience + 1))


@fault(case="core:schedules/LambdaLR", side="torch")
def lambda_rate_1e_7(torch: Any, patch: Any) -> None:
    """Rates are 1e-7 too large."""
    changed_result(patch, torch.optim.lr_scheduler.LambdaLR, "get_lr", lambda rates: [r * (1 + 1e-7) for r in rates])


@fault(case="core:schedules/RestoredSchedule", side="keras", variant="kind_of=InverseTimeDecay")
def stairs_left_out_of_the_configuration(keras: Any, patch: Any) -> None:
    """staircase is not written down."""
    changed_result(
        patch,
        keras.optimizers.schedules.InverseTimeDecay,
        "get_config",
        lambda config: {name: value for name, value in config.items() if name != "staircase"},
    )


@fault(case="core:schedules/MultiplicativeLR", side="torch")
def rate_kept_in_float32(torch: Any, patch: Any) -> None:
    """Every rate is rounded to float32."""
    changed_result(
        patch, torch.optim.lr_scheduler.MultiplicativeLR, "get_lr", lambda rates: [float(np.float32(r)) for r in rates]
    )


@fault(case="core:schedules/ReduceLROnPlateau", side="torch", variant="cooldown=3")
def lowest_rate_ignored(torch: Any, patch: Any) -> None:
    """min_lr is 0, whatever was asked for."""
    after_init(patch, torch.optim.lr_scheduler.ReduceLROnPlateau, lambda self: setattr(self, "min_lrs", [0.0]))


@fault(case="core:schedules/ReduceLROnPlateau", side="keras", variant="mode=max")
def best_begins_at_zero(keras: Any, patch: Any) -> None:
    """The best value before the first epoch is 0, so that no negative one is better."""
    stock = keras.callbacks.ReduceLROnPlateau._reset

    def reset(self: Any) -> None:
        stock(self)
        self.best = 0.0

    patch(keras.callbacks.ReduceLROnPlateau, "_reset", reset)


@fault(case="core:schedules/ConstantLR", side="keras")
def boundary_belongs_to_what_follows(keras: Any, patch: Any) -> None:
    """A boundary is the first step of the new value, not the last of the old."""
    kind = keras.optimizers.schedules.PiecewiseConstantDecay
    stock = kind.__call__
    patch(kind, "__call__", lambda self, step: stock(self, step + 1))
