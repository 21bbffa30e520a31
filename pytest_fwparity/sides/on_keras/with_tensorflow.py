"""Keras on TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pytest_fwparity.sides.on_keras.backend import Backend, Computed, Pullback


class TensorFlow(Backend):
    """Two logical CPUs are made in every worker, before the first operation, so that replicas can be emulated."""

    name = "tensorflow"
    tf: Any

    def start(self) -> dict[str, Any]:
        import tensorflow as tf

        self.tf = tf
        tf.config.threading.set_intra_op_parallelism_threads(self.threads)
        tf.config.threading.set_inter_op_parallelism_threads(1 if self.threads == 1 else 2)
        gpus = tf.config.list_physical_devices("GPU")
        name = "cpu"
        if self.device.startswith("cuda"):
            if not gpus:
                raise RuntimeError(f"tensorflow {tf.__version__} sees no GPU; use --fwparity-device cpu for this side")
            for gpu in gpus:
                tf.config.experimental.set_memory_growth(gpu, True)
            name = str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "gpu"))
            tf.config.experimental.enable_tensor_float_32_execution(False)
        else:
            tf.config.set_visible_devices([], "GPU")
            cpu = tf.config.list_physical_devices("CPU")[0]
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        from tensorflow.python.ops import math_ops

        self.math_ops = math_ops
        return {"versions": {"tensorflow": tf.__version__}, "file": tf.__file__, "device": name}

    def tensor(self, array: np.ndarray, dtype: str) -> Any:
        return self.tf.constant(array, dtype=dtype if array.dtype.kind == "f" else None)

    def vjp(self, function: Callable[[Sequence[Any]], Computed], leaves: Sequence[Any]) -> tuple[Computed, Pullback]:
        tf = self.tf
        tape = tf.GradientTape(watch_accessed_variables=False)
        with tape:
            tape.watch(list(leaves))
            outputs, rest = function(leaves)

        def pullback(cotangents: Sequence[Any]) -> list[Any]:
            found = tape.gradient(outputs, list(leaves), output_gradients=list(cotangents))
            return [None if entry is None else tf.convert_to_tensor(entry) for entry in found]

        return (outputs, rest), pullback

    def constant(self, value: Any) -> Any:
        return self.tf.stop_gradient(value)

    def globals(self) -> dict[str, Any]:
        tf = self.tf
        return {
            "tensorflow run functions eagerly": tf.config.functions_run_eagerly(),
            "tensorflow strategy": tf.distribute.has_strategy(),
            "tensorflow deterministic ops": _deterministic(tf),
            "tensorflow tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
            "tensorflow soft placement": tf.config.get_soft_device_placement(),
            "tensorflow XLA": tf.config.optimizer.get_jit(),
            "tensorflow global seed": _global_seed(),
            "tensorflow cast": (id(tf.cast), id(self.math_ops.cast), id(tf.convert_to_tensor)),
        }

    @contextlib.contextmanager
    def pure(self) -> Iterator[None]:
        """Python floats pass through float32 in ``tf.cast`` (tensorflow#35938, #57779, #64548) and become float32 in
        ``tf.convert_to_tensor`` whatever the floatx; here they are converted to float64 at once."""
        tf, math_ops = self.tf, self.math_ops
        stock_public, stock, stock_convert = tf.cast, math_ops.cast, tf.convert_to_tensor

        def cast(x: Any, dtype: Any, name: Any = None) -> Any:
            if isinstance(x, float) and tf.as_dtype(dtype).is_floating:
                return tf.convert_to_tensor(np.asarray(x, np.float64).astype(tf.as_dtype(dtype).as_numpy_dtype))
            return stock(x, dtype, name)

        def convert_to_tensor(value: Any, dtype: Any = None, **options: Any) -> Any:
            if dtype is None and isinstance(value, float) and not isinstance(value, np.floating):
                dtype = tf.float64
            return stock_convert(value, dtype, **options)

        tf.cast = math_ops.cast = cast
        tf.convert_to_tensor = convert_to_tensor
        try:
            yield
        finally:
            tf.cast, math_ops.cast, tf.convert_to_tensor = stock_public, stock, stock_convert

    def wait(self, value: Any) -> None:
        for leaf in self.tf.nest.flatten(value):
            if hasattr(leaf, "numpy"):
                leaf.numpy()


def _deterministic(tf: Any) -> bool:
    from tensorflow.python.framework import config

    return bool(config.is_op_determinism_enabled())


def _global_seed() -> Any:
    from tensorflow.python.eager import context

    return context.global_seed()
