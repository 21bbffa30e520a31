"""Keras 3.15.1 on JAX: ConvLSTM1D, 2D and 3D raise for a mask; on TensorFlow and torch they take it.

The scan over time (``rnn`` in keras/src/backend/jax/rnn.py) compares a mask of (samples, 1) with states of more axes:
"Incompatible shapes for broadcasting: shapes=[(2, 1), (2, 5, 3), (2, 5, 3)]". Seen by core:layers/ConvLSTM1D.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

x = np.ones((2, 3, 7, 2), "float32")
mask = np.array([[True, True, False], [True, True, True]])
try:
    print("shape of the result:", keras.layers.ConvLSTM1D(3, 3, return_sequences=True)(x, mask=mask).shape)
except ValueError as error:
    print("expected a result of shape (2, 3, 5, 3), came", str(error).splitlines()[2:3])
    print("the defect is there")
    sys.exit(1)
print("gone")
