"""Schedule-free AdamW, which torch lacks."""

from typing import Any

from conformance_cases.optimizers._by_hand import in_torch, rounded
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class ScheduleFreeAdamW(OptimizerCase):
    """Defazio et al. (2024): y between z, which takes Adam's steps, and x, the mean of all z."""

    level = "standard"
    speed = None
    warmup_steps: int = 0
    beta_1: float = 0.9
    variants = grid(warmup_steps=[0, 5], beta_1=[0.9]) | grid(beta_1=[0.95])
    without = {"*-bfloat16": "0.999 is 1 in bfloat16: Keras' second moment is 0 / 0"}
    slots = {"momentum": "z", "velocity": "v"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.ScheduleFreeAdamW(0.0025, self.beta_1, warmup_steps=self.warmup_steps)

    def torch(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, 0.999, stale=False)

    def _by_hand(self, torch: Any, params: Any, beta_2: Any, stale: bool) -> Any:
        def update(y: Any, g: Any, step: int, z: Any, v: Any) -> Any:
            rate = 0.0025 * (min(step / self.warmup_steps, 1.0) if self.warmup_steps else 1.0)
            v = v + (g * g - v) * (1 - beta_2)
            after = z - rate * g / ((v / (1 - beta_2**step)) ** 0.5 + 1e-8)
            x = (y - (1 - self.beta_1) * (after if stale else z)) / self.beta_1
            x = (1 - 1 / step) * x + 1 / step * after
            return (1 - self.beta_1) * after + self.beta_1 * x, {"z": after, "v": v}

        return in_torch(torch, params, update, lambda y: {"z": y.clone(), "v": torch.zeros_like(y)})

    @difference(
        replaces="torch",
        why="Keras' copy of the old z is the variable itself, so that x is recovered with the new z",
        source="keras/src/optimizers/schedule_free_adamw.py, update_step: momentum_old = momentum.value",
        sides=("keras-tensorflow", "keras-torch"),
    )
    def old_z_is_an_alias(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, 0.999, stale=True)

    @difference(
        replaces="torch",
        why="Keras forms 1 - beta_2 in the working dtype, which cancels for 0.999",
        source="keras/src/optimizers/schedule_free_adamw.py, update_step",
        sides=("keras-tensorflow", "keras-torch"),
        dtypes=("float32", "float16"),
    )
    def alias_and_beta_in_the_working_dtype(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, rounded(torch, 0.999), stale=True)

    @difference(
        replaces="torch",
        why="Keras forms 1 - beta_2 in the working dtype, which cancels for 0.999",
        source="keras/src/optimizers/schedule_free_adamw.py, update_step",
        sides=("keras-jax",),
        dtypes=("float32", "float16"),
    )
    def beta_in_the_working_dtype(self, torch: Any, params: Any) -> Any:
        return self._by_hand(torch, params, rounded(torch, 0.999), stale=False)
