"""Faults of mixed precision and loss scaling."""

from typing import Any

from conformance_cases.faults._stand_ins import Instead, rescaled, with_options
from pytest_fwparity import fault

_CONV, _FLOAT16 = "core:mixed_precision/MixedConv2D", "core:mixed_precision/TrainingInFloat16"


@fault(case=_CONV, side="keras", variant="plain", tier="mixed_float16")
def mixed_convolution_does_not_mix(keras: Any, patch: Any) -> None:
    """A convolution under a mixed policy computes in float32."""
    with_options(patch, keras.layers.Conv2D, dtype="float32")


@fault(case=_CONV, side="torch", variant="strided", tier="mixed_bfloat16")
def mixed_convolution_wrong(torch: Any, patch: Any) -> None:
    """In bfloat16 alone, as under autocast, every output is 20 % too large."""
    rescaled(patch, torch.nn.functional, "conv2d", 0.2, dtype="bfloat16")


@fault(case=_FLOAT16, side="keras", tier="mixed_float16")
def loss_scale_is_not_halved_in_keras(keras: Any, patch: Any) -> None:
    """After an overflow the loss scale stays."""

    def handle(self: Any) -> None:
        self.step_counter.assign(0)

    patch(keras.mixed_precision.LossScaleOptimizer, "_stateful_handle_non_finite_grads", handle)


@fault(case=_FLOAT16, side="keras", tier="mixed_float16")
def gradients_stay_scaled(keras: Any, patch: Any) -> None:
    """Gradients are not divided by the loss scale."""
    from keras.src.optimizers import loss_scale_optimizer as module

    patch(module, "ops", Instead(module.ops, divide=lambda gradient, scale: gradient))


@fault(case=_FLOAT16, side="torch", tier="mixed_float16")
def loss_scale_grows_fourfold(torch: Any, patch: Any) -> None:
    """The loss scale grows four times as large."""
    with_options(patch, torch.amp.GradScaler, growth_factor=4.0)


@fault(case=_FLOAT16, side="torch", tier="mixed_float16")
def overflowing_step_is_taken_by_what_is_finite(torch: Any, patch: Any) -> None:
    """A step whose gradients overflow is made none the less, by the gradients that are finite."""

    def step(self: Any, optimizer: Any, state: Any, *args: Any, **options: Any) -> Any:
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                torch.nan_to_num_(parameter.grad, 0.0, 0.0, 0.0)
        return optimizer.step()

    patch(torch.amp.GradScaler, "_maybe_opt_step", step)


@fault(case="core:mixed_precision/MixedDense", side="keras", tier="mixed_bfloat16")
def mixed_layer_does_not_mix(keras: Any, patch: Any) -> None:
    """A layer under a mixed policy computes in float32."""
    made = keras.layers.Dense.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, "dtype": "float32"})

    patch(keras.layers.Dense, "__init__", init)


@fault(case="core:mixed_precision/MixedDense", side="torch", tier="mixed_float16")
def autocast_does_not_cast(torch: Any, patch: Any) -> None:
    """autocast does nothing."""
    import contextlib

    patch(torch, "autocast", lambda *args, **options: contextlib.nullcontext())


@fault(case=_FLOAT16, side="torch", tier="mixed_float16")
def loss_scale_is_not_halved(torch: Any, patch: Any) -> None:
    """After an overflow the loss scale stays."""
    made = torch.amp.GradScaler.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, "backoff_factor": 0.999999})

    patch(torch.amp.GradScaler, "__init__", init)


@fault(case=_FLOAT16, side="keras", tier="mixed_float16")
def loss_scale_grows_late(keras: Any, patch: Any) -> None:
    """The loss scale doubles one step later than it should."""
    kind = keras.mixed_precision.LossScaleOptimizer
    made = kind.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.dynamic_growth_steps += 1

    patch(kind, "__init__", init)


@fault(case="core:mixed_precision/TrainingInBfloat16", side="keras", tier="mixed_bfloat16")
def mixed_training_takes_tenfold_steps(keras: Any, patch: Any) -> None:
    """Under a mixed policy alone the rate is ten times too large."""
    stock = keras.optimizers.SGD.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        policy = keras.config.dtype_policy()
        stock(self, gradient, variable, rate * (1.0 if policy.compute_dtype == policy.variable_dtype else 10.0))

    patch(keras.optimizers.SGD, "update_step", update)
