"""Keras 3.15.1 on TensorFlow: `keras.ops.ldexp` overflows where 2**e does, though the result is an ordinary number.

keras/src/backend/tensorflow/numpy.py, ldexp: `x1 * tf.pow(2.0, x2)`; small numbers become infinite, large ones 0.
Seen by: core:ops/Ldexp, variant far.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x, e = np.array([2.0**-100, 2.0**100], "float32"), np.array([140, -160], "int32")
expected, came = np.ldexp(x, e), keras.ops.convert_to_numpy(keras.ops.ldexp(x, e))
print(f"expected {expected.tolist()}\ncame     {came.tolist()}")
sys.exit(not np.array_equal(came, expected))
