"""Keras 3.15.1 on TensorFlow: `keras.ops.norm` of order 2, -2 or "nuc" with keepdims is of a wrong shape, or raises.

keras/src/backend/tensorflow/linalg.py puts the axes back one by one as they are given, negative or in falling order. Seen by
`core:ops/Norm[matrix_turned_kept]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x, wrong = np.random.default_rng(0).normal(size=(2, 3, 4)), False
for axis in ((1, 2), (-2, -1), (2, 1)):
    expected = np.linalg.norm(x, 2, axis, keepdims=True).shape
    try:
        came = tuple(keras.ops.norm(x, 2, axis, keepdims=True).shape)
    except Exception as error:
        came = type(error).__name__
    print(f"axis {axis}: expected the shape {expected}, came {came}")
    wrong |= came != expected
sys.exit(wrong)
