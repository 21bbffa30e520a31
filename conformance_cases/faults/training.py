"""Faults of trainings."""

from typing import Any

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
    from conformance_cases.faults._gradients import keras_rounded

    stock = keras.optimizers.SGD.update_step
    patch(
        keras.optimizers.SGD,
        "update_step",
        lambda self, gradient, variable, rate: stock(self, keras_rounded(keras, gradient), variable, rate),
    )
