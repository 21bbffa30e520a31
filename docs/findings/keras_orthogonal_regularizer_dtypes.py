"""Keras 3.15.1: OrthogonalRegularizer raises on TensorFlow for weights that are not float32, and widens half ones elsewhere.

Why: its factor is a float32 tensor made in __init__, and never cast to the dtype of the weights, as L1, L2 and L1L2 do.
Where: keras/src/regularizers/regularizers.py, OrthogonalRegularizer.
Seen by: core:regularizers/OrthogonalRegularizer (left out in float16 and bfloat16, with that reason; told as a leak in float64)
"""

import sys

import keras
import numpy as np

regularizer = keras.regularizers.OrthogonalRegularizer(0.01)
failed = False
for dtype in ("bfloat16", "float16", "float64"):
    weights = keras.ops.cast(np.arange(6.0).reshape(2, 3) - 2, dtype)
    try:
        came = keras.backend.standardize_dtype(regularizer(weights).dtype)
    except Exception as error:
        came = f"{type(error).__name__}: {str(error)[:100]}"
    print(f"expected a penalty of {weights.dtype}, came {came}")
    failed |= came != dtype and dtype != "float64"
sys.exit(failed)
