"""Keras 3.15.1 on TensorFlow: `keras.ops.hypot` of two infinities is NaN.

keras/src/backend/tensorflow/numpy.py divides the smaller by the larger, which is inf / inf. Seen by `core:ops/Hypot[special]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

came = float(keras.ops.hypot(np.float32(np.inf), np.float32(-np.inf)))
print(f"expected {np.hypot(np.inf, -np.inf)}, came {came}")
sys.exit(came != np.inf)
