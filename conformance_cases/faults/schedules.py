"""Faults of learning-rate schedules."""

from typing import Any

from conformance_cases.faults._stand_ins import Instead, after_init
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
