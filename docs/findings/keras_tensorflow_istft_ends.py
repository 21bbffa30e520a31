"""Keras 3.15.1 on TensorFlow: `keras.ops.istft` of `keras.ops.stft` does not give back both ends of a row.

It divides by the sum of as many squared windows as overlap in the middle (tf.signal.inverse_stft_window_fn); at the ends
fewer do. JAX and torch.istft divide by the sum that is there. Seen by core:ops/Istft.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=64)
back = np.array(keras.ops.istft(keras.ops.stft(x, 16, 4, 16), 16, 4, 16, length=64))
off = np.abs(back - x)
print(f"expected errors of 1e-15, came {off[:8].max():.2g} in the first eight, {off[16:48].max():.2g} in the middle")
sys.exit(off.max() > 1e-9)
