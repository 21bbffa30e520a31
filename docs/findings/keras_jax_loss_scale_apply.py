"""Keras 3.15.1 on JAX: LossScaleOptimizer.apply raises UnexpectedTracerError; every other optimizer takes steps by apply.

Why: its two branches assign to variables inside jax.lax.cond; fit uses stateless_apply, which returns them.
Where: keras/src/optimizers/loss_scale_optimizer.py, _common_apply and _stateful_handle_finite_grads.
Seen by: core:optimizers/LossScaleOptimizer (which calls stateless_apply on JAX)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

variable = keras.Variable(np.ones(2, "float32"))
optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=16.0)
optimizer.build([variable])
try:
    optimizer.apply([16 * keras.ops.ones(2)], [variable])
except Exception as error:
    print(f"backend {keras.backend.backend()}: expected [0.9 0.9], came {type(error).__name__}")
    sys.exit(1)
print(f"backend {keras.backend.backend()}: expected [0.9 0.9], came {keras.ops.convert_to_numpy(variable)}")
sys.exit(0)
