"""Optimizers written by hand, for the framework that lacks them."""

from collections.abc import Callable, Mapping
from typing import Any

#: why torch's fused SGD is not judged in half precision
FUSED = "torch 2.13 on a CPU: where a parameter fills a vector of half precision it is not moved (pytorch#191763)"

Update = Callable[..., tuple[Any, Mapping[str, Any]]]


def in_torch(torch: Any, params: Any, update: Update, start: Callable[[Any], Mapping[str, Any]]) -> Any:
    """``update(w, g, step, **slots)`` gives the new parameter and slots; ``start(w)`` the first slots."""

    class ByHand(torch.optim.Optimizer):  # type: ignore[misc]
        count = 0

        def step(self, closure: Any = None) -> None:
            self.count += 1
            with torch.no_grad():
                for parameter in self.param_groups[0]["params"]:
                    state = self.state[parameter]
                    if not state:
                        state.update(start(parameter))
                    new, slots = update(parameter, parameter.grad, self.count, **state)
                    parameter.copy_(new)
                    for name, value in slots.items():
                        state[name].copy_(value)

    return ByHand(params, {})


def in_keras(keras: Any, rate: float, update: Update, slots: tuple[str, ...]) -> Any:
    """``update(w, g, step, **slots)`` gives the new variable and slots; every slot starts at zero."""

    class ByHand(keras.optimizers.Optimizer):  # type: ignore[misc]
        def build(self, variables: Any) -> None:
            if not self.built:
                super().build(variables)
                self.held = [self.add_optimizer_variables(variables, name) for name in slots]

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            index = self._get_variable_index(variable)
            held = {name: own[index] for name, own in zip(slots, self.held, strict=True)}
            step = int(keras.ops.convert_to_numpy(self.iterations)) + 1
            values = {name: keras.ops.convert_to_tensor(slot) * 1 for name, slot in held.items()}
            new, after = update(keras.ops.convert_to_tensor(variable), gradient, step, **values)
            self.assign(variable, new)
            for name, value in after.items():
                self.assign(held[name], value)

    return ByHand(rate)


def zeros(torch: Any, *names: str) -> Callable[[Any], dict[str, Any]]:
    """Slots that start at zero."""
    return lambda parameter: {name: torch.zeros_like(parameter) for name in names}


def path_of(name: str) -> dict[str, bool]:
    """``foreach=True`` or ``fused=True``: by which of its implementations torch takes the step."""
    return {} if name == "default" else {name: True}


def rounded(torch: Any, value: float) -> Any:
    """A number as a tensor of the default dtype, by an operation that rounds: Monte Carlo arithmetic moves it."""
    return torch.tensor(value) * 1.0
