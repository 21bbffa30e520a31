"""Keras 3.15.1 on JAX and torch: `keras.ops.image.sobel_edges` finds an edge round every image; TensorFlow mirrors.

keras/src/backend/jax/image.py and keras/src/backend/torch/image.py, sobel_edges: padding by zeros, where tf.image.sobel_edges
mirrors the image at its border: the same call gives other values on every border pixel.
Seen by: core:ops/SobelEdges.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

came = np.abs(keras.ops.convert_to_numpy(keras.ops.image.sobel_edges(np.ones((1, 4, 4, 1), "float32")))).max()
print(f"expected no edge in an image of ones\ncame     a slope of {came}")
sys.exit(bool(came > 0))
