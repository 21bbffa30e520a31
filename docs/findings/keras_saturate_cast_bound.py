"""Keras 3.15.1 on TensorFlow and torch: `keras.ops.saturate_cast` of float32 to int32 gives -2147483648 for 3e9.

keras/src/ops/core.py, _saturate_cast: the largest int32 becomes the float 2147483648.0, which is out of range and should be
nudged; `if max_limit > out_max` compares with out_max as a float of the same dtype since NumPy 2, so that it never is. Likewise
int16 of bfloat16 and float16, int32 of bfloat16.
Seen by: core:ops/SaturateCast.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

came = int(keras.ops.convert_to_numpy(keras.ops.saturate_cast(np.array([3e9], "float32"), "int32"))[0])
print(f"expected at most 2147483647 and near to it\ncame     {came}")
sys.exit(came < 2147483000)
