"""Keras 3.15.1 on TensorFlow and JAX: under floatx float16, Precision(top_k=k) and Recall(top_k=k) are always 0.

`_filter_top_k` lowers all but the k largest by 1e10 * (1 - mask), which is infinite in float16: infinity * 0 is NaN for the k
largest, and NaN is above no threshold.
Where: keras/src/metrics/metrics_utils.py, _filter_top_k.
Seen by: core:metrics/Precision[top].
"""

import sys

import keras
import numpy as np

keras.config.set_floatx("float16")
metric = keras.metrics.Precision(top_k=1)
metric.update_state(np.eye(3)[[0, 1]], np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]))
got = float(keras.ops.cast(metric.result(), "float32"))
print(f"expected 1.0, got {got}")
sys.exit(1 if got != 1 else 0)
