"""Keras 3.15.1 on TensorFlow: `keras.ops.select` of bfloat16 with a Python number as default gives float64.

keras/src/backend/tensorflow/numpy.py, select, calls tf.experimental.numpy.select, to which bfloat16 and a Python float are
float64. `core:ops/Select` therefore hands the default in as a tensor.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras

a = keras.ops.convert_to_tensor([1.0, 2.0], dtype="bfloat16")
came = keras.ops.select([a > 1], [a], 0.5).dtype
print(f"expected bfloat16\ncame {came}")
sys.exit("bfloat16" not in str(came))
