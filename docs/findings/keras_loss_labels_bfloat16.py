"""Keras 3.15.1, every backend: a SparseCategoricalCrossentropy of dtype bfloat16 takes label 257 for 256.

`Loss.__call__` casts y_true to the dtype of the loss before it is used as an index, and bfloat16 has no odd number above 256
(float16 none above 2048), so that the wrong class is trained where floatx or the loss' dtype is half precision.
Where: keras/src/losses/loss.py, Loss.__call__.
Seen by: core:losses/ManyClasses.
"""

import sys

import keras
import numpy as np

logits = np.zeros((1, 300), "float32")
logits[0, 256], logits[0, 257] = 5.0, -5.0
labels = np.array([257])
wide = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
narrow = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="bfloat16")(
    labels, keras.ops.cast(logits, "bfloat16")
)
expected, got = float(wide), float(keras.ops.cast(narrow, "float32"))
print(f"label 257: expected {expected:.2f}, got {got:.2f} in bfloat16 (label 256 costs {expected - 10:.2f})")
sys.exit(1 if abs(got - expected) > 1 else 0)
