"""Keras 3.15.1 on JAX and torch: `fake_quant_with_min_max_vars` fails for an axis that is not the last.

keras/src/quantizers/quantizers.py, fake_quant_with_min_max_vars: the limits of each channel are not laid along `axis`, but
along the last axis, whatever it is; on TensorFlow the axes are swapped.
Seen by: core:quantizers/FakeQuantWithMinMaxVars, variant rows.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

x = np.array([[-9.0, 0.4, 9.0], [-9.0, 0.4, 9.0]], "float32")
low, high = np.array([-1.0, -4.0], "float32"), np.array([0.875, 3.5], "float32")
expected = np.array([[-1.0, 0.375, 0.875], [-4.0, 0.5, 3.5]])
try:
    y = keras.quantizers.fake_quant_with_min_max_vars(x, low, high, num_bits=4, axis=0)
    came = keras.ops.convert_to_numpy(y)
except Exception as error:
    print(f"expected\n{expected}\ncame {type(error).__name__}: {str(error)[:100]}")
    sys.exit(1)
print(f"expected\n{expected}\ncame\n{came}")
sys.exit(not np.allclose(came, expected))
