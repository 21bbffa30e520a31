"""Keras 3.15.1: ``CategoryEncoding`` of more than two axes collects over axis 1, not over the last, as it documents.

Its documentation of "multi_hot": "Treats the last dimension as the sample dimension, if input shape is
(..., sample_length), output shape will be (..., num_tokens)". ``multi_hot`` in keras/src/backend/*/nn.py and "count" in
keras/src/utils/numerical_utils.py reduce axis 1. Seen by core:layers/CategoryEncoding[shape=2x4x4].
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

x = np.array([[[0, 0, 0, 0], [1, 1, 1, 1]]])
found = keras.ops.convert_to_numpy(keras.layers.CategoryEncoding(3, output_mode="multi_hot")(x))
expected = np.array([[[1, 0, 0], [0, 1, 0]]])
print(f"expected shape {expected.shape}:\n{expected}\ncame shape {found.shape}:\n{found}")
sys.exit(found.shape != expected.shape or not (found == expected).all())
