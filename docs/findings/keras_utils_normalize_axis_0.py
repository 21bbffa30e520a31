"""Keras 3.15.1: ``keras.utils.normalize(x, axis=0)`` of a NumPy array divides along the wrong axis, or fails.

Why: ``axis = axis or -1`` takes axis 0 for no axis; the norms of axis 0 are then expanded at the end. A square array is
divided by the norms of the wrong columns in silence, any other raises. Of a tensor the result is right.
Where: keras/src/utils/numerical_utils.py, normalize
Seen by: none; found beside core:layers/Normalized
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

x = np.array([[3.0, 0.0], [4.0, 2.0]])
expected, found = np.array([[0.6, 0.0], [0.8, 1.0]]), keras.utils.normalize(x, axis=0)
print(f"expected {expected.tolist()}, came {found.tolist()}")
sys.exit(not np.array_equal(found, expected))
