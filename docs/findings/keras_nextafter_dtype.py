"""Keras 3.15.1 on TensorFlow and torch: `keras.ops.nextafter` of float32 gives the number itself.

keras/src/backend/tensorflow/numpy.py, nextafter (torch alike): both numbers become float64, and the neighbour there is rounded
back; on torch float64 is rounded to float32 too (https://github.com/keras-team/keras/issues/23132 tells of infinities).
Seen by: core:ops/Nextafter.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

one, two = np.ones(1, "float32"), np.full(1, 2, "float32")
expected, came = np.nextafter(one, two)[0], keras.ops.convert_to_numpy(keras.ops.nextafter(one, two))[0]
print(f"expected {expected!r}\ncame     {came!r}")
sys.exit(bool(came != expected))
