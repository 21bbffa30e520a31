"""Keras 3.15.1 on TensorFlow and JAX: `keras.ops.angle` of complex128 is computed in complex64 and gives float32.

keras/src/backend/tensorflow/numpy.py, angle (jax alike, with x64): `dtypes.result_type(x.dtype, float)` is complex64 for
complex128; `real` and `imag` give float64.
Seen by: core:ops/Angle.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

z = np.array([-1.3 + 0.7j])
came = keras.ops.convert_to_numpy(keras.ops.angle(z))
print(f"expected {np.angle(z)} of float64\ncame     {came} of {came.dtype}")
sys.exit(abs(float(came[0]) - np.angle(z)[0]) > 1e-12)
