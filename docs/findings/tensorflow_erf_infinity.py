"""TensorFlow 2.21.0 (Keras 3.15.1): `erf` of an infinity is NaN in float64, and 1 or -1 in float32.

Seen by `core:ops/Erf[special]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.array([np.inf, -np.inf])
came = np.array(keras.ops.erf(x))
print(f"expected [ 1. -1.], came {came}")
sys.exit(not np.array_equal(came, [1.0, -1.0]))
