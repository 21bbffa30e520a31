"""Keras 3.15.1, every backend: categorical losses smooth labels by the length of the last axis, whatever `axis` says.

CategoricalCrossentropy and CategoricalFocalCrossentropy take `num_classes = ops.shape(y_true)[-1]`: with classes along axis 1 of
(batch, 5, 1) the labels of a sample sum to
0.8 + 5 * 0.2 = 1.8.
Where: keras/src/losses/losses.py, categorical_crossentropy and categorical_focal_crossentropy.
Seen by: core:losses/SmoothedOverTheWrongAxis.
"""

import sys

import keras
import numpy as np

rng = np.random.default_rng(0)
logits, labels = rng.normal(size=(2, 5, 1)).astype("float32"), np.eye(5, dtype="float32")[[[1], [3]]].transpose(0, 2, 1)
got = float(keras.losses.CategoricalCrossentropy(True, 0.2, axis=1)(labels, logits))
last = keras.losses.CategoricalCrossentropy(True, 0.2, axis=-1)
expected = float(last(labels.transpose(0, 2, 1), logits.transpose(0, 2, 1)))
print(f"expected {expected:.4f} (the same with the axes moved), got {got:.4f}")
sys.exit(1 if abs(got - expected) > 1e-4 else 0)
