"""Keras 3.15.1 on torch: ops.segment_sum (max, min, prod) computes in float32 whatever the dtype, integers included.

keras/src/backend/torch/math.py, _segment_reduction_fn: `data.float()`, then `.type(data.dtype)`. A float64 sum has float32
accuracy, and an integer above 2**24 comes back as another integer. Seen by core:layers/EmbeddingBag on keras-torch in float64.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np

whole = keras.ops.convert_to_numpy(keras.ops.segment_sum(np.array([2**24 + 1, 5]), np.array([0, 1]), num_segments=2))
real = keras.ops.convert_to_numpy(keras.ops.segment_sum(np.array([0.1, 0.2]), np.array([0, 1]), num_segments=2))
print(f"expected: {2**24 + 1} and 0.1; came: {whole[0]} and {real[0]!r}")
sys.exit(int(whole[0] != 2**24 + 1))
