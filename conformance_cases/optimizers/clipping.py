"""Gradients that are clipped before the step."""

from typing import Any

import numpy as np

from pytest_fwparity import OptimizerCase, difference, grid


class ClipCase(OptimizerCase, abstract=True):
    """Plain descent by gradients of norms about 5 and 3.5; in the fourth step the vector's are 0."""

    level = "standard"
    speed = None
    steps = 10

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        steps = OptimizerCase.gradients(self, rng)
        steps[3]["vector"] = np.zeros(12)
        return steps


class ClipNorm(ClipCase):
    """Each gradient by itself is no longer than the limit; a limit that none reaches changes nothing."""

    clipnorm: float = 1.0
    variants = grid(clipnorm=[1.0, 100.0])

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(0.01, clipnorm=self.clipnorm)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.01)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        for parameter in optimizer.param_groups[0]["params"]:
            torch.nn.utils.clip_grad_norm_([parameter], self.clipnorm)
        optimizer.step()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - 0.01 * g * self.clipnorm / max(np.sqrt(np.sum(g**2)), self.clipnorm)
            yield parameter

    @difference(
        replaces="torch_step",
        why="torch divides by the norm + 1e-6, Keras by the norm",
        source="torch.nn.utils.clip_grad_norm_; keras/src/optimizers/base_optimizer.py, _clip_by_norm",
        when=lambda case: case.clipnorm < 10,
    )
    def exact_norm(self, torch: Any, optimizer: Any, step: int) -> None:
        for parameter in optimizer.param_groups[0]["params"]:
            parameter.grad.mul_(self.clipnorm / parameter.grad.norm().clamp(min=self.clipnorm))
        optimizer.step()


class GlobalClipNorm(ClipCase):
    """All gradients together, of norm 7 in each step, are no longer than the limit."""

    global_clipnorm: float = 1.0
    variants = grid(global_clipnorm=[1.0, 100.0])

    def gradients(self, rng: np.random.Generator) -> list[dict[str, Any]]:
        sizes = np.repeat([0.5, 1.0, 1.5, 2.0], [12, 12, 8, 4])
        drawn = [rng.permutation(sizes) * rng.choice([-1.0, 1.0], size=36) for _ in range(self.steps)]
        return [{"matrix": g[:24].reshape(6, 4), "vector": g[24:]} for g in drawn]

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(0.01, global_clipnorm=self.global_clipnorm)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.01)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], self.global_clipnorm)
        optimizer.step()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - 0.01 * g * min(1.0, self.global_clipnorm / 7)
            yield parameter

    @difference(
        replaces="torch_step",
        why="torch divides by the norm + 1e-6, Keras by the norm",
        source="torch.nn.utils.clip_grad_norm_; keras/src/optimizers/base_optimizer.py, clip_by_global_norm",
        when=lambda case: case.global_clipnorm < 10,
    )
    def exact_norm(self, torch: Any, optimizer: Any, step: int) -> None:
        gradients = [parameter.grad for parameter in optimizer.param_groups[0]["params"]]
        norm = torch.nn.utils.get_total_norm(gradients)
        for gradient in gradients:
            gradient.mul_(self.global_clipnorm / norm.clamp(min=self.global_clipnorm))
        optimizer.step()


class ClipValue(ClipCase):
    """No element of a gradient is larger than the limit."""

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(0.01, clipvalue=0.5)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.01)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        torch.nn.utils.clip_grad_value_(optimizer.param_groups[0]["params"], 0.5)
        optimizer.step()

    def reference(self, parameter: Any, gradients: Any) -> Any:
        for g in gradients:
            parameter = parameter - 0.01 * np.clip(g, -0.5, 0.5)
            yield parameter
