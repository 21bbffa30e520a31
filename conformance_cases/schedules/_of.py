"""Schedules of one's own, as Keras has them: a subclass."""

from collections.abc import Callable
from typing import Any


def schedule_of(keras: Any, rate: Callable[[Any], Any]) -> Any:
    """A ``LearningRateSchedule`` that is ``rate(step)``, the step a tensor of the default dtype."""

    class Own(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        def __call__(self, step: Any) -> Any:
            return rate(keras.ops.convert_to_tensor(step, dtype=keras.config.floatx()))

    return Own()
