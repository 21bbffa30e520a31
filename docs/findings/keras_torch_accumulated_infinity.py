"""Keras 3.15.1 on torch: one infinite gradient leaves NaN in the sums of gradient_accumulation_steps for good.

Why: the sums are cleared by torch._foreach_mul_(sums, 0.0), and 0 times infinity is NaN; TensorFlow and JAX assign zeros.
Where: keras/src/backend/torch/optimizers/torch_parallel_optimizer.py, _backend_reset_gradient_accumulators.
Seen by: core:optimizers/InfiniteGradientAccumulation (known difference sums_cleared_by_a_product)
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np

variable = keras.Variable(np.ones(2, "float32"))
optimizer = keras.optimizers.SGD(0.1, clipvalue=0.5, gradient_accumulation_steps=2)
optimizer.build([variable])
for call in range(4):
    gradient = np.array([np.inf if call == 0 else 1.0, 1.0], "float32")
    optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
came = keras.ops.convert_to_numpy(variable)
print(f"backend {keras.backend.backend()}: expected [0.9 0.9] after two steps clipped to 0.5, came {came}")
sys.exit(not np.allclose(came, 0.9))
