"""Keras 3.15.1 on TensorFlow: `keras.ops.eye(N, M, k)` has a wrong shape where N and M differ, or raises.

keras/src/backend/tensorflow/numpy.py pads a square of min(M - k, N + k) ones to N by M, but the diagonal is no longer than N
or M either; and a diagonal outside of the matrix asks for a negative number of ones. Seen by core:ops/Eye.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

wrong = False
for rows, columns, k in ((4, 6, 1), (4, 1, -2), (4, 4, 5)):
    expected = np.eye(rows, columns, k)
    try:
        found = np.array(keras.ops.eye(rows, columns, k))
        came = f"the shape {found.shape}"
        wrong |= found.shape != expected.shape
    except Exception as error:
        came, wrong = type(error).__name__, True
    print(f"eye({rows}, {columns}, {k}): expected the shape {expected.shape}, came {came}")
sys.exit(wrong)
