"""Keras 3.15.1 on TensorFlow: TopKCategoricalAccuracy and SparseTopKCategoricalAccuracy raise for predictions that are not float32.

`ops.in_top_k` is `tf.math.in_top_k`, which has a kernel for float32 alone, so that the metrics cannot be used with the bfloat16
or float16 outputs of a mixed-precision model, nor in float64; JAX and PyTorch take any dtype.
Where: keras/src/backend/tensorflow/math.py, in_top_k.
Seen by: core:metrics/TopKCategoricalAccuracy, not run there in other dtypes.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

failed = False
for dtype in ("float32", "bfloat16", "float16", "float64"):
    y_pred = keras.ops.convert_to_tensor(np.array([[0.7, 0.2, 0.1]]), dtype=dtype)
    metric = keras.metrics.SparseTopKCategoricalAccuracy(k=2)
    try:
        metric.update_state(np.array([1]), y_pred)
        print(f"{dtype}: expected 1.0, got {float(metric.result())}")
    except Exception as error:
        failed = True
        print(f"{dtype}: expected 1.0, got {type(error).__name__}: {str(error)[:120]}")
sys.exit(1 if failed else 0)
