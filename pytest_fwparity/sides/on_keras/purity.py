"""What makes Keras' float64 not float64, and the patches that remove it; each names its cause and where it applies.

As shipped, float64 is partly computed in float32 on every backend. The float64 tier runs in a worker of its own with
these patches in place; the plain worker runs stock Keras in float64 too, and the difference is reported as a leak.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Apply = Callable[[], contextlib.AbstractContextManager[None]]


@dataclass(frozen=True)
class Patch:
    """One leak and what stops it.

    ``applies`` says whether this installation has what is patched: a release that keeps it elsewhere is left as it is, and
    the probes of :func:`impurities` and the float64 checks then say what they see.
    """

    name: str
    backends: tuple[str, ...]
    source: str
    applies: Callable[[], bool]
    apply: Apply


def _has(module: str, *names: str) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            found = __import__(module, fromlist=["_"])
        except ImportError:
            return False
        return all(hasattr(found, name) for name in names)

    return asked


@contextlib.contextmanager
def _floats_in_cast() -> Iterator[None]:
    """A Python float goes to the wanted dtype at once, not by way of float32."""
    import tensorflow as tf
    from tensorflow.python.ops import math_ops

    public, stock = tf.cast, math_ops.cast

    def cast(x: Any, dtype: Any, name: Any = None) -> Any:
        if isinstance(x, float) and tf.as_dtype(dtype).is_floating:
            return tf.convert_to_tensor(np.asarray(x, np.float64).astype(tf.as_dtype(dtype).as_numpy_dtype))
        return stock(x, dtype, name)

    tf.cast = math_ops.cast = cast
    try:
        yield
    finally:
        tf.cast, math_ops.cast = public, stock


@contextlib.contextmanager
def _floats_in_convert() -> Iterator[None]:
    """A Python float without a dtype becomes float64, not float32."""
    import tensorflow as tf

    stock = tf.convert_to_tensor

    def convert_to_tensor(value: Any, dtype: Any = None, **options: Any) -> Any:
        if dtype is None and isinstance(value, float) and not isinstance(value, np.floating):
            dtype = tf.float64
        return stock(value, dtype, **options)

    tf.convert_to_tensor = convert_to_tensor
    try:
        yield
    finally:
        tf.convert_to_tensor = stock


@contextlib.contextmanager
def _result_type() -> Iterator[None]:
    """Two float64 make float64, not float32."""
    from keras.src.backend.common import dtypes

    narrow = dtypes.BIT64_TO_BIT32_DTYPE
    kept = dict(narrow)
    cached = [entry for entry in vars(dtypes).values() if hasattr(entry, "cache_clear")]
    narrow.pop("float64", None)
    narrow["int64"] = "int64"
    for entry in cached:
        entry.cache_clear()
    try:
        yield
    finally:
        narrow.clear()
        narrow.update(kept)
        for entry in cached:
            entry.cache_clear()


class _Float64ForFloat32:
    """NumPy, but ``float32`` is ``float64``."""

    float32 = np.float64

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


@contextlib.contextmanager
def _attention_softmax() -> Iterator[None]:
    """The softmax inside ``jax.nn.dot_product_attention`` is computed in float64, not float32."""
    from jax._src.nn import functions

    stock = functions.np
    functions.np = _Float64ForFloat32()
    try:
        yield
    finally:
        functions.np = stock


@contextlib.contextmanager
def _resize() -> Iterator[None]:
    """``tf.image.resize`` in float64 is a product with weights of float64, where TensorFlow's kernels give float32.

    The weight of a place is that of its distance from the centre asked for; weights that lie beyond the edge are left out
    and the others made to sum to 1. Bicubic weights come from a table of 1024 distances unless ``antialias`` is set.
    """
    import tensorflow as tf

    stock = tf.image.resize
    kernels: dict[str, tuple[int, Callable[[np.ndarray], np.ndarray]]] = {
        "bilinear": (1, lambda d: 1 - d),
        "bicubic": (2, lambda d: np.where(d < 1, (1.5 * d - 2.5) * d * d + 1, ((2.5 - 0.5 * d) * d - 4) * d + 2)),
        "lanczos3": (3, lambda d: np.sinc(d) * np.sinc(d / 3)),
        "lanczos5": (5, lambda d: np.sinc(d) * np.sinc(d / 5)),
    }

    def weights(n: int, m: int, method: str, antialias: bool) -> np.ndarray:
        radius, kernel = kernels[method]
        spread = max(n / m, 1.0) if antialias else 1.0
        centers = (np.arange(m)[:, None] + 0.5) * (n / m) - 0.5
        if method == "bicubic" and not antialias:
            centers = np.floor(centers) + np.rint((centers - np.floor(centers)) * 1024) / 1024
        distance = np.abs(centers - np.arange(n)) / spread
        found = np.where(distance < radius, kernel(distance), 0.0)
        made: np.ndarray = found / found.sum(1, keepdims=True)
        return made

    def resize(images: Any, size: Any, method: Any = "bilinear", *rest: Any, **options: Any) -> Any:
        shape = tuple(getattr(images, "shape", ()))
        sizes = (*shape[-3:-1], *size) if isinstance(size, (list, tuple)) else ()
        whole = len(sizes) == 4 and all(isinstance(part, int) for part in sizes)
        if not whole or rest or method not in kernels or getattr(images, "dtype", None) != tf.float64:
            return stock(images, size, method, *rest, **options)
        antialias = bool(options.get("antialias"))
        rows, columns = (weights(sizes[at], sizes[at + 2], method, antialias) for at in (0, 1))
        return tf.einsum("ih,...hwc,jw->...ijc", tf.constant(rows), images, tf.constant(columns))

    tf.image.resize = resize
    try:
        yield
    finally:
        tf.image.resize = stock


@contextlib.contextmanager
def _mel_matrix() -> Iterator[None]:
    """The weights of MelSpectrogram's bands are computed in float64, as its spectrum is."""
    from keras.src.layers.preprocessing.mel_spectrogram import MelSpectrogram

    stock = MelSpectrogram.linear_to_mel_weight_matrix

    @functools.wraps(stock)
    def matrix(self: Any, *args: Any, **options: Any) -> Any:
        return stock(self, *args, **{"dtype": self.compute_dtype, **options})

    MelSpectrogram.linear_to_mel_weight_matrix = matrix
    try:
        yield
    finally:
        MelSpectrogram.linear_to_mel_weight_matrix = stock


@contextlib.contextmanager
def _ctc_loss() -> Iterator[None]:
    """The connectionist loss of float64 is refused, since ``tf.nn.ctc_loss`` has a float32 kernel alone.

    Float32 results are then measured from another side's float64.
    """
    from keras.src.backend.tensorflow import nn

    stock = nn.ctc_loss

    @functools.wraps(stock)
    def ctc_loss(target: Any, output: Any, *args: Any, **options: Any) -> Any:
        if getattr(output, "dtype", None) == "float64":  # tf.DType compares with the name
            raise NotImplementedError("tf.nn.ctc_loss has no float64 kernel: Keras computes float64 in float32 there")
        return stock(target, output, *args, **options)

    nn.ctc_loss = ctc_loss
    try:
        yield
    finally:
        nn.ctc_loss = stock


PATCHES = (
    Patch(
        "python-floats-in-cast",
        ("tensorflow",),
        "tensorflow#35938, #57779, #64548",
        _has("tensorflow.python.ops.math_ops", "cast"),
        _floats_in_cast,
    ),
    Patch(
        "python-floats-in-convert",
        ("tensorflow",),
        "tensorflow#57779",
        _has("tensorflow", "convert_to_tensor"),
        _floats_in_convert,
    ),
    Patch(
        "resize",
        ("tensorflow",),
        "tensorflow/core/kernels/image/resize_bilinear_op.cc, resize_bicubic_op.cc and scale_and_translate_op.cc",
        _has("tensorflow", "image"),
        _resize,
    ),
    Patch(
        "ctc-loss",
        ("tensorflow",),
        "keras/src/backend/tensorflow/nn.py, ctc_loss; tensorflow/core/ops/ctc_ops.cc",
        _has("keras.src.backend.tensorflow.nn", "ctc_loss"),
        _ctc_loss,
    ),
    Patch(
        "mel-matrix",
        ("tensorflow", "jax", "torch"),
        "keras/src/layers/preprocessing/mel_spectrogram.py, _melscale",
        _has("keras.src.layers.preprocessing.mel_spectrogram", "MelSpectrogram"),
        _mel_matrix,
    ),
    Patch(
        "result-type",
        ("jax", "torch"),
        "keras#23223",
        _has("keras.src.backend.common.dtypes", "BIT64_TO_BIT32_DTYPE"),
        _result_type,
    ),
    Patch(
        "attention-softmax",
        ("jax",),
        "jax 0.10.2, jax/_src/nn/functions.py",
        _has("jax._src.nn.functions", "np", "dot_product_attention"),
        _attention_softmax,
    ),
)


def patches(backend: str) -> list[Patch]:
    """The patches that apply to this backend as installed."""
    return [patch for patch in PATCHES if backend in patch.backends and patch.applies()]


@contextlib.contextmanager
def pure(backend: str) -> Iterator[None]:
    """Every patch in place; undone on leaving."""
    with contextlib.ExitStack() as stack:
        for patch in patches(backend):
            stack.enter_context(patch.apply())
        yield


def purity_text(backend: str) -> str:
    """Names of the patches and a digest of their text."""
    texts = {patch.name: inspect.getsource(patch.apply) for patch in patches(backend)}
    digest = hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:16]
    return f"{','.join(texts)} {digest}"


def impurities(keras: Any) -> list[str]:
    """What is float32 where float64 was asked for, seen by small probes."""
    found = []
    tenth = float(keras.ops.convert_to_numpy(keras.ops.cast(0.1, "float64")))
    if tenth != 0.1:
        found.append(f"keras.ops.cast(0.1, 'float64') is {tenth!r}")
    kind = keras.backend.result_type("float64", "float64")
    if kind != "float64":
        found.append(f"keras.backend.result_type('float64', 'float64') is {kind!r}")
    third = keras.ops.convert_to_tensor(np.asarray([1.0, 2.0]) / 3, dtype="float64")
    dtype = keras.backend.standardize_dtype(keras.ops.multiply(third, third).dtype)
    if dtype != "float64":
        found.append(f"the product of two float64 tensors is {dtype}")
    return found
