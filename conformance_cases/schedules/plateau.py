"""Rates that fall where a metric no longer does."""

from typing import Any

from pytest_fwparity import ScheduleCase, difference, grid


class ReduceLROnPlateau(ScheduleCase):
    """Keras waits ``patience`` bad epochs and torch one more; Keras' threshold is absolute, torch's by default is not."""

    level = "standard"
    mode: str = "min"
    cooldown: int = 0
    variants = grid(mode=["min", "max"], cooldown=[0, 3])

    def _metric(self, epoch: int) -> float:
        """Better for 6 epochs, then by less than the threshold, with one late success."""
        value = 1 / (1 + epoch) if epoch < 6 else (0.1 if epoch >= 20 else 1 / 6 - 1e-5 * epoch)
        return value if self.mode == "min" else -value

    def keras(self, keras: Any) -> Any:
        options = {"mode": self.mode, "cooldown": self.cooldown, "min_delta": 1e-3, "min_lr": 0.01}
        callback = keras.callbacks.ReduceLROnPlateau("loss", 0.5, 3, **options)
        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(self.base_rate))
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch in range(self.steps):
            rates.append(keras.ops.convert_to_tensor(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
            callback.on_epoch_end(epoch, {"loss": self._metric(epoch)})
        return rates.__getitem__

    def torch(self, torch: Any, optimizer: Any) -> Any:
        return self._by_metric(torch, optimizer, self.cooldown)

    def _by_metric(self, torch: Any, optimizer: Any, cooldown: int) -> Any:
        options = {"mode": self.mode, "cooldown": cooldown, "min_lr": 0.01, "threshold_mode": "abs"}
        metric, kind = self._metric, torch.optim.lr_scheduler.ReduceLROnPlateau
        plateau, epochs = (
            kind(optimizer, factor=0.5, patience=3 - 1, threshold=1e-3, **options),
            iter(range(self.steps)),
        )

        class ByMetric:
            def step(self) -> None:
                plateau.step(metric(next(epochs)))

        return ByMetric()

    @difference(
        replaces="torch",
        why="in Keras the last epoch of a cooldown counts as a bad one already, so that one epoch less is left out",
        source="keras/src/callbacks/reduce_lr_on_plateau.py, on_epoch_end; torch ReduceLROnPlateau.step",
        when=lambda case: case.cooldown > 0,
    )
    def cooldown_ends_an_epoch_early(self, torch: Any, optimizer: Any) -> Any:
        return self._by_metric(torch, optimizer, self.cooldown - 1)

    def reference(self, step: int) -> float:
        rate, best, wait, rest = self.base_rate, float("inf"), 0, 0
        for epoch in range(step):
            value = self._metric(epoch) * (1 if self.mode == "min" else -1)
            wait, rest = (0, rest - 1) if rest else (wait, 0)
            if value < best - 1e-3:
                best, wait = value, 0
            elif not rest:
                wait += 1
                if wait >= 3:
                    rate, wait, rest = max(rate * 0.5, 0.01), 0, self.cooldown
        return rate
