"""Keras 3.15.1 on JAX: keras.random.shuffle permutes every column by itself; TensorFlow and torch move whole rows.

Why: jax.random.shuffle permutes independently along the axis; jax.random.permutation(independent=False) moves rows.
Where: keras/src/backend/jax/random.py, shuffle.
Seen by: core:random/Shuffle (known difference columns_apart)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

place = np.arange(100.0)
rows = keras.ops.convert_to_numpy(keras.random.shuffle(np.stack([place, 2 * place], axis=1), seed=1))
together = int(np.sum(rows[:, 1] == 2 * rows[:, 0]))
print(f"backend {keras.backend.backend()}: expected 100 of 100 rows whole, came {together}")
sys.exit(together < 100)
