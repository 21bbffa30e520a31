"""Keras 3.15.1: with floatx bfloat16, integers become float16 where they should become floatx, and on JAX scalars float32.

Why: result_type names the float of as many bits as floatx has, "float" + floatx[-2:], which is float16 for bfloat16; on JAX
ops.convert_to_tensor(1.0) is float32 in spite of floatx, so that x + 1 is float32 for x in bfloat16.
Where: keras/src/backend/common/dtypes.py, result_type; keras/src/backend/jax/core.py, convert_to_tensor.
Seen by: core:optimizers/Muon, core:constraints/NonNeg (left out in bfloat16, with that reason)
"""

import sys

import keras

keras.config.set_floatx("bfloat16")
kind = keras.backend.result_type("int32", float)
total = keras.backend.standardize_dtype(keras.ops.add(keras.ops.ones(2, dtype="bfloat16"), 1).dtype)
print(f"backend {keras.backend.backend()}: result_type('int32', float): expected bfloat16, came {kind}")
print(f"backend {keras.backend.backend()}: bfloat16 + 1: expected bfloat16, came {total}")
sys.exit(kind != "bfloat16" or total != "bfloat16")
