"""Keras 3.15.1: recurrent layers cannot be built in bfloat16 (TensorFlow, JAX) or float16 (JAX), for their start values alone.

keras/src/initializers/random_initializers.py, Orthogonal.__call__ draws in the layer's dtype and calls ops.qr, which has no
kernel there; drawn in float32 and then cast it would work. LSTM, GRU, SimpleRNN and ConvLSTM take it as default
recurrent_initializer. Seen by core:layers/LSTM, GRU and SimpleRNN, which are not run in bfloat16.
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras

try:
    keras.layers.LSTM(4, dtype="bfloat16").build((2, 3, 3))
except Exception as error:
    print(f"expected: an LSTM in bfloat16; came: {type(error).__name__}: {str(error)[:120]}")
    sys.exit(1)
print("expected and came: an LSTM in bfloat16")
