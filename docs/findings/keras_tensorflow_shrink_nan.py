"""Keras 3.15.1 on TensorFlow: `keras.ops.hard_shrink` and `soft_shrink` make 0 of NaN.

keras/src/backend/tensorflow/nn.py chooses by comparisons, which NaN fails, so that a fault upstream is hidden. Seen by
`core:ops/HardShrink[special]` and `core:ops/SoftShrink[special]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.array([np.nan, 2.0], np.float32)
hard, soft = np.array(keras.ops.hard_shrink(x)), np.array(keras.ops.soft_shrink(x))
print(f"expected [nan 2.] and [nan 1.5], came {hard} and {soft}")
sys.exit(not (np.isnan(hard[0]) and np.isnan(soft[0])))
