"""Keras 3.15.1: ``RandomInvert`` leaves a ``value_range`` that does not begin at zero.

keras/src/layers/preprocessing/image_preprocessing/random_invert.py, transform_images: ``value_range[1] - images``; images
within (-1, 1) come out within (0, 2), so that the next layer is given values out of range. ``Solarization`` mirrors within
the range. Seen by core:layers/RandomInvert[high=1.0,low=-1.0].
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

x = np.array([-1.0, -0.5, 1.0], np.float32).reshape(1, 1, 1, 3)
found = keras.ops.convert_to_numpy(keras.layers.RandomInvert((1.0, 1.0), value_range=(-1, 1))(x, training=True)).ravel()
print(f"expected values within (-1, 1): [1.0, 0.5, -1.0]; came {found.tolist()}")
sys.exit(not np.array_equal(found, [1.0, 0.5, -1.0]))
