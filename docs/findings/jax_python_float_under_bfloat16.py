"""Keras 3.15.1 on JAX: with floatx bfloat16, ops.divide of a bfloat16 tensor and a Python float gives float32.

keras/src/backend/jax/core.py, convert_to_tensor: with dtype=None `standardize_dtype(dtype)` is floatx, so that the branch for
bfloat16 is taken and `jnp.asarray(x).astype(None)` makes a float32 that is not weakly typed; divide and multiply promote to it.
With floatx float16 or float32 the result keeps its dtype. Seen by core:layers/ReversibleEmbedding[capped] in bfloat16 on keras-jax
(its logits are divided by logit_soft_cap).
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras

keras.config.set_floatx("bfloat16")
x = keras.ops.ones((2, 2), dtype="bfloat16")
found = {
    "divide": keras.backend.standardize_dtype(keras.ops.divide(x, 2.0).dtype),
    "multiply": keras.backend.standardize_dtype(keras.ops.multiply(x, 2.0).dtype),
}
print(f"expected: bfloat16 from both; came: {found}")
sys.exit(int(set(found.values()) != {"bfloat16"}))
