"""Keras 3.15.1 on torch: truncated_normal gives values beyond two standard deviations, about four in a million.

Why: of four normal draws for each value the first that is near enough is taken, and the first of all where none is
(0.0455**4); documented: "discarding and re-drawing any samples that are more than two standard deviations from the mean".
Where: keras/src/backend/torch/random.py, truncated_normal.
Seen by: core:random/TruncatedNormal, core:initializers/TruncatedNormal (known difference best_of_four)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np

values = keras.ops.convert_to_numpy(keras.random.truncated_normal((4_000_000,), seed=1))
beyond = int(np.sum(np.abs(values) > 2))
print(f"backend {keras.backend.backend()}: expected 0 values beyond 2, came {beyond}, up to {np.abs(values).max():.3f}")
sys.exit(beyond > 0)
