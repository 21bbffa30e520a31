"""Keras 3.15.1 on TensorFlow and PyTorch: mean_squared_logarithmic_error of bfloat16 gives float32.

`epsilon = ops.convert_to_tensor(backend.epsilon())` has no dtype, so that it is float32 and promotes what follows; every other
loss function keeps the dtype of y_pred.
Where: keras/src/losses/losses.py, mean_squared_logarithmic_error.
Seen by: core:losses/MeanSquaredLogarithmicErrorFunction.
"""

import sys

import keras

x = keras.ops.ones((2, 3), "bfloat16")
kinds = [
    keras.backend.standardize_dtype(function(x, 2 * x).dtype)
    for function in (keras.losses.mean_squared_error, keras.losses.mean_squared_logarithmic_error)
]
print(f"expected {kinds[0]}, as of mean_squared_error, got {kinds[1]}")
sys.exit(1 if kinds[0] != kinds[1] else 0)
