"""Keras 3.15.1, every backend: log_cosh loses its digits near a perfect fit, and is 0 below a residual of 2e-4.

`x + softplus(-2 x) - log(2)` cancels where x is small: the value is x**2 / 2, its error a rounding of log(2).
Where: keras/src/losses/losses.py, log_cosh.
Seen by: core:losses/LogCosh[near].
"""

import sys

import keras
import numpy as np

worst = 0.0
for x in (1e-2, 1e-3, 2e-4, 1e-4):
    got = float(keras.losses.log_cosh(np.zeros((1, 1), "float32"), np.full((1, 1), x, "float32"))[0])
    expected = float(np.log1p(2 * np.sinh(np.float64(np.float32(x)) / 2) ** 2))
    worst = max(worst, abs(got / expected - 1))
    print(f"residual {x}: expected {expected:.6g}, got {got:.6g}")
sys.exit(1 if worst > 1e-3 else 0)
