"""Keras 3.15.1 on TensorFlow: `keras.ops.logaddexp2` takes log(2) in float32, so that float64 results are off by 2e-9.

keras/src/backend/tensorflow/numpy.py, logaddexp2: `tf.cast(tf.math.log(2.0), dtype)`, where tf.math.log(2.0) is float32.
Seen by `core:ops/Logaddexp2`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

a, b = np.float64(0.5), np.float64(1.25)
expected, came = np.logaddexp2(a, b), float(keras.ops.logaddexp2(np.array([a]), np.array([b]))[0])
print(f"expected {expected!r}\ncame     {came!r}")
sys.exit(abs(came - expected) > 1e-12)
