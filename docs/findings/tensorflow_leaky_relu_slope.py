"""TensorFlow 2.21.0 (Keras 3.15.1): the slope of ``leaky_relu`` is float32, in float64 too.

tensorflow/core/ops/nn_ops.cc, LeakyRelu: ``alpha: float = 0.2`` is an attribute of the operation, and such attributes are
float32. Keras takes it in ``leaky_relu``, ``LeakyReLU`` and ``relu(negative_slope=...)``. Seen by
core:activations/LeakyRelu, core:activations/Relu[negative_slope=0.1] and core:activations/RRelu.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

found = float(keras.ops.convert_to_numpy(keras.activations.leaky_relu(np.array([-1.0]), negative_slope=0.1))[0])
print(f"expected -0.1, came {found!r}")
sys.exit(found != -0.1)
