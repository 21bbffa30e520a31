"""Keras 3.15.1: with gradient_accumulation_steps the moving average of use_ema moves at every call, not at every step.

Why: the average is updated outside the branch that takes the step, so that its momentum is ema_momentum to the power of the
number of accumulated calls; documented: "an exponential moving average of the weights of the model (as the weight values
change after each training batch)".
Where: keras/src/optimizers/base_optimizer.py, _backend_apply_gradients.
Seen by: core:optimizers/MovingAverageOfAccumulation (known difference average_moves_at_every_call)
"""

import sys

import keras
import numpy as np

variable = keras.Variable([1.0])
options = {"use_ema": True, "ema_momentum": 0.9, "gradient_accumulation_steps": 4}
optimizer = keras.optimizers.SGD(1.0, **options)
optimizer.build([variable])
for _ in range(12):
    optimizer.apply([keras.ops.ones(1)], [variable])
came = float(keras.ops.convert_to_numpy(optimizer._model_variables_moving_average[0])[0])
expected = 0.9 * (0.9 * 0.0 + 0.1 * -1.0) + 0.1 * -2.0  # w is 0 after the first step, then -1 and -2
print(f"expected an average of {expected:.4f} after three steps, came {came:.4f}")
sys.exit(not np.isclose(came, expected))
