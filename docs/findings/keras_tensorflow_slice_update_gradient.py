"""Keras 3.15.1 on TensorFlow: `keras.ops.slice_update` has no gradient.

It calls XlaDynamicUpdateSlice, for which TensorFlow registers none (keras/src/backend/tensorflow/core.py), so that a
backward pass raises LookupError. Seen while `core:ops/SliceUpdate` was written, which compares whole numbers.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

x, block = tf.ones((3,)), tf.zeros((1,))
with tf.GradientTape() as tape:
    tape.watch(x)
    y = keras.ops.sum(keras.ops.slice_update(x, (1,), block))
print("expected the gradient [1, 0, 1]")
try:
    print("came", tape.gradient(y, x).numpy())
except LookupError as error:
    print(f"came LookupError: {error}")
    sys.exit(1)
