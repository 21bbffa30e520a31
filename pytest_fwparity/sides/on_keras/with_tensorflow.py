"""Keras on TensorFlow."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pytest_fwparity.sides.memory import Peak
from pytest_fwparity.sides.on_keras.backend import Backend, Computed, Pullback

_REFUSED = re.compile("only supports (the )?ND?HWC|do not yet support dilation")


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
        else:
            tf.config.set_visible_devices([], "GPU")
            cpu = tf.config.list_physical_devices("CPU")[0]
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        from tensorflow.python.ops import math_ops

        self.math_ops = math_ops
        self.tf32(False)
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

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any] | None:
        """``tf.function``, and XLA of it."""
        made: Callable[..., Any] = self.tf.function(function, jit_compile=form == "compiled", autograph=False)
        return made

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

    def facts(self) -> dict[str, str]:
        tf = self.tf
        build = {f"build {key}": str(value) for key, value in tf.sysconfig.get_build_info().items()}
        return {"git": str(tf.version.GIT_VERSION), "compiler": str(tf.version.COMPILER_VERSION), **build}

    def watched(self) -> contextlib.AbstractContextManager[set[str]]:
        return _watched()

    def lacks(self, error: Exception) -> bool:
        """No kernel is registered for the dtype (NotFound), an attribute takes no such dtype, or a type list refuses it."""
        errors = self.tf.errors
        text = str(error)
        missing = isinstance(error, (errors.NotFoundError, errors.UnimplementedError)) and (
            "Could not find device" in text or "No registered" in text or "not supported" in text or "OpKernel" in text
        )
        refused = isinstance(error, errors.InvalidArgumentError) and (
            "is not in the list of allowed values" in text or "was expected to be a float tensor but is a" in text
        )
        typed = isinstance(error, TypeError) and "not in list of allowed values" in text
        return missing or refused or typed or super().lacks(error)

    def refuses(self, error: Exception) -> bool:
        """TensorFlow's convolutions on a CPU take channels last alone, and transposed ones no dilation."""
        errors = self.tf.errors
        kinds = (errors.UnimplementedError, errors.InvalidArgumentError)
        return isinstance(error, kinds) and bool(_REFUSED.search(str(error)))

    def tf32(self, allowed: bool) -> None:
        self.tf.config.experimental.enable_tensor_float_32_execution(allowed and self.device.startswith("cuda"))

    def wait(self, value: Any) -> None:
        for leaf in self.tf.nest.flatten(value):
            if hasattr(leaf, "numpy"):
                leaf.numpy()

    def peak_memory(self, device: str, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        if not device.startswith("cuda"):
            return None
        memory = self.tf.config.experimental
        memory.reset_memory_stats("GPU:0")
        before = int(memory.get_memory_info("GPU:0")["current"])
        wait(call())
        return Peak(max(0, int(memory.get_memory_info("GPU:0")["peak"]) - before), "allocator")


@contextlib.contextmanager
def _watched() -> Iterator[set[str]]:
    """Types of the operations that TensorFlow runs or traces meanwhile (``MatMul``, ``CudnnRNNV3``)."""
    from tensorflow.python.framework import op_callbacks

    ran: set[str] = set()

    def saw(kind: Any, *_: Any, **__: Any) -> None:
        ran.add(kind.decode() if isinstance(kind, bytes) else str(kind))

    op_callbacks.add_op_callback(saw)
    try:
        yield ran
    finally:
        op_callbacks.remove_op_callback(saw)


def _deterministic(tf: Any) -> bool:
    from tensorflow.python.framework import config

    return bool(config.is_op_determinism_enabled())


def _global_seed() -> Any:
    from tensorflow.python.eager import context

    return context.global_seed()
