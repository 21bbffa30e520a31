"""Adam and its kin."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import path_of
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class AdamCase(OptimizerCase, abstract=True):
    """Keras' epsilon is the "epsilon hat" of the paper, added before the bias correction."""

    epsilon: float = 1e-7
    beta_2: float = 0.999
    weight_decay: float = 0.0
    amsgrad = False
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq"}

    @difference(
        replaces="torch_step",
        why="Keras adds epsilon before the bias correction of the second moment, torch after it",
        source="keras/src/optimizers/adam.py, update_step; torch.optim.Adam; Kingma and Ba 2015, section 2",
    )
    def epsilon_hat(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        group["eps"] = self.epsilon / (1 - self.beta_2 ** (step + 1)) ** 0.5
        optimizer.step()

    gradients = gradients_away_from_zero

    def reference(self, parameter: Any, gradients: Any) -> Any:
        m = v = largest = np.zeros_like(parameter)
        for step, g in enumerate(gradients, 1):
            m, v = 0.9 * m + (1 - 0.9) * g, self.beta_2 * v + (1 - self.beta_2) * g**2
            largest = np.maximum(largest, v)
            rate = 1e-3 * np.sqrt(1 - self.beta_2**step) / (1 - 0.9**step)
            parameter = parameter * (1 - 1e-3 * self.weight_decay)
            parameter = parameter - rate * m / (np.sqrt(largest if self.amsgrad else v) + self.epsilon)
            yield parameter


class Adam(AdamCase):
    """Moments with bias correction; Keras' epsilon is 1e-7, torch's 1e-8."""

    path: str = "default"
    variants = grid(epsilon=[1e-7, 1e-3], beta_2=[0.999, 0.99]) | grid(path=["foreach", "fused"])
    quick = ("default", "beta_2=0.99", "epsilon=0.001", "beta_2=0.99,epsilon=0.001")

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(1e-3, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, 1e-3, (0.9, self.beta_2), self.epsilon, **path_of(self.path))


class AMSGrad(AdamCase):
    """Adam by the largest second moment so far, before the bias correction on both sides; gradients fall to a quarter."""

    variants = grid(epsilon=[1e-7, 1e-3])
    beta_2: float = 0.9
    amsgrad = True
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq", "velocity_hat": "max_exp_avg_sq"}

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        steps = gradients_away_from_zero(self, rng)
        half = self.steps // 2
        return [*steps[:half], *({name: g / 4 for name, g in step.items()} for step in steps[half:])]

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(1e-3, 0.9, self.beta_2, self.epsilon, amsgrad=True)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, 1e-3, (0.9, self.beta_2), self.epsilon, amsgrad=True)


class AdamW(AdamCase):
    """Adam with decoupled decay, before the step on both sides; it is 0.004 in Keras and 0.01 in torch."""

    weight_decay: float = 0.004
    path: str = "default"
    variants = grid(weight_decay=[0.004, 0.1], epsilon=[1e-7]) | grid(epsilon=[1e-3]) | grid(path=["foreach", "fused"])
    quick = ("default", "weight_decay=0.1", "epsilon=0.001")

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.AdamW(1e-3, self.weight_decay, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        options = {"weight_decay": self.weight_decay, **path_of(self.path)}
        return torch.optim.AdamW(params, 1e-3, (0.9, self.beta_2), self.epsilon, **options)


class AdamFromZero(AdamCase):
    """From parameters of zero each update stands by itself, so that its own relative accuracy is seen."""

    learning_rate: float = 1e-3
    variants = grid(learning_rate=[1e-3, 0.01])
    without = {"*bfloat16": "0.999 is 1 in bfloat16: Keras' 1 - beta_2 is 0 there, and its parameters never move"}
    steps = 5

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"matrix": np.zeros((6, 4)), "vector": np.zeros(12)}

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(self.learning_rate, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, self.learning_rate, (0.9, self.beta_2), self.epsilon)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for after in AdamCase.reference(self, parameter, gradients):
            yield after * (self.learning_rate / 1e-3)  # from zero and without decay the rate only scales

    @difference(
        replaces="torch_step",
        why="Keras forms 1 - beta**t in the working dtype, which cancels for beta near 1; torch in Python's float64",
        source="keras/src/optimizers/adam.py, update_step",
        sides=("keras-*",),
        dtypes=("float32", "float16"),
    )
    def correction_in_the_working_dtype(self, torch: Any, optimizer: Any, step: int) -> None:
        with torch.no_grad():
            for parameter in optimizer.param_groups[0]["params"]:
                g, state = parameter.grad, optimizer.state[parameter]
                beta_1, beta_2 = (torch.full_like(g, beta) * 1.0 for beta in (0.9, self.beta_2))
                m, v = (state.setdefault(name, torch.zeros_like(g)) for name in ("exp_avg", "exp_avg_sq"))
                m.add_((g - m) * (1 - beta_1))
                v.add_((g * g - v) * (1 - beta_2))
                correction = (1 - beta_2 ** (step + 1)).sqrt() / (1 - beta_1 ** (step + 1))
                parameter.sub_(self.learning_rate * correction * m / (v.sqrt() + self.epsilon))
