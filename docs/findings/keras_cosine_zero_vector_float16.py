"""Keras 3.15.1, every backend: CosineSimilarity of a zero vector is NaN in float16.

`ops.normalize` bounds the squared norm by epsilon**2 = 1e-14, which is 0 in float16: 0 * rsqrt(0) is NaN; float32 and bfloat16
give 0.
Where: keras/src/ops/nn.py, normalize; keras/src/losses/losses.py, cosine_similarity.
Seen by: core:losses/CosineSimilarity[zero].
"""

import sys

import keras
import numpy as np

zero, one = (keras.ops.cast(np.full((1, 3), value), "float16") for value in (0.0, 1.0))
got = float(keras.ops.cast(keras.losses.cosine_similarity(zero, one)[0], "float32"))
print(f"expected 0, got {got}")
sys.exit(1 if got != 0 else 0)
