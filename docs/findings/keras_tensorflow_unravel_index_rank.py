"""Keras 3.15.1 on TensorFlow: `keras.ops.unravel_index` of a scalar or of a matrix of places divides by the first axis first.

keras/src/backend/tensorflow/numpy.py goes through `reversed(shape)` for places of rank 1 and through `shape` for all others.
Seen by core:ops/UnravelIndex.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

expected = [int(i) for i in np.unravel_index(4, (2, 3))]
found = [int(i) for i in keras.ops.unravel_index(np.array(4), (2, 3))]
print(f"place 4 of (2, 3): expected {expected}, came {found}")
sys.exit(found != expected)
