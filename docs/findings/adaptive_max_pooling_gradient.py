"""Keras 3.15.1 on TensorFlow 2.21.0: the gradient of adaptive max pooling to one place is unset memory.

To one place Keras pools with windows of n and of n + 1 (``_adaptive_max_pool1d`` and ``_adaptive_max_pool2d`` in
keras/src/backend/tensorflow/nn.py; ``compute_adaptive_pooling_window_sizes``). The window of n + 1 gives an empty result,
and TensorFlow's MaxPoolGrad of an empty result returns its output buffer as allocated, which is added to the gradient.
Seen by core:layers/AdaptiveMaxPooling1D and core:layers/AdaptiveMaxPooling2D.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

wrong = 0
for attempt in range(20):
    used = [np.random.default_rng(attempt).normal(size=(2, 6, 2)) for _ in range(50)]  # memory that was in use before
    del used
    x = tf.constant(np.arange(24, dtype="float32").reshape(2, 6, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.layers.AdaptiveMaxPooling1D(1)(x)
    found = tape.gradient(y, x).numpy()
    expected = np.zeros((2, 6, 2), np.float32)
    expected[:, 5] = 1
    if not np.array_equal(found, expected):
        wrong += 1
        print(f"expected 1 at the last place and 0 elsewhere:\n{expected[0].tolist()}\ncame:\n{found[0].tolist()}")
        break
print("the defect is there" if wrong else "gone")
sys.exit(wrong > 0)
