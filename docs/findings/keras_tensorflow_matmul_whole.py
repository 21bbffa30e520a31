"""Keras 3.15.1 on TensorFlow: `matmul`, `dot` and `inner` of int32 are computed in floatx, so that they lose digits.

keras/src/backend/tensorflow/numpy.py casts to floats and back: beyond 2**24 whole numbers are off in float32, and under floatx
float16 or bfloat16 already beyond 2**11 and 2**8. `tensordot` is exact. Seen by `core:ops/MatmulOfWhole`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

a, b = np.array([[30001, 40001]], np.int32), np.array([[20001], [-9999]], np.int32)
expected, wrong = int((a @ b)[0, 0]), False
for name in ("matmul", "dot", "tensordot"):
    came = int(np.array(getattr(keras.ops, name)(a, b, *((1,) if name == "tensordot" else ()))).ravel()[0])
    print(f"{name}: expected {expected}, came {came}")
    wrong |= came != expected
sys.exit(wrong)
