"""TensorFlow 2.21.0 under Keras 3.15.1: bicubic resizing has no gradient in half precision, and nothing says so.

``_ResizeBicubicGrad`` in tensorflow/python/ops/image_grad.py returns None unless the input is float32 or float64, and
``_ScaleAndTranslateGrad`` (antialias=True) raises for bfloat16 and float16, where the forward pass takes both. Whatever
lies before such a layer is not trained. Seen by core:layers/UpSampling2DSmooth[bicubic] and core:layers/Resizing.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

wrong = False
for dtype in ("float32", "bfloat16", "float16"):
    for antialias in (False, True):
        x = tf.ones((1, 3, 4, 2), dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = keras.ops.image.resize(x, (6, 8), interpolation="bicubic", antialias=antialias)
        try:
            gradient = tape.gradient(y, x)
            came = "no gradient" if gradient is None else "a gradient"
        except Exception as error:
            came = type(error).__name__
        print(f"{dtype}, antialias={antialias}: expected a gradient, came {came}")
        wrong |= came != "a gradient"
sys.exit(wrong)
