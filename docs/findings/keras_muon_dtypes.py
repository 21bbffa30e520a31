"""Keras 3.15.1 on TensorFlow: Muon raises for float64 weights, and for bfloat16 weights where floatx is bfloat16.

Why: lr_adjust multiplies the step by ops.sqrt of a whole number, which is of a dtype of its own and not of the weights'.
Where: keras/src/optimizers/muon.py, lr_adjust.
Seen by: core:optimizers/Muon (left out in bfloat16, with that reason)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
import numpy as np

failed = False
for dtype, floatx in (("float64", "float32"), ("bfloat16", "bfloat16")):
    keras.config.set_floatx(floatx)
    variable = keras.Variable(np.ones((3, 2)), dtype=dtype, name="kernel")
    optimizer = keras.optimizers.Muon(0.001)
    optimizer.build([variable])
    try:
        optimizer.apply([keras.ops.ones((3, 2), dtype=dtype)], [variable])
        print(f"{dtype} with floatx {floatx}: expected a step, came one")
    except Exception as error:
        print(f"{dtype} with floatx {floatx}: expected a step, came {type(error).__name__}: {str(error)[:120]}")
        failed = True
sys.exit(failed)
