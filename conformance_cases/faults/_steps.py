"""What faults of optimizers and trainings share."""

from collections.abc import Callable
from typing import Any


def keras_third_step(keras: Any, patch: Any, kind: Any, by: float) -> None:
    """The rate of the third step alone is ``1 + by`` times as large."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        rate = keras.ops.convert_to_tensor(rate)
        third = keras.ops.cast(keras.ops.equal(self.iterations, 2), rate.dtype)
        stock(self, gradient, variable, rate * (1 + by * third))

    patch(kind, "update_step", update)


def keras_after_step(patch: Any, kind: Any, change: Callable[[Any, Any], None]) -> None:
    """``change(optimizer, variable)`` after each update of one variable."""
    stock = kind.update_step

    def update(self: Any, gradient: Any, variable: Any, rate: Any) -> None:
        stock(self, gradient, variable, rate)
        change(self, variable)

    patch(kind, "update_step", update)
