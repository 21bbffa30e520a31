"""Adam and its kin."""

from typing import Any

from pytest_fwparity import OptimizerCase, difference, grid


class AdamCase(OptimizerCase, abstract=True):
    """Keras' epsilon is the "epsilon hat" of the paper, added before the bias correction."""

    epsilon: float = 1e-7
    beta_2: float = 0.999
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


class Adam(AdamCase):
    """Moments with bias correction; Keras' epsilon is 1e-7, torch's 1e-8."""

    variants = grid(epsilon=[1e-7, 1e-3], beta_2=[0.999, 0.99])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(1e-3, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, 1e-3, (0.9, self.beta_2), self.epsilon)


class AMSGrad(AdamCase):
    """Adam by the largest second moment so far, taken before the bias correction on both sides."""

    variants = grid(epsilon=[1e-7, 1e-3])
    slots = {"momentum": "exp_avg", "velocity": "exp_avg_sq", "velocity_hat": "max_exp_avg_sq"}

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adam(1e-3, 0.9, self.beta_2, self.epsilon, amsgrad=True)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.Adam(params, 1e-3, (0.9, self.beta_2), self.epsilon, amsgrad=True)


class AdamW(AdamCase):
    """Adam with decoupled decay, before the step on both sides; it is 0.004 in Keras and 0.01 in torch."""

    weight_decay: float = 0.004
    variants = grid(weight_decay=[0.004, 0.1], epsilon=[1e-7]) | grid(epsilon=[1e-3])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.AdamW(1e-3, self.weight_decay, 0.9, self.beta_2, self.epsilon)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.AdamW(params, 1e-3, (0.9, self.beta_2), self.epsilon, self.weight_decay)
