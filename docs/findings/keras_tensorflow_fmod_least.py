"""Keras 3.15.1 on TensorFlow: `keras.ops.fmod` of the least number of an integer dtype is wrong.

keras/src/backend/tensorflow/numpy.py takes abs(x1), and the least number has no magnitude in its own dtype. Seen by
`core:ops/FmodOfIntegers[extremes]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

least, three = np.array([-(2**31)], np.int32), np.array([3], np.int32)
expected, came = np.fmod(least, three), np.array(keras.ops.fmod(least, three))
print(f"expected {expected}, came {came}")
sys.exit(not np.array_equal(came, expected))
