"""Keras in this process: its start, its global state, variables by name."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from pytest_fwparity.cases.base import describe
from pytest_fwparity.sides.adapter import Adapter, CaseError, Results
from pytest_fwparity.sides.kernels import driver
from pytest_fwparity.sides.memory import Peak
from pytest_fwparity.sides.on_keras import purity
from pytest_fwparity.sides.on_keras.backend import Backend
from pytest_fwparity.sides.wire import Request

_BACKENDS = {
    "tensorflow": ("with_tensorflow", "TensorFlow"),
    "jax": ("with_jax", "Jax"),
    "torch": ("with_torch", "Torch"),
}


class KerasSide(Adapter):
    """``keras`` over the backend named in the settings."""

    package = "pytest_fwparity.sides.on_keras"
    namespaces: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "keras.layers",
            "keras.activations",
            "keras.losses",
            "keras.metrics",
            "keras.optimizers",
            "keras.optimizers.schedules",
            "keras.initializers",
            "keras.regularizers",
            "keras.constraints",
            "keras.ops",
            "keras.ops.image",
            "keras.random",
            "keras.quantizers",
            "keras.mixed_precision",
            "keras.dtype_policies",
            "keras.distribution",
        ),
        "",
    )
    keras: Any
    #: names of the outputs of the last function that was traced, which a compiled one does not give
    order: Any = None

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        module, name = _BACKENDS[settings["backend"]]
        found = getattr(importlib.import_module(f"pytest_fwparity.sides.on_keras.{module}"), name)
        self.backend: Backend = found(self.device, self.threads)

    def start(self) -> dict[str, Any]:
        os.environ["KERAS_BACKEND"] = self.backend.name
        found = self.backend.start()
        import keras

        self.keras = keras
        if keras.backend.backend() != self.backend.name:
            raise RuntimeError(f"keras runs on {keras.backend.backend()}, but should on {self.backend.name}")
        versions = {"keras": keras.__version__, **found["versions"], "numpy": np.__version__}
        self._set(floatx="float32", policy="float32")
        return {**found, "versions": versions, "file": keras.__file__}

    def globals(self) -> dict[str, Any]:
        keras = self.keras
        state = {
            "keras floatx": keras.config.floatx(),
            "keras dtype policy": keras.config.dtype_policy().name,
            "keras image data format": keras.config.image_data_format(),
            "keras epsilon": keras.config.epsilon(),
            "keras distribution": str(keras.distribution.distribution()),
            "keras traceback filtering": keras.config.is_traceback_filtering_enabled(),
        }
        for name in ("is_flash_attention_enabled",):
            if hasattr(keras.config, name):
                state[f"keras {name}"] = getattr(keras.config, name)()
        return {**state, **self.backend.globals()}

    def reset(self, request: Request) -> None:
        self._wide = contextlib.ExitStack()
        self._wide.enter_context(self.backend.wide(request.dtype))
        self._set(floatx=request.dtype, policy=request.policy or request.dtype)
        self.backend.tf32(bool(request.options.get("tf32")))
        self.keras.config.set_image_data_format("channels_last")
        self._forget_global_seed()
        self.backend.reset()

    def restore(self, request: Request) -> None:
        self.backend.tf32(False)
        self._set(floatx="float32", policy="float32")
        self._wide.close()

    def clear(self) -> None:
        self.keras.utils.clear_session()
        self._set(floatx="float32", policy="float32")

    def framework(self) -> Any:
        return self.keras

    def pure(self) -> contextlib.AbstractContextManager[None]:
        return purity.pure(self.backend.name)

    def impurities(self) -> list[str]:
        with self.backend.wide("float64"):
            return purity.impurities(self.keras)

    def purity_text(self) -> str:
        return purity.purity_text(self.backend.name)

    def device_facts(self) -> dict[str, str]:
        return self.backend.facts()

    def watched(self) -> contextlib.AbstractContextManager[set[str]]:
        made = self.backend.watched()
        return super().watched() if made is None else made

    def peak_memory(self, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        found = self.backend.peak_memory(self.device, call, wait)
        if found is None and not self.device.startswith("cuda"):
            return super().peak_memory(call, wait)
        return found

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any]:
        made = self.backend.compile(function, form)
        return super().compile(function, form) if made is None else made

    def lacks(self, error: Exception) -> bool:
        return self.backend.lacks(error)

    def refuses(self, error: Exception) -> bool:
        return self.backend.refuses(error)

    def build(self) -> dict[str, str]:
        return {"driver": driver()} if self.device.startswith("cuda") else {}

    def _set(self, *, floatx: str, policy: str) -> None:
        self.keras.config.set_floatx(floatx)
        self.keras.config.set_dtype_policy(policy)

    def _forget_global_seed(self) -> None:
        """An unseeded draw of one item must not move those of the next; a new generator takes Python's seeded ``random``."""
        try:
            from keras.src.backend.common import global_state
        except ImportError:
            return
        global_state.set_global_attribute("global_seed_generator", None)

    # arrays and tensors

    def is_tensor(self, value: Any) -> bool:
        return bool(self.keras.ops.is_tensor(value)) or isinstance(value, self.keras.Variable)

    def is_float(self, value: Any) -> bool:
        return "float" in self.dtype_of(value)

    def dtype_of(self, value: Any) -> str:
        return str(self.keras.backend.standardize_dtype(value.dtype))

    def array(self, value: Any) -> tuple[np.ndarray, str]:
        """NumPy array and Keras dtype; bfloat16 as float32."""
        if not self.is_tensor(value):
            made = np.asarray(value)
            return made, made.dtype.name
        kind = self.dtype_of(value)
        if kind == "bfloat16":  # NumPy has no such dtype, and a scalar of one is no array
            value = self.keras.ops.cast(value, "float32")
        return np.asarray(self.keras.ops.convert_to_numpy(value)), kind

    def add(self, results: Results, name: str, value: Any) -> None:
        array, kind = self.array(value)
        results.add(name, array, kind)

    # weights

    def variables(self, case: Any, owner: Any, names: list[str], arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Name to variable: each name the last segments of exactly one path, each variable named."""
        where = describe(type(case))
        held = [v for v in owner.weights if "seed_generator_state" not in v.path]
        if hasattr(case, "keras_weights"):
            found = dict(case.keras_weights(owner))
            if set(found) != set(names):
                raise CaseError(
                    f"{where}: keras_weights() names {sorted(found)}, but weights() {sorted(names)}; name the same"
                )
        else:
            found = {name: self._by_path(where, name, held) for name in names}
        taken = {id(v) for v in found.values()}
        left = [v.path for v in held if id(v) not in taken]
        if left:
            raise CaseError(f"{where}: weights() gives no value for {left}; give every weight of the Keras side")
        for name, variable in found.items():
            want, got = tuple(variable.shape), arrays[f"weights/{name}"].shape
            if want != got:
                raise CaseError(f"{where}: weights()[{name!r}] has shape {got}, but should be {want} ({variable.path})")
        return found

    @staticmethod
    def _by_path(where: str, name: str, held: list[Any]) -> Any:
        fits = [v for v in held if ("/" + v.path).replace("/", "_").endswith("_" + name)]
        exact = [v for v in fits if v.path.split("/")[-1] == name]
        if len(fits) > 1 and len(exact) == 1:
            fits = exact
        if len(fits) != 1:
            paths = sorted(v.path for v in held)
            many = f"{len(fits)} variables end in" if fits else "no variable ends in"
            raise CaseError(
                f"{where}: {many} {name!r} among {paths}; name the last segments of one path, '/' read as '_', "
                "or write keras_weights(self, layer)"
            )
        return fits[0]
