"""Keras 3.15.1 on TensorFlow: `keras.ops.einsum` without an arrow orders the result by appearance, not by the alphabet.

keras/src/backend/tensorflow/numpy.py gives the indices the names a, b, c as they come, and only then asks for the result that
no arrow names. NumPy, torch and tf.einsum itself transpose. Seen by `core:ops/EinsumOfOne[implicit]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.arange(6.0).reshape(2, 3)
expected, came = np.einsum("ba", x).shape, tuple(keras.ops.einsum("ba", x).shape)
print(f"einsum('ba', x): expected the shape {expected}, came {came}")
sys.exit(came != expected)
