"""Keras 3.15.1, every backend: SparseCategoricalAccuracy and CategoricalAccuracy count wrong classes as hits in bfloat16 and float16.

The class indices are compared in the dtype of the prediction (`y_true = ops.convert_to_tensor(y_true, dtype=y_pred.dtype)`,
`y_pred = ops.cast(argmax, y_true.dtype)`), which in bfloat16 has no odd number above 256 (above 2048 in float16): a model of
300 classes under mixed precision is credited with 256 for 257.
Where: keras/src/metrics/accuracy_metrics.py, sparse_categorical_accuracy and categorical_accuracy.
Seen by: core:metrics/ManyClasses.
"""

import sys

import keras
import numpy as np

y_pred = keras.ops.cast(np.eye(300)[[257]], "bfloat16")
metric = keras.metrics.SparseCategoricalAccuracy()
metric.update_state(np.array([256]), y_pred)
got = float(metric.result())
print(f"label 256, prediction 257: expected accuracy 0.0, got {got}")
sys.exit(1 if got != 0 else 0)
