"""Keras 3.15.1: Adafactor(relative_step=False) adjusts its learning rate by the step all the same.

Why: the rate is bounded by 1 / sqrt(step) once where relative_step says so, and then again as rho_t whatever it says.
Documented: "If learning_rate is a constant and relative_step=True, learning rate will be adjusted based on current iterations."
Where: keras/src/optimizers/adafactor.py, update_step (rho_t).
Seen by: core:optimizers/Adafactor[learning_rate=0.5,relative_step=False] (torch, which has no such argument, bounds it too)
"""

import sys

import keras
import numpy as np


def after(relative: bool) -> float:
    variable = keras.Variable(np.ones(4))
    optimizer = keras.optimizers.Adafactor(0.5, relative_step=relative)
    optimizer.build([variable])
    for _ in range(20):
        optimizer.apply([keras.ops.ones(4)], [variable])
    return float(keras.ops.convert_to_numpy(variable)[0])


adjusted, constant = after(True), after(False)
print(f"expected two different parameters after 20 steps, came {adjusted} (relative) and {constant} (not relative)")
sys.exit(adjusted == constant)
