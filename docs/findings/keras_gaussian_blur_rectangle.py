"""Keras 3.15.1, every backend: `keras.ops.image.gaussian_blur` takes height for width, and scrambles such kernels on TensorFlow.

keras/src/backend/*/image.py, gaussian_blur: kernel_size and sigma are documented as height and width; the kernel is the product
of kernel1d_y of size[1] and sigma[1] and of kernel1d_x of size[0] and sigma[0], and TensorFlow reshapes that to
(size[0], size[1]).
Seen by: core:ops/GaussianBlur, variants uneven and rectangle.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

x = np.zeros((1, 9, 9, 1), "float32")
x[0, 4, 4, 0] = 1
came = keras.ops.image.gaussian_blur(x, (3, 5), (0.5, 2.0), data_format="channels_last")
spread = keras.ops.convert_to_numpy(came)[0, 3:6, 2:7, 0]
rows, columns = np.exp(-0.5 * (np.arange(-1, 2) / 0.5) ** 2), np.exp(-0.5 * (np.arange(-2, 3) / 2.0) ** 2)
expected = np.outer(rows / rows.sum(), columns / columns.sum())
print(f"expected\n{expected.round(3)}\ncame\n{spread.round(3)}")
sys.exit(bool(np.abs(spread - expected).max() > 1e-3))
