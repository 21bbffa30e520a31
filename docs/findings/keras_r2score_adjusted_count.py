"""Keras 3.15.1, every backend: R2Score(num_regressors=p) of several outputs counts elements instead of samples.

`num_samples` grows by `ops.size(y_true)`, rows times outputs, so that 6 rows of 2 outputs are adjusted as 12 samples.
Where: keras/src/metrics/regression_metrics.py, R2Score.update_state.
Seen by: core:metrics/R2Score[adjusted_outputs].
"""

import sys

import keras
import numpy as np

rng = np.random.default_rng(0)
y_true = rng.normal(size=(6, 2)).astype("float32")
y_pred = (y_true + 0.3 * rng.normal(size=(6, 2))).astype("float32")
score = (1 - ((y_true - y_pred) ** 2).sum(0) / ((y_true - y_true.mean(0)) ** 2).sum(0)).mean()
expected = 1 - (1 - score) * (6 - 1) / (6 - 2 - 1)
metric = keras.metrics.R2Score(num_regressors=2)
metric.update_state(y_true, y_pred)
print(f"expected {expected:.5f}, got {float(metric.result()):.5f}")
sys.exit(1 if abs(float(metric.result()) - expected) > 1e-4 else 0)
