"""Keras 3.15.1 on TensorFlow: `keras.ops.vstack` of rows joins them to one row.

keras/src/backend/tensorflow/numpy.py concatenates along axis 0, and makes no matrices of rows first. Seen by
`core:ops/Vstack[rank=1]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

rows = [np.arange(3.0), np.arange(3.0)]
expected, came = np.vstack(rows).shape, tuple(keras.ops.vstack(rows).shape)
print(f"expected the shape {expected}, came {came}")
sys.exit(came != expected)
