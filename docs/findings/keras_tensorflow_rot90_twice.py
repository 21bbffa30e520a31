"""Keras 3.15.1 on TensorFlow: `keras.ops.rot90(x, k=2)` scrambles an array whose two axes differ in length.

Between its two turns keras/src/backend/tensorflow/numpy.py reshapes the array to the shape of the result, not to that
of the array turned once. Seen by `core:ops/Rot90`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.arange(6.0).reshape(2, 3)
expected, came = np.rot90(x, 2), np.asarray(keras.ops.rot90(x, 2))
print(f"expected\n{expected}\ncame\n{came}")
sys.exit(not np.array_equal(came, expected))
