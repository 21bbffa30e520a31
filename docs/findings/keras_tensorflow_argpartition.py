"""Keras 3.15.1 on TensorFlow: `keras.ops.argpartition` is wrong but for one row of whole numbers of at least 0.

keras/src/backend/tensorflow/numpy.py casts its input to int32, puts 0 where it has taken an element, which is more than any
negative number that is left, and sums its mask over the first axis instead of the row. Seen by core:ops/Argpartition.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

wrong = False
for x in ([0.3, 0.1, 0.5, 0.2, 0.4], [-3, -1, -5, -2, -4], [[3, 1, 5, 2, 4], [1, 2, 3, 4, 5]]):
    found = np.array(keras.ops.argpartition(np.array(x), 1))
    smallest = np.sort(np.take_along_axis(np.array(x), found, -1)[..., :2])
    every = np.all(np.sort(found) == np.arange(5))
    expected = np.sort(np.array(x))[..., :2]
    print(f"{x}: expected every place once, {expected.tolist()} first; came the places {found.tolist()}")
    wrong |= not every or not np.array_equal(smallest, expected)
sys.exit(bool(wrong))
