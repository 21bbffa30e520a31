"""Keras 3.15.1 on torch: Nadam raises a TypeError for bfloat16 weights.

Why: 1 - convert_to_numpy(u_product) is a scalar of ml_dtypes.bfloat16, which torch._foreach_div does not take.
Where: keras/src/backend/torch/optimizers/torch_nadam.py, _parallel_update_step.
Seen by: core:optimizers/Nadam (left out in bfloat16, with that reason)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np

variable = keras.Variable(np.ones(3), dtype="bfloat16")
optimizer = keras.optimizers.Nadam(0.01, beta_2=0.9)
optimizer.build([variable])
try:
    optimizer.apply([keras.ops.ones(3, dtype="bfloat16")], [variable])
except TypeError as error:
    print(f"backend {keras.backend.backend()}: expected a step, came TypeError: {str(error)[:90]}")
    sys.exit(1)
print(f"backend {keras.backend.backend()}: expected a step, came one")
sys.exit(0)
