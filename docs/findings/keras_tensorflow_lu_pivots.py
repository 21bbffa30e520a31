"""Keras 3.15.1 on TensorFlow: the pivots of `keras.ops.lu_factor` are not those of LAPACK, and a batch raises.

JAX, torch and SciPy give for each row the row it was swapped with, one after the other; keras/src/backend/tensorflow/linalg.py
gives the inverse of the order of the rows, which only looks the same for swaps that undo themselves. Its invert_permutation
takes no batch. Seen by core:ops/LuFactor.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np

x = np.diag([4.0, 6.0, 8.0])[[2, 0, 1]]
found = np.array(keras.ops.lu_factor(x)[1]).tolist()
print(f"expected the swaps [1, 2, 2], came {found}")
wrong = found != [1, 2, 2]
try:
    keras.ops.lu_factor(np.stack([x, x]))
except Exception as error:
    print(f"expected a batch to be factored, came {type(error).__name__}")
    wrong = True
sys.exit(wrong)
