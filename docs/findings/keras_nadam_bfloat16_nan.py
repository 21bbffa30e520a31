"""Keras 3.15.1: Nadam and ScheduleFreeAdamW make bfloat16 parameters NaN in their first step.

Why: beta_2 = 0.999 is cast to bfloat16, where it is 1, so that the second moment is 0 and its correction 1 - 1 = 0: 0 / 0.
Adam and Lamb take the same way to a step of 0: their parameters of 0 never move.
Where: keras/src/optimizers/nadam.py and schedule_free_adamw.py, update_step.
Seen by: core:optimizers/Nadam, core:optimizers/ScheduleFreeAdamW (left out in bfloat16, with that reason)
"""

import sys

import keras
import numpy as np

off = False
for kind in (keras.optimizers.Nadam, keras.optimizers.ScheduleFreeAdamW, keras.optimizers.Adam, keras.optimizers.Lamb):
    variable = keras.Variable(np.zeros(3), dtype="bfloat16")
    optimizer = kind(0.01)
    optimizer.build([variable])
    optimizer.apply([keras.ops.ones(3, dtype="bfloat16")], [variable])
    value = keras.ops.convert_to_numpy(keras.ops.cast(variable, "float32"))
    print(f"{kind.__name__}: expected about -0.01, came {value}")
    off |= not np.all(value < -0.005)
sys.exit(off)
