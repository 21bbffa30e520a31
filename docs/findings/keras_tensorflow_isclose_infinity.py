"""Keras 3.15.1 on TensorFlow: `keras.ops.isclose` takes inf for far from inf, and every number for near to it.

keras/src/backend/tensorflow/numpy.py, isclose: `abs(x1 - x2) <= atol + rtol * abs(x2)` alone; `allclose` beside it asks for
finite numbers.
Seen by: core:ops/IscloseOfInfinities.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

a, b = np.array([np.inf, 1.0, np.inf], "float32"), np.array([np.inf, np.inf, -np.inf], "float32")
expected, came = np.isclose(a, b).tolist(), keras.ops.convert_to_numpy(keras.ops.isclose(a, b)).tolist()
print(f"expected {expected}\ncame     {came}")
sys.exit(came != expected)
