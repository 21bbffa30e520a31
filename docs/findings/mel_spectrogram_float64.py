"""Keras 3.15.1: MelSpectrogram of dtype float64, which its code says to support, fails on TensorFlow and is float32 elsewhere.

``linear_to_mel_weight_matrix`` in keras/src/layers/preprocessing/mel_spectrogram.py is called without a dtype and makes
float32, though ``call`` computes the spectrum in float64. Seen by core:layers/MelSpectrogram.
"""

# ruff: noqa: T201
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(2, 64))
try:
    y = keras.layers.MelSpectrogram(16, 8, num_mel_bins=3, dtype="float64")(x)
except Exception as error:
    print(f"expected a float64 spectrogram, came {type(error).__name__}: {str(error).splitlines()[2]}")
    sys.exit(1)
print("expected a float64 spectrogram, came", keras.backend.standardize_dtype(y.dtype))
sys.exit(0)
