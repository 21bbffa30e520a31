"""Keras on JAX."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pytest_fwparity.sides.on_keras.backend import Backend, Computed, Pullback


class Jax(Backend):
    """Two host devices are asked for before JAX starts, so that replicas can be emulated."""

    name = "jax"
    stateless = True
    jax: Any

    def start(self) -> dict[str, Any]:
        if not self.device.startswith("cuda"):
            os.environ["JAX_PLATFORMS"] = "cpu"
            flags = os.environ.get("XLA_FLAGS", "")
            if "xla_force_host_platform_device_count" not in flags:
                flags += " --xla_force_host_platform_device_count=2"
            if self.threads == 1 and "xla_cpu_multi_thread_eigen" not in flags:
                flags += " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
            os.environ["XLA_FLAGS"] = flags.strip()
        else:
            os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # the other side needs the GPU too
        import jax

        self.jax = jax
        if self.device.startswith("cuda"):
            jax.config.update("jax_default_matmul_precision", "highest")
            if jax.default_backend() != "gpu":
                raise RuntimeError(f"jax {jax.__version__} sees no GPU; use --fwparity-device keras-jax=cpu")
        name = jax.devices()[0].device_kind
        import jaxlib

        versions = {"jax": jax.__version__, "jaxlib": jaxlib.__version__}
        return {"versions": versions, "file": jax.__file__, "device": name}

    def tensor(self, array: np.ndarray, dtype: str) -> Any:
        return self.jax.numpy.asarray(array, dtype=dtype if array.dtype.kind == "f" else None)

    def vjp(self, function: Callable[[Sequence[Any]], Computed], leaves: Sequence[Any]) -> tuple[Computed, Pullback]:
        outputs, pull, rest = self.jax.vjp(lambda given: function(given), list(leaves), has_aux=True)

        def pullback(cotangents: Sequence[Any]) -> list[Any]:
            (found,) = pull(list(cotangents))
            return list(found)

        return (outputs, rest), pullback

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any] | None:
        """``jax.jit``; arrays that ``function`` holds go in as arguments, since XLA computes with constants when it compiles."""
        if form != "compiled":
            return None
        jax = self.jax
        made: list[tuple[Any, list[Any], Any]] = []

        def compiled(*given: Any) -> Any:
            if not made:
                closed, shape = jax.make_jaxpr(function, return_shape=True)(*given)
                call = jax.jit(lambda held, leaves: jax.core.eval_jaxpr(closed.jaxpr, held, *leaves))
                made.append((call, list(closed.consts), jax.tree.structure(shape)))
            ((call, held, structure),) = made
            return jax.tree.unflatten(structure, call(held, jax.tree.leaves(given)))

        return compiled

    def constant(self, value: Any) -> Any:
        return self.jax.lax.stop_gradient(value)

    def globals(self) -> dict[str, Any]:
        config = self.jax.config
        return {
            "jax enable_x64": config.jax_enable_x64,
            "jax disable_jit": config.jax_disable_jit,
            "jax debug_nans": config.jax_debug_nans,
            "jax default matmul precision": config.jax_default_matmul_precision,
            "jax default device": str(config.jax_default_device),
        }

    def facts(self) -> dict[str, str]:
        return {"platform": str(self.jax.devices()[0].client.platform_version)}

    @contextlib.contextmanager
    def wide(self, dtype: str) -> Iterator[None]:
        """JAX computes in 32 bits unless told otherwise."""
        if dtype != "float64":
            yield
            return
        before = self.jax.config.jax_enable_x64
        self.jax.config.update("jax_enable_x64", True)
        try:
            yield
        finally:
            self.jax.config.update("jax_enable_x64", before)

    def lacks(self, error: Exception) -> bool:
        unimplemented = type(error).__name__ in ("JaxRuntimeError", "XlaRuntimeError") and "UNIMPLEMENTED" in str(error)
        # cuDNN's recurrent kernels, which jax.experimental.rnn gives float32 workspaces whatever the dtype
        lowered = isinstance(error, ValueError) and "Cannot lower jaxpr with verifier errors" in str(error)
        return unimplemented or lowered or super().lacks(error)

    def tf32(self, allowed: bool) -> None:
        if self.device.startswith("cuda"):
            precision = "tensorfloat32" if allowed else "highest"
            self.jax.config.update("jax_default_matmul_precision", precision)

    def wait(self, value: Any) -> None:
        self.jax.block_until_ready(value)
