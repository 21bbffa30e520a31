"""The patches that keep float64 in float64 compute what they replace, but for its rounding."""

from __future__ import annotations

import subprocess
import sys

RESIZE = """
import numpy as np
import tensorflow as tf
from pytest_fwparity.sides.on_keras.purity import pure

x = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 6, 2)))
for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
    for antialias in (False, True):
        for size in ((10, 9), (3, 4), (7, 11), (5, 6), (2, 13)):
            stock = tf.image.resize(x, size, method=method, antialias=antialias)
            with pure("tensorflow"):
                made = tf.image.resize(x, size, method=method, antialias=antialias)
            assert made.dtype == tf.float64
            off = float(tf.reduce_max(tf.abs(made - tf.cast(stock, "float64"))))
            assert off < 1e-5, (method, antialias, size, off)
"""
MEL = """
import numpy as np
import keras
from pytest_fwparity.sides.on_keras.purity import pure

x = np.random.default_rng(0).normal(size=(2, 64))
stock = keras.layers.MelSpectrogram(16, 8, num_mel_bins=3)(x)
keras.config.set_floatx("float64")
with pure("tensorflow"):
    made = keras.layers.MelSpectrogram(16, 8, num_mel_bins=3, dtype="float64")(x)
assert made.dtype == "float64"
assert np.abs(np.asarray(made) - np.asarray(stock)).max() < 1e-3
"""
CTC = """
import numpy as np
import keras
from pytest_fwparity.sides.on_keras.purity import pure

output = np.random.default_rng(0).normal(size=(2, 6, 4))
asked = [np.array([[1, 2], [3, 1]]), output.astype("float32"), np.array([2, 2]), np.array([6, 6])]
stock = keras.ops.ctc_loss(*asked)
with pure("tensorflow"):
    assert (keras.ops.ctc_loss(*asked) == stock).numpy().all()
    asked[1] = output
    try:
        keras.ops.ctc_loss(*map(keras.ops.convert_to_tensor, asked))
    except NotImplementedError as error:
        assert "no float64 kernel" in str(error)
    else:
        raise AssertionError("float64 was computed in float32")
"""


def _run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_resizing() -> None:
    _run(RESIZE)


def test_mel_spectrogram() -> None:
    _run(MEL)


def test_the_connectionist_loss() -> None:
    _run(CTC)
