"""Keras 3.15.1, every backend: `keras.ops.view_as_complex` rounds float64 to complex64.

keras/src/ops/math.py, view_as_complex: both parts are cast to "complex64", whatever the dtype of the input; torch's gives
complex128.
Seen by: core:ops/ViewAsComplex.
"""

import sys

import keras
import numpy as np

x = np.array([[0.1, 0.2]])
came = keras.ops.convert_to_numpy(keras.ops.view_as_complex(keras.ops.convert_to_tensor(x, "float64")))
print(f"expected {x[0, 0]!r}\ncame     {float(came.real[0])!r} of {came.dtype}")
sys.exit(abs(float(came.real[0]) - x[0, 0]) > 1e-12)
