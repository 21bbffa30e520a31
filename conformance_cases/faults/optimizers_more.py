"""Faults of optimizers beyond descent, Adam and RMSprop, and of what surrounds a step."""

from typing import Any

from conformance_cases.faults._stand_ins import Instead, after_init, changed_result
from conformance_cases.faults._steps import keras_after_step, keras_third_step
from pytest_fwparity import fault

_AT = "core:optimizers/"


def _torch_option(patch: Any, kind: Any, **forced: Any) -> None:
    """The parameters of this kind of optimizer have these options, whatever was asked for."""
    after_init(patch, kind, lambda self: self.param_groups[0].update(forced))


@fault(case=f"{_AT}Adagrad", side="keras")
def adagrad_epsilon_outside_the_root(keras: Any, patch: Any) -> None:
    """Epsilon is added to the root."""
    from keras.src.optimizers import adagrad

    ops = Instead(keras.ops, add=lambda x, y: x, sqrt=lambda x: keras.ops.sqrt(x) + 1e-7)
    patch(adagrad, "ops", ops)


@fault(case=f"{_AT}Adagrad", side="torch", variant="initial=1.0,rate_decay=0.01")
def adagrad_rate_does_not_decay(torch: Any, patch: Any) -> None:
    """lr_decay does nothing."""
    _torch_option(patch, torch.optim.Adagrad, lr_decay=0.0)


@fault(case=f"{_AT}Adagrad", side="torch", variant="path=fused")
def fused_adagrad_rate_1e_7(torch: Any, patch: Any) -> None:
    """The fused path alone takes a rate 1e-7 too large."""
    from torch.optim import adagrad

    stock = adagrad._fused_adagrad
    patch(adagrad, "_fused_adagrad", lambda *args, lr, **options: stock(*args, lr=lr * (1 + 1e-7), **options))


@fault(case=f"{_AT}Adadelta", side="keras", variant="epsilon=0.001,path=foreach,weight_decay=0.01")
def adadelta_rho_off_by_1e_7(keras: Any, patch: Any) -> None:
    """rho is 0.9500001."""
    after_init(patch, keras.optimizers.Adadelta, lambda self: setattr(self, "rho", self.rho + 1e-7))


@fault(case=f"{_AT}Adadelta", side="torch")
def adadelta_epsilon_is_1e_6(torch: Any, patch: Any) -> None:
    """Epsilon is torch's own 1e-6."""
    _torch_option(patch, torch.optim.Adadelta, eps=1e-6)


@fault(case=f"{_AT}Adamax", side="keras", variant="epsilon=0.001")
def adamax_ignores_epsilon(keras: Any, patch: Any) -> None:
    """Epsilon is always 1e-7."""
    after_init(patch, keras.optimizers.Adamax, lambda self: setattr(self, "epsilon", 1e-7))


@fault(case=f"{_AT}Nadam", side="torch")
def nadam_schedule_stretched(torch: Any, patch: Any) -> None:
    """momentum_decay is 0.004, whatever was asked for."""
    _torch_option(patch, torch.optim.NAdam, momentum_decay=4e-3)


@fault(case=f"{_AT}Nadam", side="keras")
def nadam_errs_in_step_three_alone(keras: Any, patch: Any) -> None:
    """The third step alone takes a rate 1e-4 too large."""
    keras_third_step(keras, patch, keras.optimizers.Nadam, 1e-4)


@fault(case=f"{_AT}Adafactor", side="keras")
def adafactor_mean_of_rows_1e_7(keras: Any, patch: Any) -> None:
    """The mean of the rows' moments is 1e-7 too large."""
    from keras.src.optimizers import adafactor

    def mean(x: Any, *args: Any, **options: Any) -> Any:
        return keras.ops.mean(x, *args, **options) * (1 + 1e-7 * bool(options.get("keepdims")))

    patch(adafactor, "ops", Instead(keras.ops, mean=mean))


@fault(case=f"{_AT}Adafactor", side="torch", variant="learning_rate=0.5")
def adafactor_clips_at_two(torch: Any, patch: Any) -> None:
    """The clipping threshold is 2."""
    _torch_option(patch, torch.optim.Adafactor, d=2.0)


@fault(case=f"{_AT}Muon", side="keras")
def muon_iterates_four_times(keras: Any, patch: Any) -> None:
    """One iteration less than asked for."""
    after_init(patch, keras.optimizers.Muon, lambda self: setattr(self, "ns_steps", self.ns_steps - 1))


@fault(case=f"{_AT}MuonOfTorch", side="torch", variant="nesterov=False")
def muon_always_nesterov(torch: Any, patch: Any) -> None:
    """nesterov=False does nothing."""
    _torch_option(patch, torch.optim.Muon, nesterov=True)


@fault(case=f"{_AT}Lamb", side="keras")
def lamb_norms_a_little_long(keras: Any, patch: Any) -> None:
    """The sums of squares below the norms are 1e-7 too large."""
    from keras.src.optimizers import lamb

    patch(lamb, "ops", Instead(keras.ops, sum=lambda x: keras.ops.sum(x) + 1e-7))


@fault(case=f"{_AT}Lion", side="keras", variant="weight_decay=0.1")
def lion_keeps_momentum_with_beta_1(keras: Any, patch: Any) -> None:
    """The momentum is kept with beta_1, 0.9."""
    after_init(patch, keras.optimizers.Lion, lambda self: setattr(self, "beta_2", self.beta_1))


@fault(case=f"{_AT}Ftrl", side="keras", variant="beta=1.0,l2=0.01,shrinkage=0.01")
def ftrl_halves_l2(keras: Any, patch: Any) -> None:
    """l2 counts half."""
    after_init(
        patch,
        keras.optimizers.Ftrl,
        lambda self: setattr(self, "l2_regularization_strength", self.l2_regularization_strength / 2),
    )


@fault(case=f"{_AT}ClipNorm", side="keras")
def clipnorm_1e_7_long(keras: Any, patch: Any) -> None:
    """Clipped gradients are 1e-7 too long."""
    changed_result(patch, keras.optimizers.SGD, "_clip_by_norm", lambda g: g * (1 + 1e-7))


@fault(case=f"{_AT}GlobalClipNorm", side="torch", variant="global_clipnorm=100.0")
def clipping_stretches_short_gradients(torch: Any, patch: Any) -> None:
    """Gradients below the limit become a hundredth longer."""
    stock = torch.nn.utils.clip_grad_norm_

    def clip(parameters: Any, max_norm: float, *args: Any, **options: Any) -> Any:
        for parameter in parameters:
            parameter.grad.mul_(1.01)
        return stock(parameters, max_norm, *args, **options)

    patch(torch.nn.utils, "clip_grad_norm_", clip)


@fault(case=f"{_AT}ClipValue", side="torch")
def clipvalue_from_above_alone(torch: Any, patch: Any) -> None:
    """Negative elements are not clipped."""

    def clip(parameters: Any, limit: float) -> None:
        for parameter in parameters:
            parameter.grad.clamp_(max=limit)

    patch(torch.nn.utils, "clip_grad_value_", clip)


@fault(case=f"{_AT}MovingAverage", side="keras", variant="ema_momentum=0.9,overwrite=4")
def average_overwrites_a_step_early(keras: Any, patch: Any) -> None:
    """The average takes the place of the parameters every third step."""
    after_init(patch, keras.optimizers.SGD, lambda self: setattr(self, "ema_overwrite_frequency", 3))


@fault(case=f"{_AT}MovingAverage", side="keras", variant="ema_momentum=0.9,overwrite=4")
def average_overwrites_nothing(keras: Any, patch: Any) -> None:
    """ema_overwrite_frequency does nothing."""
    after_init(patch, keras.optimizers.SGD, lambda self: setattr(self, "ema_overwrite_frequency", None))


@fault(case=f"{_AT}GradientAccumulation", side="keras")
def accumulation_takes_the_sum(keras: Any, patch: Any) -> None:
    """Accumulated gradients are not divided by their number."""
    stock = keras.optimizers.SGD.update_step
    patch(
        keras.optimizers.SGD,
        "update_step",
        lambda self, gradient, variable, rate: stock(self, gradient * self.gradient_accumulation_steps, variable, rate),
    )


@fault(case=f"{_AT}LossScaleFactor", side="keras")
def loss_scale_factor_not_undone(keras: Any, patch: Any) -> None:
    """Gradients keep the factor of the loss."""
    after_init(patch, keras.optimizers.SGD, lambda self: setattr(self, "loss_scale_factor", None))


@fault(case=f"{_AT}LossScaleOptimizer", side="keras")
def loss_scale_grows_a_step_late(keras: Any, patch: Any) -> None:
    """The scale grows after 5 good steps."""
    after_init(
        patch,
        keras.optimizers.LossScaleOptimizer,
        lambda self: setattr(self, "dynamic_growth_steps", self.dynamic_growth_steps + 1),
    )


@fault(case=f"{_AT}LossScaleOptimizer", side="torch")
def scaler_backs_off_by_a_quarter(torch: Any, patch: Any) -> None:
    """After an overflow the scale falls to a quarter."""
    after_init(patch, torch.amp.GradScaler, lambda self: setattr(self, "_backoff_factor", 0.25))


@fault(case=f"{_AT}MultiOptimizer", side="keras")
def map_gives_the_default_always(keras: Any, patch: Any) -> None:
    """Patterns match nothing."""
    patch(keras.optimizers.OptimizerMap, "__getitem__", lambda self, key: self.default_optimizer)


@fault(case=f"{_AT}RestoredOptimizer", side="keras")
def restored_without_beta_2(keras: Any, patch: Any) -> None:
    """beta_2 is not saved, so that the restored optimizer takes 0.99."""
    changed_result(patch, keras.optimizers.AdamW, "get_config", lambda config: {**config, "beta_2": 0.99})


@fault(case=f"{_AT}ASGD", side="torch", variant="lambd=0.1")
def asgd_rate_falls_faster(torch: Any, patch: Any) -> None:
    """The rate falls by the power 0.75 + 1e-6."""
    _torch_option(patch, torch.optim.ASGD, alpha=0.75 + 1e-6)


@fault(case=f"{_AT}Rprop", side="torch")
def rprop_grows_by_1e_7_more(torch: Any, patch: Any) -> None:
    """Step sizes grow by 1.2000001."""
    _torch_option(patch, torch.optim.Rprop, etas=(0.5, 1.2 + 1e-7))


@fault(case=f"{_AT}RAdam", side="torch")
def radam_epsilon_is_1e_7(torch: Any, patch: Any) -> None:
    """Epsilon is ten times what was asked for."""
    _torch_option(patch, torch.optim.RAdam, eps=1e-7)


@fault(case=f"{_AT}RAdam", side="keras")
def slots_of_a_subclass_1e_7(keras: Any, patch: Any) -> None:
    """Every assignment of an optimizer is 1e-7 too large."""
    stock = keras.optimizers.Optimizer.assign
    patch(keras.optimizers.Optimizer, "assign", lambda self, variable, value: stock(self, variable, value * (1 + 1e-7)))


@fault(case=f"{_AT}SGDDampening", side="torch", variant="path=fused")
def fused_sgd_does_not_dampen(torch: Any, patch: Any) -> None:
    """dampening is 0."""
    _torch_option(patch, torch.optim.SGD, dampening=0.0)


@fault(case=f"{_AT}ExcludedFromDecay", side="keras")
def nothing_excluded_from_decay(keras: Any, patch: Any) -> None:
    """exclude_from_weight_decay does nothing."""
    patch(keras.optimizers.SGD, "_use_weight_decay", lambda self, variable: True)


@fault(case=f"{_AT}SparseAdam", side="torch")
def sparse_adam_beta_2_off_by_1e_7(torch: Any, patch: Any) -> None:
    """beta_2 is 0.9990001."""
    _torch_option(patch, torch.optim.SparseAdam, betas=(0.9, 0.9990001))


@fault(case=f"{_AT}MuonOnOthers", side="keras")
def muon_slot_of_others_1e_7(keras: Any, patch: Any) -> None:
    """What takes AdamW's step keeps its second moment 1e-7 too large."""

    def change(optimizer: Any, variable: Any) -> None:
        slot = optimizer.adam_velocities[optimizer._get_variable_index(variable)]
        optimizer.assign(slot, slot * (1 + 1e-7))

    keras_after_step(patch, keras.optimizers.Muon, change)
