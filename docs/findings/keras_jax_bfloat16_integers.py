"""Keras 3.15.1 on JAX 0.10.2: with floatx bfloat16 every NumPy array of integers becomes float32, so that ``take`` crashes.

Why: ``convert_to_tensor`` asks for ``standardize_dtype(None)``, which is floatx, and then takes ``astype(None)``, which is
float32 to NumPy and JAX.
Where: keras/src/backend/jax/core.py, convert_to_tensor: ``return jnp.asarray(x).astype(dtype)``
Seen by: core:layers/ReplicationPad, before its indices were given a dtype
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

keras.config.set_floatx("bfloat16")
found = keras.backend.standardize_dtype(keras.ops.convert_to_tensor(np.arange(3, dtype="int32")).dtype)
print(f"convert_to_tensor of an int32 array: expected int32, came {found}")
try:
    keras.ops.take(keras.ops.ones(4, dtype="bfloat16"), np.arange(3))
    failure = ""
except ValueError as error:
    failure = str(error)
print(f"take with an int64 array: expected values, came {failure or 'values'}")
sys.exit(found != "int32" or bool(failure))
