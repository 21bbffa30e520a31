"""What faults of optimizers and trainings share."""

from collections.abc import Callable
from typing import Any


def keras_rate(keras: Any, patch: Any, kind: Any, change: Callable[[Any, Any], Any]) -> None:
    """``change(rate, step)`` is the rate of each update; ``step`` counts from 0 and is of the rate's dtype."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        step = keras.ops.cast(self.iterations, rate.dtype)
        stock(self, gradient, variable, change(keras.ops.convert_to_tensor(rate), step))

    patch(kind, "update_step", update)


def keras_after_step(patch: Any, kind: Any, change: Callable[[Any, Any], None]) -> None:
    """``change(optimizer, variable)`` after each update of one variable."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        stock(self, gradient, variable, rate)
        change(self, variable)

    patch(kind, "update_step", update)
