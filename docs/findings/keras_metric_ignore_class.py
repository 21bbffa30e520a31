"""Keras 3.15.1, every backend: the metric SparseCategoricalCrossentropy(ignore_class=c) divides by the ignored samples too.

The mask that the function attaches to its values is used on sample weights alone, so that weights of 1 change the result and
the metric differs from the loss of the same name and arguments.
Where: keras/src/metrics/reduction_metrics.py, reduce_to_samplewise_values.
Seen by: core:metrics/SparseCategoricalCrossentropyIgnoring.
"""

import sys

import keras
import numpy as np

y_true, y_pred = np.array([0, 1, 1, 2]), np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
loss = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1)(y_true, y_pred))
plain = keras.metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1)
plain.update_state(y_true, y_pred)
ones = keras.metrics.SparseCategoricalCrossentropy(from_logits=True, ignore_class=1)
ones.update_state(y_true, y_pred, sample_weight=np.ones(4))
print(f"loss {loss:.6f}, metric with weights of 1: {float(ones.result()):.6f}")
print(f"expected the same without weights, got {float(plain.result()):.6f}")
sys.exit(1 if abs(float(plain.result()) - loss) > 1e-5 else 0)
