"""Keras 3.15.1 on TensorFlow: `keras.ops.trapezoid` raises for every negative axis but -1.

keras/src/backend/tensorflow/numpy.py adds the rank, which is a tensor, to the axis, and asks for the length of the sum. Seen by
`core:ops/Trapezoid[negative]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

y = np.arange(12.0).reshape(4, 3)
expected = np.trapezoid(y, axis=-2)
try:
    came = np.array(keras.ops.trapezoid(y, axis=-2)).tolist()
except Exception as error:
    came = type(error).__name__
print(f"expected {expected.tolist()}, came {came}")
sys.exit(came != expected.tolist())
