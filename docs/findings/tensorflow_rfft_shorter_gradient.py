"""TensorFlow 2.21.0 (Keras 3.15.1): the gradient of `rfft` and `irfft` raises where fft_length leaves something out.

Forward they cut off, as documented; backward tensorflow/python/ops/signal/fft_ops.py does not fill up again. Seen by
`core:ops/Rfft[shorter]` and `core:ops/Irfft[length=4]`.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

x, wrong = tf.constant(np.arange(6.0)), False
for length in (6, 4):
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.ops.sum(keras.ops.rfft(x, length)[0])
        came = f"a gradient of shape {tuple(tape.gradient(y, x).shape)}"
    except Exception as error:
        came, wrong = type(error).__name__, True
    print(f"rfft of 6 values, fft_length {length}: expected a gradient of shape (6,), came {came}")
sys.exit(wrong)
