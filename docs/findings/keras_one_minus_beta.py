"""Keras 3.15.1 on TensorFlow and JAX: Nadam keeps its second moment 1.3e-5 too small in float32, and 2 % in float16.

Why: beta_2 is cast to the dtype of the weights before 1 - beta_2 is formed, which cancels; Adam, Adamax and Lamb use
Python's float there. ScheduleFreeAdamW and Lion do the same as Nadam.
Where: keras/src/optimizers/nadam.py, schedule_free_adamw.py and lion.py, update_step.
Seen by: core:optimizers/Nadam (known difference betas_in_the_working_dtype)
"""

import sys

import keras
import numpy as np

off = False
for kind, slot in (("Adam", "_velocities"), ("Nadam", "_velocities"), ("ScheduleFreeAdamW", "_velocities")):
    variable = keras.Variable(np.ones(1, "float32"))
    optimizer = getattr(keras.optimizers, kind)(0.001)
    optimizer.build([variable])
    optimizer.apply([keras.ops.ones(1)], [variable])
    came = float(keras.ops.convert_to_numpy(getattr(optimizer, slot)[0])[0])
    print(f"{kind}: expected a second moment of 0.001 after one gradient of 1, came {came:.10f}")
    off |= abs(came / 0.001 - 1) > 1e-6
sys.exit(off)
