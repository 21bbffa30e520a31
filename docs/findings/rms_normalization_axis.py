"""Keras 3.15.1: RMSNormalization lays its scale along the last axis, whatever axis it is given, and fails or is wrong.

``_rms_normalization`` in keras/src/ops/nn.py multiplies by the scale of shape (size of axis,) without reshaping it, as
LayerNormalization does; on torch it hands any single axis to ``F.rms_norm``, which normalizes the last one. Where the two
axes have different sizes the call raises; where they are of one size the result is silently wrong.
Seen by core:layers/RMSNormalizationAcross.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(2, 3, 3)).astype("float32")
layer = keras.layers.RMSNormalization(axis=1)
layer.build(x.shape)
layer.scale.assign([1.0, 10.0, 100.0])
found = keras.ops.convert_to_numpy(layer(x))
unscaled = x / np.sqrt(np.square(x).mean(1, keepdims=True) + 1e-6)
expected = unscaled * np.array([1.0, 10.0, 100.0]).reshape(3, 1)
print(f"expected\n{expected[0]}\ncame\n{found[0]}")
wrong = not np.allclose(found, expected, rtol=1e-4)
try:
    keras.layers.RMSNormalization(axis=1)(rng.normal(size=(2, 4, 3)).astype("float32"))
except Exception as error:
    print(f"expected no exception of axis 1 of size 4 before an axis of size 3, came {type(error).__name__}")
    wrong = True
sys.exit(wrong)
