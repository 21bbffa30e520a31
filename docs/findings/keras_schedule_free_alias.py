"""Keras 3.15.1 on TensorFlow and torch: ScheduleFreeAdamW recovers x from the new z, not from the old one.

Why: momentum_old = momentum.value is the variable itself, which assign_sub then changes; on JAX it is a value of its own.
Where: keras/src/optimizers/schedule_free_adamw.py, update_step.
Seen by: core:optimizers/ScheduleFreeAdamW (known difference old_z_is_an_alias)
"""

import sys

import keras
import numpy as np

gradients = [1.0, -0.5, 2.0]
variable = keras.Variable([1.0], dtype="float32")
optimizer = keras.optimizers.ScheduleFreeAdamW(0.1)
optimizer.build([variable])
x = y = z = 1.0
v = 0.0
for step, g in enumerate(gradients, 1):
    optimizer.apply([keras.ops.convert_to_tensor([g])], [variable])
    v = 0.999 * v + 0.001 * g**2
    z = z - 0.1 * g / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    x = (1 - 1 / step) * x + z / step
    y = 0.1 * z + 0.9 * x
came = float(keras.ops.convert_to_numpy(variable)[0])
print(f"backend {keras.backend.backend()}: expected {y:.6f} (Defazio et al. 2024), came {came:.6f}")
sys.exit(abs(came - y) > 1e-4)
