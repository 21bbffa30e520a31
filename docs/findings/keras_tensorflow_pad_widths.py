"""Keras 3.15.1 on TensorFlow: `keras.ops.pad` raises for one width, or one pair of widths, for all axes.

Its documentation calls an int, `(pad,)` and `((before, after),)` shortcuts for all axes, but tf.pad takes one pair for each.
Seen by `core:ops/Pad[even]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x, wrong = np.ones((2, 3)), False
for widths in (1, (1,), ((1, 2),)):
    expected = np.pad(x, widths)
    try:
        found = np.array(keras.ops.pad(x, widths))
        came = f"the shape {found.shape}"
        wrong |= not np.array_equal(found, expected)
    except Exception as error:
        came, wrong = type(error).__name__, True
    print(f"pad(x, {widths}): expected the shape {expected.shape}, came {came}")
sys.exit(wrong)
