"""Keras 3.15.1, every backend: OneHotIoU, OneHotMeanIoU, IoU and MeanIoU raise for any axis but -1 and 0.

`axis` is that of the classes in the inputs, but `result` also sums the vector of the classes' IoU along it: axis=1, which
the documentation offers for channels first, is out of bounds there.
Where: keras/src/metrics/iou_metrics.py, IoU.result: ops.sum(iou, axis=self.axis).
Seen by: beside core:metrics/OneHotIoU, which cannot run with axis=1.
"""

import sys

import keras
import numpy as np

rng = np.random.default_rng(0)
y_true, y_pred = np.eye(3)[rng.integers(0, 3, (2, 4))].astype("float32"), rng.normal(size=(2, 4, 3)).astype("float32")
last = keras.metrics.OneHotIoU(num_classes=3, target_class_ids=[0, 1])
last.update_state(y_true, y_pred)
first = keras.metrics.OneHotIoU(num_classes=3, target_class_ids=[0, 1], axis=1)
first.update_state(y_true.transpose(0, 2, 1), y_pred.transpose(0, 2, 1))
try:
    got = str(float(first.result()))
except Exception as error:
    got = f"{type(error).__name__}: {str(error)[:120]}"
print(f"axis=1: expected {float(last.result())}, got {got}")
sys.exit(0 if got == str(float(last.result())) else 1)
