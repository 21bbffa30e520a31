"""Keras 3.15.1 on JAX: with floatx bfloat16 a Python number makes float32 of every bfloat16 tensor that it meets.

``convert_to_tensor`` in keras/src/backend/jax/core.py asks ``standardize_dtype(dtype) == "bfloat16"``, which is floatx where
dtype is None, and then returns ``jnp.asarray(x).astype(None)``: a strongly typed float32, where any other floatx gives a
weakly typed number. Results are float32, and memory twice what was asked for. Seen with --fwparity-sides torch,keras-jax by
core:layers/UnitNormalization, core:layers/Normalization and core:layers/LocalResponseNorm in bfloat16.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras

wrong = False
for floatx in ("float16", "bfloat16"):
    keras.config.set_floatx(floatx)
    found = keras.backend.standardize_dtype(keras.ops.minimum(keras.ops.ones((2,), floatx), 0.5).dtype)
    print(f"minimum of a {floatx} tensor and 0.5, floatx {floatx}: expected {floatx}, came {found}")
    wrong |= found != floatx
sys.exit(wrong)
