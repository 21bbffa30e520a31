"""Faults of optimizers and schedules."""

from typing import Any

import numpy as np

from pytest_fwparity import fault

_ADAM, _SGD, _MOMENTUM = "core:optimizers/Adam", "core:optimizers/SGD", "core:optimizers/SGDMomentum"


def _torch_groups(patch: Any, kind: Any, change: Any) -> None:
    """``change(group, step)`` is made to each parameter group before a step of this kind of optimizer, and undone after."""
    stock = kind.step

    def step(self: Any, closure: Any = None) -> Any:
        kept = [dict(group) for group in self.param_groups]
        self.fwparity_step = getattr(self, "fwparity_step", -1) + 1
        for group in self.param_groups:
            change(group, self.fwparity_step)
        try:
            return stock(self)
        finally:
            for group, old in zip(self.param_groups, kept, strict=True):
                group.update(
                    {name: old[name] for name in ("lr", "betas", "eps", "momentum", "nesterov") if name in old}
                )

    patch(kind, "step", step)


@fault(case=_ADAM, side="torch")
def adam_epsilon_is_1e_8(torch: Any, patch: Any) -> None:
    """Epsilon is a tenth of what was asked for."""
    _torch_groups(patch, torch.optim.Adam, lambda group, step: group.update(eps=group["eps"] / 10))


@fault(case=_ADAM, side="keras")
def adam_epsilon_in_another_place(keras: Any, patch: Any) -> None:
    """Epsilon is added to the second moment inside the root."""
    stock = keras.ops.sqrt
    from keras.src.optimizers import adam

    class Ops:
        def __getattr__(self, name: str) -> Any:
            return getattr(keras.ops, name)

        @staticmethod
        def sqrt(x: Any) -> Any:
            return stock(x + 1e-7) if hasattr(x, "shape") and len(x.shape) else stock(x)

    patch(adam, "ops", Ops())


@fault(case=_ADAM, side="torch")
def adam_beta_2_off_by_1e_7(torch: Any, patch: Any) -> None:
    """beta_2 is 0.9990001."""
    _torch_groups(patch, torch.optim.Adam, lambda group, step: group.update(betas=(group["betas"][0], 0.9990001)))


@fault(case=_ADAM, side="torch")
def adam_rate_in_float32(torch: Any, patch: Any) -> None:
    """The rate is rounded to float32."""
    _torch_groups(patch, torch.optim.Adam, lambda group, step: group.update(lr=float(np.float32(group["lr"]))))


@fault(case=_ADAM, side="keras")
def adam_without_bias_correction(keras: Any, patch: Any) -> None:
    """The moments are not corrected for their start at zero."""
    from keras.src.optimizers import adam

    class Ops:
        def __getattr__(self, name: str) -> Any:
            return getattr(keras.ops, name)

        @staticmethod
        def power(x: Any, y: Any) -> Any:
            return keras.ops.power(x, y) * 0.0

    patch(adam, "ops", Ops())


@fault(case=_ADAM, side="torch")
def adam_errs_in_step_three_alone(torch: Any, patch: Any) -> None:
    """The third step alone takes a rate 1e-4 too large."""
    _torch_groups(patch, torch.optim.Adam, lambda group, step: group.update(lr=group["lr"] * (1 + 1e-4 * (step == 2))))


@fault(case=_SGD, side="torch")
def sgd_rate_in_float32(torch: Any, patch: Any) -> None:
    """The rate is rounded to float32."""
    _torch_groups(patch, torch.optim.SGD, lambda group, step: group.update(lr=float(np.float32(group["lr"]))))


@fault(case=_MOMENTUM, side="torch")
def sgd_momentum_off_by_1e_7(torch: Any, patch: Any) -> None:
    """The momentum is 0.9000001."""
    _torch_groups(patch, torch.optim.SGD, lambda group, step: group.update(momentum=0.9000001))


@fault(case=_MOMENTUM, side="torch", variant="nesterov=True")
def nesterov_ignored(torch: Any, patch: Any) -> None:
    """nesterov=True does nothing."""
    _torch_groups(patch, torch.optim.SGD, lambda group, step: group.update(nesterov=False))


@fault(case=_MOMENTUM, side="keras", variant="weight_decay=0.01")
def weight_decay_ignored(keras: Any, patch: Any) -> None:
    """The weights do not decay."""
    patch(keras.optimizers.SGD, "_apply_weight_decay", lambda self, variables: None)


@fault(case=_ADAM, side="torch", tier="float32")
def adam_slots_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone the second moment is kept in bfloat16."""
    stock = torch.optim.Adam.step

    def step(self: Any, closure: Any = None) -> Any:
        made = stock(self)
        for state in self.state.values():
            if state["exp_avg_sq"].dtype == torch.float32:
                state["exp_avg_sq"].copy_(state["exp_avg_sq"].bfloat16())
        return made

    patch(torch.optim.Adam, "step", step)


@fault(case="core:schedules/ExponentialDecay", side="torch")
def exponential_rate_one_step_late(torch: Any, patch: Any) -> None:
    """The rate of every step is that of the step before."""
    kind = torch.optim.lr_scheduler.ExponentialLR
    stock = kind.get_lr

    def get_lr(self: Any) -> Any:
        return stock(self) if self.last_epoch > 1 else [group["lr"] for group in self.optimizer.param_groups]

    patch(kind, "get_lr", get_lr)


@fault(case="core:schedules/CosineDecay", side="keras", variant="plain")
def cosine_rate_off_by_1e_7(keras: Any, patch: Any) -> None:
    """Every rate is 1e-7 too large."""
    kind = keras.optimizers.schedules.CosineDecay
    stock = kind.__call__
    patch(kind, "__call__", lambda self, step: stock(self, step) * (1 + 1e-7))
