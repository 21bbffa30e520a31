"""Keras 3.15.1 on TensorFlow 2.21.0: `keras.ops.image.hsv_to_rgb` has no gradient.

keras/src/backend/tensorflow/image.py, hsv_to_rgb: tf.image.hsv_to_rgb, whose kernel has no registered gradient, so that
GradientTape gives None; Keras on JAX and torch are differentiable, and so is rgb_to_hsv.
Seen by: core:ops/HsvToRgb.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

x = tf.constant([[[0.3, 0.4, 0.5]]])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = keras.ops.sum(keras.ops.image.hsv_to_rgb(x))
try:
    came = tape.gradient(y, x)
except LookupError as error:
    came = None
    print(error)
print(f"expected a gradient\ncame     {came}")
sys.exit(came is None)
