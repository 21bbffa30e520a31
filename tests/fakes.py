"""A NumPy-only framework with one adapter for both families, so that the machinery is tested without Keras or torch.

``fake.np`` is NumPy; a layer is a function of inputs and weights. Gradients come from the complex step
``Im f(x + ih) / h``, which has no cancellation: analytic functions only.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pytest_fwparity.sides.adapter import Adapter, Bare, Results, Run, Unsupported, flatten_outputs, name_outputs, nest
from pytest_fwparity.sides.movement import Cotangents
from pytest_fwparity.sides.wire import Request

_STEP = 1e-30


class FakeSide(Adapter):
    """The family is the backend of the settings: ``keras`` or ``torch``."""

    def start(self) -> dict[str, Any]:
        self.fake = types.SimpleNamespace(np=np, flag="clean", timing=False, __version__="1.2.3")
        return {"versions": {"fake": "1.2.3"}, "file": __file__, "device": "cpu"}

    def globals(self) -> dict[str, Any]:
        return {"fake flag": self.fake.flag}

    def reset(self, request: Request) -> None:
        self.fake.flag = "clean"
        self.fake.pace, self.fake.taken = 1.0, None
        self.fake.form, self.fake.parts, self.fake.again = "", 1, 0

    def restore(self, request: Request) -> None:
        return None

    @contextlib.contextmanager
    def watched(self) -> Iterator[set[str]]:
        yield {"fake::multiply"}

    def operation(self, name: str) -> Callable[[Any, Request], Run]:
        known = {
            "function": self._function,
            "layer": self._layer,
            "call": self._call,
            "initializer": self._initializer,
            "reload": self._reload,
            "speed": self._speed,
        }
        if name not in known:
            raise Unsupported(f"the fake side has no operation {name!r}")
        return known[name]

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any]:
        """The same function; hooks see ``form``, and ``again`` counts the runs of what was compiled once."""
        runs = 0

        def compiled(*given: Any) -> Any:
            nonlocal runs
            self.fake.form = form
            runs += 1
            self.fake.again = runs
            return function(*given)

        return compiled

    def compiled_parts(self) -> int:
        return int(self.fake.parts)

    def _call(self, subject: Any, request: Request) -> Run:
        return self._function(Bare(subject), request)

    def _function(self, case: Any, request: Request) -> Run:
        hook = getattr(case, self.settings["backend"])
        return self._runner(case, request, lambda inputs, weights: hook(self.fake, **inputs))

    def _layer(self, case: Any, request: Request) -> Run:
        layer = getattr(case, self.settings["backend"])(self.fake)
        mapped = case.torch_weights if self.settings["backend"] == "torch" else lambda fake, **weights: weights
        return self._runner(case, request, lambda inputs, weights: layer(**inputs, **mapped(self.fake, **weights)))

    def _initializer(self, case: Any, request: Request) -> Run:
        def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
            results, values = Results(), np.zeros(case.shape, request.dtype)
            if self.settings["backend"] == "keras":
                values[:] = case.keras(self.fake)(case.shape, request.dtype)
            else:
                case.torch(self.fake, values)
            results.add("values", values, request.dtype)
            return results

        return run

    def _reload(self, case: Any, request: Request) -> Run:
        """A layer is saved by being made again; a function named ``unsaved`` has nothing to save."""
        made = [self._layer(case, request) for _ in range(2)]
        layer = getattr(case, self.settings["backend"])(self.fake)
        forms = [] if getattr(layer, "__name__", "") == "unsaved" else ["a file"]

        def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
            results = Results()
            for form, call in zip(["saved", *forms], made, strict=False):
                for name, value in call(arrays, Cotangents(backward=False)).arrays.items():
                    results.add(f"{form}: {name}", value, value.dtype.name)
            results.info["forms"] = forms
            return results

        return run

    def _runner(self, case: Any, request: Request, call: Callable[..., Any]) -> Run:
        if request.dtype == "bfloat16":
            raise Unsupported("NumPy has no bfloat16")
        wide = np.complex128 if request.dtype == "float64" else np.complex64

        def evaluate(arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
            inputs = nest(request.skeleton[0], "inputs/0", lambda path: arrays[path])
            weights = {key[8:]: value for key, value in arrays.items() if key.startswith("weights/")}
            named = name_outputs(case, self.formed(call)(inputs, weights))
            return dict(flatten_outputs(case, named, lambda value: isinstance(value, np.ndarray)))

        def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
            results = Results()
            cast = {key: v.astype(request.dtype) if v.dtype.kind == "f" else v for key, v in arrays.items()}
            outputs = {name: np.asarray(value) for name, value in evaluate(cast).items()}
            weights = {}
            for name, value in outputs.items():
                results.add(name, value, value.dtype.name)
                if value.dtype.kind == "f":
                    weights[name] = cotangents(name, value.shape).astype(request.dtype)
            for key, value in cast.items():
                if value.dtype.kind != "f" or not cotangents.backward:
                    continue
                gradient = np.zeros_like(value)
                for index in np.ndindex(value.shape):
                    moved: Any = value.astype(wide)
                    moved[index] += 1j * _STEP
                    found = evaluate({**cast, key: moved})
                    parts = [float((np.asarray(found[name]).imag / _STEP * weights[name]).sum()) for name in weights]
                    gradient[index] = sum(parts)
                results.add(
                    f"grad {key.split('/', 2)[-1] if key.startswith('inputs') else key[8:]}",
                    gradient,
                    gradient.dtype.name,
                )
            return results

        return run

    def _speed(self, case: Any, request: Request) -> Run:
        self.fake.timing = True
        getattr(case, self.settings["backend"])(self.fake)

        def run(arrays: Mapping[str, np.ndarray], cotangents: Cotangents) -> Results:
            results = Results()
            results.add("samples", np.array([0.002, 0.001, 0.003]) * self.fake.pace, "float64")
            results.info.update(first=0.5, warm=0.1, calls=7, mode=request.options["form"] or "eager")
            if self.fake.taken is not None:
                results.info["memory"] = self.fake.taken
            return results

        return run
