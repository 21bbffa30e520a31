"""Keras 3.15.1 on TensorFlow: `keras.ops.searchsorted` raises for values of more than one axis.

Its documentation takes values of any rank, but tf.searchsorted wants the leading axes of the row and of the values to be the
same. Seen by `core:ops/Searchsorted[form=table]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

row, values = np.arange(5.0), np.array([[0.5, 2.5], [4.5, -1.0]])
expected = np.searchsorted(row, values)
try:
    came = np.array(keras.ops.searchsorted(row, values)).tolist()
except Exception as error:
    came = type(error).__name__
print(f"expected {expected.tolist()}, came {came}")
sys.exit(came != expected.tolist())
