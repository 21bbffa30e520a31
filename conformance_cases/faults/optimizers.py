"""Faults of optimizers."""

from typing import Any

import numpy as np

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import Instead, after_init, dtype_of
from conformance_cases.faults._steps import keras_after_step, keras_third_step
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
    from keras.src.optimizers import adam

    def sqrt(x: Any) -> Any:
        return keras.ops.sqrt(x + 1e-7 if len(x.shape) else x)

    patch(adam, "ops", Instead(keras.ops, sqrt=sqrt))


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

    patch(adam, "ops", Instead(keras.ops, power=lambda x, y: keras.ops.power(x, y) * 0.0))


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


@fault(case=_ADAM, side="keras", variant="epsilon=0.001")
def adam_in_keras_errs_in_step_three_alone(keras: Any, patch: Any) -> None:
    """The third step alone takes a rate 1e-4 too large."""
    keras_third_step(keras, patch, keras.optimizers.Adam, 1e-4)


@fault(case="core:optimizers/AMSGrad", side="torch")
def amsgrad_slot_alone(torch: Any, patch: Any) -> None:
    """The slot of the first moment is kept 1e-7 too large."""
    stock = torch.optim.Adam.step

    def step(self: Any, closure: Any = None) -> Any:
        made = stock(self)
        for state in self.state.values():
            state["exp_avg"].mul_(1 + 1e-7)
        return made

    patch(torch.optim.Adam, "step", step)


@fault(case="core:optimizers/AdamW", side="keras", variant="weight_decay=0.1")
def adamw_does_not_decay(keras: Any, patch: Any) -> None:
    """The weights do not decay."""
    patch(keras.optimizers.AdamW, "_apply_weight_decay", lambda self, variables: None)


@fault(case="core:optimizers/AdamW", side="torch")
def adamw_decays_the_gradient(torch: Any, patch: Any) -> None:
    """The decay is added to the gradient, as in Adam."""
    after_init(patch, torch.optim.AdamW, lambda self: self.param_groups[0].update(decoupled_weight_decay=False))


@fault(case=_SGD, side="keras", variant="learning_rate=0.1", tier="float16")
def sgd_wrong_in_float16_alone(keras: Any, patch: Any) -> None:
    """In float16 alone the rate is half as large again."""
    stock = keras.optimizers.SGD.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        stock(self, gradient, variable, rate * (1.5 if dtype_of(variable) == "float16" else 1.0))

    patch(keras.optimizers.SGD, "update_step", update)


@fault(case="core:optimizers/RMSprop", side="keras")
def rmsprop_rho_off_by_1e_7(keras: Any, patch: Any) -> None:
    """rho is 0.9000001."""
    after_init(patch, keras.optimizers.RMSprop, lambda self: setattr(self, "rho", self.rho + 1e-7))


@fault(case="core:optimizers/RMSpropCentered", side="keras")
def rmsprop_slot_alone(keras: Any, patch: Any) -> None:
    """The slot of the mean gradient is kept 1e-7 too large."""

    def change(optimizer: Any, variable: Any) -> None:
        slot = optimizer._average_gradients[optimizer._get_variable_index(variable)]
        optimizer.assign(slot, slot * (1 + 1e-7))

    keras_after_step(patch, keras.optimizers.RMSprop, change)


@fault(case=_MOMENTUM, side="keras")
def sgd_momentum_in_keras_off_by_1e_7(keras: Any, patch: Any) -> None:
    """The momentum is 0.9000001."""
    after_init(patch, keras.optimizers.SGD, lambda self: setattr(self, "momentum", self.momentum + 1e-7))


@fault(case=_SGD, side="keras", variant="learning_rate=0.1,weight_decay=0.01")
def sgd_decays_twice(keras: Any, patch: Any) -> None:
    """The weights decay twice in each step."""
    stock = keras.optimizers.SGD._apply_weight_decay

    def decay(self: Any, variables: Any) -> None:
        stock(self, variables)
        stock(self, variables)

    patch(keras.optimizers.SGD, "_apply_weight_decay", decay)


@fault(case="core:optimizers/SGDSchedule", side="keras")
def schedule_read_one_step_late(keras: Any, patch: Any) -> None:
    """Each step but the first takes the rate of the step before."""

    def rate(self: Any) -> Any:
        return self._learning_rate(keras.ops.maximum(self._iterations - 1, 0))

    patch(keras.optimizers.SGD, "_get_current_learning_rate", rate)


@fault(case=_MOMENTUM, side="keras", tier="float32", variant="nesterov=True")
def sgd_slots_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the momentum is kept in bfloat16."""

    def change(optimizer: Any, variable: Any) -> None:
        slot = optimizer.momentums[optimizer._get_variable_index(variable)]
        optimizer.assign(slot, keras_rounded(keras, slot))

    keras_after_step(patch, keras.optimizers.SGD, change)
