"""Adafactor: the second moments of a matrix kept as those of its rows and columns."""

from typing import Any

import numpy as np

from conformance_cases.optimizers._by_hand import path_of
from conformance_cases.optimizers._gradients import gradients_away_from_zero
from pytest_fwparity import OptimizerCase, difference, grid


class Adafactor(OptimizerCase):
    """Relative steps of rms(w); Keras' epsilon_1 is added to squares, torch's is the least root: its square is given.

    Neither takes ``learning_rate`` beyond 1 / sqrt(step), whatever Keras' ``relative_step``.
    """

    level = "standard"
    speed = None
    learning_rate: float = 1e-3
    clip_threshold: float = 1.0
    beta_2_decay: float = -0.8
    relative_step: bool = True
    weight_decay: float = 0.0
    path: str = "default"
    variants = (
        grid(learning_rate=[1e-3, 0.5])
        | grid(learning_rate=[0.5], relative_step=[False])
        | grid(clip_threshold=[2.0], beta_2_decay=[-0.5], path=["foreach"])
        | grid(weight_decay=[0.1])
    )
    slots = {"velocity": "variance"}
    gradients = gradients_away_from_zero

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.Adafactor(
            self.learning_rate,
            self.beta_2_decay,
            clip_threshold=self.clip_threshold,
            relative_step=self.relative_step,
            weight_decay=self.weight_decay or None,
        )

    def torch(self, torch: Any, params: Any) -> Any:
        eps, d, decay = (1e-15, 1e-3), self.clip_threshold, self.weight_decay
        path = path_of(self.path)
        return torch.optim.Adafactor(params, self.learning_rate, self.beta_2_decay, eps, d, decay, **path)

    def torch_slots(self, torch: Any, optimizer: Any, parameter: Any, state: Any) -> dict[str, Any]:
        if "variance" in state:
            return {"velocity": state["variance"]}
        rows, columns = state["row_var"], state["col_var"]
        return {"velocity": rows / rows.mean(-2, keepdim=True) * columns}

    def reference(self, parameter: Any, gradients: Any) -> Any:
        row = column = square = np.zeros(())
        for step, g in enumerate(gradients, 1):
            keep = 1 - step**self.beta_2_decay
            parameter = parameter * (1 - self.learning_rate * self.weight_decay)
            rate = min(self.learning_rate, step**-0.5) * max(1e-3, np.sqrt(np.mean(parameter**2)))
            if g.ndim > 1:
                row = keep * row + (1 - keep) * np.mean(g**2, -1)
                column = keep * column + (1 - keep) * np.mean(g**2, -2)
                square = np.multiply.outer(row / row.mean(), column)
            else:
                square = keep * square + (1 - keep) * g**2
            move = g / np.sqrt(square)
            parameter = parameter - rate * move / max(1, np.sqrt(np.mean(move**2)) / self.clip_threshold)
            yield parameter

    @difference(
        replaces="torch_step",
        why="Keras takes rms(w) after the weights have decayed, torch before",
        source="keras/src/optimizers/base_optimizer.py, _backend_apply_gradients; torch/optim/_adafactor.py",
        when=lambda case: case.weight_decay > 0,
    )
    def decay_before_the_scale(self, torch: Any, optimizer: Any, step: int) -> None:
        (group,) = optimizer.param_groups
        group["weight_decay"] = 0.0
        with torch.no_grad():
            for parameter in group["params"]:
                parameter.mul_(1 - self.learning_rate * self.weight_decay)
        optimizer.step()
