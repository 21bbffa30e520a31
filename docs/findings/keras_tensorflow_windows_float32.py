"""Keras 3.15.1 on TensorFlow: `keras.ops.hamming`, `hanning` and `kaiser` are float32, whatever floatx is.

keras/src/backend/tensorflow/numpy.py calls tf.signal.*_window without a dtype; `bartlett` and `blackman` beside them, and
all five on JAX, give floatx. In float64 models a window is exact to 1e-7 only. Seen by core:ops/Hamming, Hanning, Kaiser.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras

keras.config.set_floatx("float64")
windows = {
    "bartlett": keras.ops.bartlett(8),
    "blackman": keras.ops.blackman(8),
    "hamming": keras.ops.hamming(8),
    "hanning": keras.ops.hanning(8),
    "kaiser": keras.ops.kaiser(8, 14.0),
}
found = {name: keras.backend.standardize_dtype(window.dtype) for name, window in windows.items()}
print(f"expected float64 everywhere, came {found}")
sys.exit(any(dtype != "float64" for dtype in found.values()))
