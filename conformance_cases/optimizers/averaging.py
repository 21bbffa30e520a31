"""Moving averages of the parameters."""

from typing import Any

from pytest_fwparity import OptimizerCase, difference, grid


class MovingAverage(OptimizerCase):
    """average = m * average + (1 - m) * w, a copy at first; every few steps it may take the place of w."""

    level = "standard"
    speed = None
    ema_momentum: float = 0.99
    overwrite: int = 0
    variants = grid(ema_momentum=[0.99, 0.9]) | grid(ema_momentum=[0.9], overwrite=[4])
    slots = {"average": "average"}

    def keras(self, keras: Any) -> Any:
        options = {"ema_momentum": self.ema_momentum, "ema_overwrite_frequency": self.overwrite or None}
        return keras.optimizers.SGD(0.1, use_ema=True, **options)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.1)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        optimizer.step()
        self._average(
            torch, optimizer, first=step == 0, overwrite=self.overwrite > 0 and (step + 1) % self.overwrite == 0
        )

    def _average(self, torch: Any, optimizer: Any, first: bool, overwrite: bool) -> None:
        update = torch.optim.swa_utils.get_ema_multi_avg_fn(self.ema_momentum)
        with torch.no_grad():
            for parameter in optimizer.param_groups[0]["params"]:
                average = optimizer.state[parameter].setdefault("average", parameter.clone())
                if first:
                    average.copy_(parameter)
                else:
                    update([average], [parameter], None)
                if overwrite:
                    parameter.copy_(average)

    def reference(self, parameter: Any, gradients: Any) -> Any:
        average = None
        for step, g in enumerate(gradients, 1):
            parameter = parameter - 0.1 * g
            average = (
                parameter if average is None else self.ema_momentum * average + (1 - self.ema_momentum) * parameter
            )
            if self.overwrite and step % self.overwrite == 0:
                parameter = average
            yield parameter


class MovingAverageOfAccumulation(OptimizerCase):
    """With gradients accumulated over 3 calls the average should move where the parameters do."""

    level = "standard"
    speed = None
    slots = {"average": "average"}
    steps = 9

    def keras(self, keras: Any) -> Any:
        return keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9, gradient_accumulation_steps=3)

    def torch(self, torch: Any, params: Any) -> Any:
        return torch.optim.SGD(params, 0.1)

    def torch_step(self, torch: Any, optimizer: Any, step: int) -> None:
        self._accumulated(torch, optimizer, step, often=False)

    def _accumulated(self, torch: Any, optimizer: Any, step: int, often: bool) -> None:
        with torch.no_grad():
            for parameter in optimizer.param_groups[0]["params"]:
                state = optimizer.state[parameter]
                total = state.setdefault("sum", torch.zeros_like(parameter))
                average = state.setdefault("average", parameter.clone())
                total.add_(parameter.grad)
                if step % 3 == 2:
                    parameter.sub_(0.1 * total / 3)
                    total.zero_()
                if often or step % 3 == 2:
                    average.copy_(parameter if step // 3 == 0 else 0.9 * average + (1 - 0.9) * parameter)

    @difference(
        replaces="torch_step",
        why="Keras moves the average at every call, three times for each step of the parameters",
        source="keras/src/optimizers/base_optimizer.py, _backend_apply_gradients",
    )
    def average_moves_at_every_call(self, torch: Any, optimizer: Any, step: int) -> None:
        self._accumulated(torch, optimizer, step, often=True)
