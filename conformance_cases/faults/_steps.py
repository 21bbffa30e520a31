"""What faults of optimizers and trainings share."""

from collections.abc import Callable
from typing import Any


def keras_rate(keras: Any, patch: Any, kind: Any, change: Callable[[Any, Any], Any]) -> None:
    """The rate of each update is ``change(rate, third)``; ``third`` is 1 in the third step and 0 in any other."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        rate = keras.ops.convert_to_tensor(rate)
        third = keras.ops.cast(keras.ops.equal(self.iterations, 2), rate.dtype)
        stock(self, gradient, variable, change(rate, third))

    patch(kind, "update_step", update)


def keras_after_step(patch: Any, kind: Any, change: Callable[[Any, Any], None]) -> None:
    """``change(optimizer, variable)`` after each update of one variable."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        stock(self, gradient, variable, rate)
        change(self, variable)

    patch(kind, "update_step", update)
