"""TensorFlow 2.21.0 under Keras 3.15.1: bicubic resizing is exact to three digits only, since its weights are of a table.

``kTableSize = 1024`` in tensorflow/core/kernels/image/resize_bicubic_op.cc: distances are rounded to 1/1024 of a place, so
that resizing by a factor that is no power of 2 is off by 1e-3 of the values. With antialias=True, or on JAX, it is not.
Seen by core:layers/ResizingBicubic.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(1, 5, 6, 1)).astype("float32")
# Where an image grows, antialiasing changes nothing.
plain, exact = (
    keras.ops.convert_to_numpy(keras.ops.image.resize(x, (7, 11), interpolation="bicubic", antialias=antialias))
    for antialias in (False, True)
)
off = np.abs(plain - exact).max()
print(f"largest difference of the plain from the antialiased result: expected 1e-6 at most, came {off:.1e}")
sys.exit(off > 1e-5)
