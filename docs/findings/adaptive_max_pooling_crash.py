"""Keras 3.15.1 on TensorFlow 2.21.0 with oneDNN: adaptive max pooling to one place ends the process by SIGFPE.

To one place Keras pools with windows of n and of n + 1 (``compute_adaptive_pooling_window_sizes``); the window of n + 1 gives
an empty result, by the size of which oneDNN's max pooling divides. Seen on an AMD EPYC with AVX-512 (float32 and bfloat16);
on other processors the call returns. TF_ENABLE_ONEDNN_OPTS=0 avoids it. Seen by core:layers/AdaptiveMaxPooling1D and 2D.
"""

import subprocess
import sys

CALL = """
import os
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras, numpy as np
keras.layers.AdaptiveMaxPooling1D(1)(np.arange(12, dtype="float32").reshape(2, 6, 1))
"""

status = subprocess.run([sys.executable, "-c", CALL], stderr=subprocess.DEVNULL, check=False).returncode
print(f"expected exit status 0, came {status}{' (killed by a signal)' if status < 0 else ''}")
print("the defect is there" if status < 0 else "gone")
sys.exit(status < 0)
