"""Faults of what optimizers keep from step to step: moments, averages, warmups."""

from typing import Any

import numpy as np

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import Instead, after_init
from conformance_cases.faults._steps import keras_after_step
from pytest_fwparity import fault

_AT = "core:optimizers/"


@fault(case=f"{_AT}Adafactor", side="torch", variant="beta_2_decay=-0.5,clip_threshold=2.0,path=foreach")
def foreach_adafactor_forgets_faster(torch: Any, patch: Any) -> None:
    """The foreach path alone takes a decay of -0.5000001."""
    from torch.optim import _adafactor as module

    stock = module._multi_tensor_adafactor
    patch(
        module,
        "_multi_tensor_adafactor",
        lambda *args, beta2_decay, **options: stock(*args, beta2_decay=beta2_decay - 1e-7, **options),
    )


@fault(case=f"{_AT}MovingAverage", side="torch", variant="ema_momentum=0.9")
def average_momentum_in_float32(torch: Any, patch: Any) -> None:
    """The momentum of the average is rounded to float32."""
    stock = torch.optim.swa_utils.get_ema_multi_avg_fn
    patch(torch.optim.swa_utils, "get_ema_multi_avg_fn", lambda decay: stock(float(np.float32(decay))))


@fault(case=f"{_AT}Ftrl", side="keras", variant="initial=1.0,l1=0.1,power=-0.7")
def ftrl_starts_from_a_tenth(keras: Any, patch: Any) -> None:
    """initial_accumulator_value is 0.1, whatever was asked for."""
    after_init(patch, keras.optimizers.Ftrl, lambda self: setattr(self, "initial_accumulator_value", 0.1))


@fault(case=f"{_AT}Ftrl", side="keras", variant="l1=0.1")
def ftrl_threshold_is_hard(keras: Any, patch: Any) -> None:
    """What is beyond l1 is not moved towards 0 by it."""
    from keras.src.optimizers import ftrl

    def clip(z: Any, low: float, high: float) -> Any:
        return keras.ops.where(keras.ops.abs(z) > high, 0.0, z)

    patch(ftrl, "ops", Instead(keras.ops, clip=clip))


@fault(case=f"{_AT}Lamb", side="keras", variant="epsilon=0.001", tier="float32")
def lamb_norms_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the sums of squares below the norms are rounded to bfloat16."""
    from keras.src.optimizers import lamb

    patch(lamb, "ops", Instead(keras.ops, sum=lambda x: keras_rounded(keras, keras.ops.sum(x))))


@fault(case=f"{_AT}RMSpropCentered", side="keras", variant="epsilon=0.001", tier="float32")
def rmsprop_mean_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the mean gradient is kept in bfloat16."""

    def change(optimizer: Any, variable: Any) -> None:
        slot = optimizer._average_gradients[optimizer._get_variable_index(variable)]
        optimizer.assign(slot, keras_rounded(keras, slot))

    keras_after_step(patch, keras.optimizers.RMSprop, change)


@fault(case=f"{_AT}ScheduleFreeAdamW", side="keras", variant="warmup_steps=5")
def schedule_free_warmup_one_step_longer(keras: Any, patch: Any) -> None:
    """The rate rises for one step more."""
    after_init(
        patch,
        keras.optimizers.ScheduleFreeAdamW,
        lambda self: setattr(self, "warmup_steps", self.warmup_steps + 1),
    )


@fault(case=f"{_AT}ScheduleFreeAdamW", side="keras", variant="beta_1=0.95")
def schedule_free_epsilon_is_1e_7(keras: Any, patch: Any) -> None:
    """Epsilon is that of Keras' other optimizers, 1e-7."""
    after_init(patch, keras.optimizers.ScheduleFreeAdamW, lambda self: setattr(self, "epsilon", 1e-7))


@fault(case=f"{_AT}ScheduleFreeAdamW", side="keras", tier="float32")
def schedule_free_velocity_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the second moment is kept in bfloat16."""

    def change(optimizer: Any, variable: Any) -> None:
        slot = optimizer._velocities[optimizer._get_variable_index(variable)]
        optimizer.assign(slot, keras_rounded(keras, slot))

    keras_after_step(patch, keras.optimizers.ScheduleFreeAdamW, change)
