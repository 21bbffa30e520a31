"""Keras 3.15.1 on JAX and torch: `keras.ops.image.gaussian_blur` without a data format blurs rows and channels.

keras/src/backend/jax/image.py and keras/src/backend/torch/image.py, gaussian_blur: `if data_format == "channels_last"` without
standardize_data_format, so that None is taken for channels_first, whatever keras.config.image_data_format() says.
Seen by: core:ops/GaussianBlur, variant untold.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

x = np.random.default_rng(0).uniform(size=(1, 5, 6, 3)).astype("float32")
blur, numpy = keras.ops.image.gaussian_blur, keras.ops.convert_to_numpy
off = np.abs(numpy(blur(x)) - numpy(blur(x, data_format=keras.config.image_data_format()))).max()
print(f"expected the blur of {keras.config.image_data_format()}\ncame     one that is off by {off:.3g}")
sys.exit(bool(off > 1e-3))
