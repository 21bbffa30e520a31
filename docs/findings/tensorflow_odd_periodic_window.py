"""TensorFlow 2.21.0 (Keras 3.15.1): a periodic window of odd length is symmetric, so that `keras.ops.stft` is another one.

tensorflow/python/ops/signal/window_ops.py, _raised_cosine_window divides by N - 1 + periodic * even. Keras asks for a
periodic window in stft and istft; on JAX and torch it gets one of any length. Seen by core:ops/Stft.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

real, _ = keras.ops.stft(np.ones((1, 8)), 7, 1, 8, "hann", center=False)
found = float(real[0, 0, 0])
print(f"sum of a periodic Hann window of 7: expected 3.5, came {found:.6g}")
sys.exit(abs(found - 3.5) > 1e-6)
