"""Keras 3.15.1 on TensorFlow 2.21.0: the gradient of CategoricalCrossentropy(from_logits=True) is wrong where labels do not sum to 1.

TensorFlow's is softmax(x) - y, which is that of -sum(y * log(softmax(x))) only where y sums to 1 (tf.nn says so, Keras does not): a
padded row of zeros costs 0, and yet is trained towards uniform logits; two labels in a row weigh half. JAX and PyTorch are right.
Where: keras/src/backend/tensorflow/nn.py, categorical_crossentropy; tensorflow/python/ops/nn_grad.py.
Seen by: core:losses/UnnormalisedLabels.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

logits = tf.constant([[1.0, -1.0, 0.5]])
with tf.GradientTape() as tape:
    tape.watch(logits)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)(np.zeros((1, 3), "float32"), logits)
gradient = tape.gradient(loss, logits).numpy()
print(f"labels of zeros: loss {float(loss)}, expected gradient 0, got {gradient.tolist()}")
sys.exit(1 if np.any(gradient) else 0)
