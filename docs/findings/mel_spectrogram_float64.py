"""Keras 3.15.1: MelSpectrogram of dtype float64, which its code says to support, fails on TensorFlow or is float32 inside.

In keras/src/layers/preprocessing/mel_spectrogram.py ``_dbscale`` converts ``ref_power`` to floatx and subtracts it from a
float64 spectrum, which raises unless floatx is float64; ``_melscale`` calls ``linear_to_mel_weight_matrix`` without a
dtype, so that its weights are float32 even then. Seen by core:layers/MelSpectrogram as a leak.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(2, 64))
wrong = False
try:
    keras.layers.MelSpectrogram(16, 8, num_mel_bins=3, dtype="float64")(x)
except Exception as error:
    print(f"expected a float64 spectrogram, came {type(error).__name__}: {str(error).splitlines()[2]}")
    wrong = True
layer = keras.layers.MelSpectrogram(16, 8, num_mel_bins=3, dtype="float64", power_to_db=False)
found = keras.ops.convert_to_numpy(layer(x))
weights = keras.ops.convert_to_numpy(layer.linear_to_mel_weight_matrix(3, 9, 16000, 20.0, 8000, dtype="float64"))
frames = np.lib.stride_tricks.sliding_window_view(np.pad(x, [(0, 0), (8, 8)], mode="reflect"), 16, 1)[:, ::8]
window = np.sin(np.pi * np.arange(16) / 16) ** 2
expected = (np.abs(np.fft.rfft(frames * window)) ** 2 @ weights).swapaxes(1, 2)
off = np.abs(found / expected - 1).max()
print(f"largest relative error of its bands in float64: expected 1e-13 at most, came {off:.1e}")
sys.exit(wrong or off > 1e-11)
