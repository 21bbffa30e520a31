"""Keras 3.15.1 on TensorFlow and torch: `isclose` and `allclose` of whole numbers know no tolerances.

keras/src/backend/tensorflow/numpy.py and keras/src/backend/torch/numpy.py, isclose: `equal` where the dtype is no float; NumPy,
torch.isclose and Keras on JAX follow rtol and atol.
Seen by: core:ops/IscloseOfIntegers.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

a, b = np.array([10, 10], "int32"), np.array([12, 20], "int32")
expected = np.isclose(a, b, atol=3).tolist()
came = keras.ops.convert_to_numpy(keras.ops.isclose(a, b, atol=3)).tolist()
print(f"expected {expected}\ncame     {came}")
sys.exit(came != expected)
