"""Keras 3.15.1 on TensorFlow: the gradient of `keras.ops.sinc` at 0 is NaN; on JAX and torch it is 0.

keras/src/backend/tensorflow/numpy.py, sinc: `tf.where(x == 0, 1, sin(pi x) / (pi x))` still differentiates 0 / 0.
Reported: https://github.com/tensorflow/tensorflow/issues/127226.
Seen by: core:ops/SincAtZero.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

x = tf.constant([0.0, 0.5])
with tf.GradientTape() as tape:
    tape.watch(x)
    y = keras.ops.sinc(x)
came = tape.gradient(y, x).numpy()
print(f"expected [0.0, {-4 / 3.141592653589793:.6f}]\ncame     {came.tolist()}")
sys.exit(not bool(abs(came[0]) < 1e-6))
