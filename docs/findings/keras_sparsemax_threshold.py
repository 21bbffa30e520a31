"""Keras 3.15.1 (TensorFlow, JAX and torch): ``sparsemax`` adds up cumulative sums, so that its rows do not add up to one.

The threshold of Martins and Astudillo (2016) takes the cumulative sum of the support's last entry; ``sparsemax`` in
keras/src/backend/{tensorflow,jax,torch}/nn.py takes the sum of all cumulative sums of the support. With one entry in the
support both are the same. Seen by core:activations/Sparsemax.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

found = keras.ops.convert_to_numpy(keras.activations.sparsemax(np.array([[0.9, 0.3, -0.3]], np.float32)))
print(f"expected [[0.8 0.2 0.]], which adds up to 1; came {found}, which adds up to {found.sum()}")
sys.exit(not np.abs(found - [[0.8, 0.2, 0.0]]).max() < 1e-6)
