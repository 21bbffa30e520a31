"""Keras 3.15.1 on TensorFlow: `keras.ops.histogram` of whole numbers cuts off its edges, and so counts wrongly.

keras/src/backend/tensorflow/numpy.py casts the edges to the dtype of the values before it counts. Seen by
core:ops/HistogramOfIntegers.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.array([3, 1, 3, 2, 1])
expected = np.histogram(x, 4)
found = [np.array(part) for part in keras.ops.histogram(x, 4)]
print(f"expected {expected[0].tolist()} between {expected[1].tolist()}")
print(f"came     {found[0].tolist()} between {found[1].tolist()}")
sys.exit(not np.array_equal(found[0], expected[0]))
