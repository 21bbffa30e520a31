"""Keras 3.15.1: the lower bounds of ``Solarization``'s ``addition_factor`` and ``threshold_factor`` are nearly ignored.

keras/src/layers/preprocessing/image_preprocessing/solarization.py, get_random_transformation: the upper bounds are
multiplied by 255, the lower bounds are not, so that (0.5, 0.5) draws from (0.5, 127.5), not 127.5. The documentation says
that a value from the range, times the value range of the images, is added. Found beside core:layers/Solarization.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

layer = keras.layers.Solarization(addition_factor=(0.5, 0.5), seed=1)
drawn = keras.ops.convert_to_numpy(layer.get_random_transformation(np.zeros((100, 1, 1, 3), np.float32))["additions"])
print(f"expected additions of 127.5; came {drawn.min():.1f} to {drawn.max():.1f}")
sys.exit(drawn.min() < 127.0)
