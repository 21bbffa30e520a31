"""TensorFlow 2.21.0 under Keras 3.15.1: the gradient of affine_transform and perspective_transform is of another function.

tensorflow/python/ops/image_grad.py: the gradient of ImageProjectiveTransformV3 is the incoming gradient sent through the inverse
map, which is not the transpose of the interpolation; Keras on JAX and torch are differentiated as they compute.
Seen by: core:ops/AffineTransform.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

shift = np.array([1.0, 0.0, 2.5, 0.0, 1.0, 0.0, 0.0, 0.0], "float32")
x = tf.constant(np.random.default_rng(0).uniform(size=(1, 1, 6, 1)))
with tf.GradientTape() as tape:
    tape.watch(x)
    y = tf.reduce_sum(keras.ops.image.affine_transform(x, shift, "bilinear", "nearest"))
came = tape.gradient(y, x).numpy().ravel()
# Each place of the new image takes its weights of 1 from the old one, whose last place is taken again and again.
expected = np.array([0, 0, 0.5, 1, 1, 3.5])
print(f"expected {expected.tolist()}\ncame     {came.tolist()}")
sys.exit(not np.allclose(came, expected))
