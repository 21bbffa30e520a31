"""Keras 3.15.1: ReduceLROnPlateau(cooldown=n) leaves out n - 1 epochs; documented, and torch's rule, is n.

Why: the counter falls at the beginning of an epoch, and where it reaches 0 that same epoch counts as a bad one.
Documented: "Number of epochs to wait before resuming normal operation after the learning rate has been reduced."
Where: keras/src/callbacks/reduce_lr_on_plateau.py, on_epoch_end.
Seen by: core:schedules/ReduceLROnPlateau[cooldown=3] (known difference cooldown_ends_an_epoch_early)
"""

import sys

import keras

model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(1.0))
callback = keras.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, cooldown=1, min_delta=0.0)
callback.set_model(model)
callback.on_train_begin()
rates = []
for epoch in range(5):
    callback.on_epoch_end(epoch, {"loss": 1.0})
    rates.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
expected = [1.0, 0.5, 0.5, 0.25, 0.25]
print(f"cooldown=1: expected the rates {expected}, came {rates}")
sys.exit(rates != expected)
