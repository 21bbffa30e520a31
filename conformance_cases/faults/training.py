"""Faults of trainings."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import rescaled
from conformance_cases.faults._steps import keras_third_step
from pytest_fwparity import fault

_CLASSIFIER = "core:training/Classifier"


@fault(case=_CLASSIFIER, side="keras", variant="optimizer=nesterov")
def fit_errs_in_batch_three(keras: Any, patch: Any) -> None:
    """The third batch alone is trained at a rate 1e-4 too large."""
    keras_third_step(keras, patch, keras.optimizers.SGD, 1e-4)


@fault(case=_CLASSIFIER, side="torch", variant="optimizer=adam")
def gradients_not_cleared(torch: Any, patch: Any) -> None:
    """zero_grad does nothing, so that gradients add up."""
    patch(torch.optim.Optimizer, "zero_grad", lambda self, set_to_none=True: None)


@fault(case=_CLASSIFIER, side="keras", variant="optimizer=adam")
def fit_leaves_out_the_last_bias(keras: Any, patch: Any) -> None:
    """The smallest variable is not trained."""
    stock = keras.optimizers.Adam.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        if tuple(variable.shape) != (3,):
            stock(self, gradient, variable, rate)

    patch(keras.optimizers.Adam, "update_step", update)


@fault(case=_CLASSIFIER, side="torch")
def loss_in_training_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every loss is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "cross_entropy")


@fault(case=_CLASSIFIER, side="keras", tier="float32")
def fit_computes_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone gradients are rounded to bfloat16 before the step."""
    stock = keras.optimizers.SGD.update_step
    patch(
        keras.optimizers.SGD,
        "update_step",
        lambda self, gradient, variable, rate: stock(self, keras_rounded(keras, gradient), variable, rate),
    )


@fault(case=_CLASSIFIER, side="torch")
def training_rate_off_in_batch_three(torch: Any, patch: Any) -> None:
    """The third batch alone is trained at a rate 1e-4 too large."""
    stock = torch.optim.SGD.step

    def step(self: Any, closure: Any = None) -> Any:
        self.fwparity_step = getattr(self, "fwparity_step", -1) + 1
        (group,) = self.param_groups
        rate, group["lr"] = group["lr"], group["lr"] * (1 + 1e-4 * (self.fwparity_step == 2))
        made = stock(self)
        group["lr"] = rate
        return made

    patch(torch.optim.SGD, "step", step)


@fault(case=_CLASSIFIER, side="keras")
def fit_scales_the_loss(keras: Any, patch: Any) -> None:
    """fit minimises 1 + 1e-6 times the loss."""
    stock = keras.Model.compute_loss
    patch(keras.Model, "compute_loss", lambda self, *args, **options: stock(self, *args, **options) * (1 + 1e-6))


@fault(case=_CLASSIFIER, side="torch", tier="float32")
def training_gradients_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone gradients are rounded to bfloat16 before the step."""
    stock = torch.optim.SGD.step

    def step(self: Any, closure: Any = None) -> Any:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.dtype == torch.float32:
                    parameter.grad.copy_(parameter.grad.bfloat16())
        return stock(self)

    patch(torch.optim.SGD, "step", step)
