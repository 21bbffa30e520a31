"""Worker half: what every framework's side has in common."""

from __future__ import annotations

import abc
import contextlib
import functools
import importlib
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pytest_fwparity.cases.base import Case, describe
from pytest_fwparity.cases.faults import Fault
from pytest_fwparity.sides.calls import Calls
from pytest_fwparity.sides.memory import Peak, resident_peak
from pytest_fwparity.sides.movement import Cotangents, movement
from pytest_fwparity.sides.roles import PURE
from pytest_fwparity.sides.slopes import slopes
from pytest_fwparity.sides.wire import Reply, Request


class CaseError(Exception):
    """The case is declared wrongly, which only a run could show; the message is shown without a traceback."""


class Unsupported(Exception):
    """This side cannot do what was asked; the item is not run, and the message says why."""


@dataclass
class Results:
    """Named results of one run, as NumPy arrays (floats as float64 or float32) with the framework's own dtypes."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    no_gradient: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    #: what a training or optimizer held before each step: ``before/<step>/<name>``
    states: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, array: np.ndarray, dtype: str) -> None:
        if name in self.arrays:
            raise CaseError(f"two results are named {name!r}")
        self.arrays[name] = array
        self.dtypes[name] = dtype


Run = Callable[[Mapping[str, np.ndarray], Cotangents], Results]


#: operation to the module of a side's package that holds the function of that name
OPERATIONS = {
    "layer": "layers",
    "function": "layers",
    "call": "layers",
    "loss": "losses",
    "metric": "losses",
    "optimizer": "optimizers",
    "schedule": "optimizers",
    "initializer": "optimizers",
    "training": "training",
    "replicas": "replicas",
    "rank": "replicas",
    "reload": "reload",
    "speed": "speed",
}


class Adapter(abc.ABC):
    """One framework in this process. An operation is a function ``(side, case, request) -> Run`` in its package."""

    #: dotted name of the package that holds the modules of :data:`OPERATIONS`
    package = ""

    #: namespaces of public symbols, as :class:`~pytest_fwparity.sides.calls.Calls` takes them
    namespaces: ClassVar[Mapping[str, str]] = {}

    #: clear what trainings and replicas leave, which costs too much to do after every item
    heavy = frozenset({"training", "replicas"})

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = dict(settings)
        self.role = str(settings.get("role", ""))
        self.device = str(settings.get("device", "cpu"))
        self.threads = int(settings.get("threads", 1))

    @abc.abstractmethod
    def start(self) -> dict[str, Any]:
        """Import the framework; returns ``versions``, ``file`` and ``device`` for the greeting."""

    @abc.abstractmethod
    def globals(self) -> dict[str, Any]:
        """Global state that a case must leave as it found it."""

    @abc.abstractmethod
    def reset(self, request: Request) -> None:
        """Set all global state to the start values of an item of this dtype and policy."""

    @abc.abstractmethod
    def restore(self, request: Request) -> None:
        """Undo :meth:`reset`."""

    def operation(self, name: str) -> Callable[[Any, Request], Run]:
        """How one kind of case is run; raises :class:`Unsupported` for one that this side cannot do."""
        run = None
        if name in OPERATIONS:
            run = getattr(importlib.import_module(f"{self.package}.{OPERATIONS[name]}"), name, None)
        if run is None:
            raise Unsupported(f"side {self.settings['side']!r} has no operation {name!r}")
        return lambda case, request: run(self, case, request)

    def framework(self) -> Any:
        """The module that hooks and faults are handed."""
        return None

    @functools.cached_property
    def calls(self) -> Calls:
        """Listens to the framework's public symbols."""
        return Calls(self.framework(), self.namespaces)

    #: how the functions of the request at hand compute: "" operation by operation, else one of the side's forms
    form = ""
    _form_key: Any = None
    _formed: Any = None

    def compile(self, function: Callable[..., Any], form: str) -> Callable[..., Any]:
        """``function`` (of tensors, in lists and dicts) in one of the forms of the side."""
        raise Unsupported(f"side {self.settings['side']!r} cannot compute as {form!r}")

    def formed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function`` in the form that was asked for; when the same request comes again, what was compiled runs again."""
        if not self.form:
            return function
        if self._formed is None:
            self._formed = self.compile(function, self.form)
        made: Callable[..., Any] = self._formed
        return made

    def compiled_parts(self) -> int:
        """How many parts of the last function were compiled; none where everything fell back to operations."""
        return 1

    @contextlib.contextmanager
    def in_form(self, request: Request) -> Iterator[None]:
        """Take functions in the form that a request asks for."""
        form = str(request.options.get("form", ""))
        key = request.identity() if form else None
        if key is None or key != self._form_key:
            self._form_key, self._formed = key, None
        self.form = form
        try:
            yield
        finally:
            self.form = ""

    def peak_memory(self, call: Callable[[], Any], wait: Callable[[Any], None]) -> Peak | None:
        """Bytes that a call takes beyond what is held before it; None where that cannot be told."""
        return resident_peak(call, wait)

    def pure(self) -> contextlib.AbstractContextManager[None]:
        """Remove what makes float64 not float64; undone on leaving."""
        return contextlib.nullcontext()

    def impurities(self) -> list[str]:
        """What still is not float64 when float64 is asked for, one sentence each."""
        return []

    def purity_text(self) -> str:
        """Names the patches of :meth:`pure` and their text, for cache keys."""
        return ""

    def build(self) -> dict[str, str]:
        """What tells two builds of one release apart."""
        return {}

    def device_facts(self) -> dict[str, str]:
        """What the framework says of its device and builds: UUID, cuDNN, flags."""
        return {}

    def noise(self, index: int, delta: float) -> contextlib.AbstractContextManager[None]:
        """Move the result of every rounding operation by +-delta (Monte Carlo arithmetic)."""
        raise Unsupported(f"side {self.settings['side']!r} cannot move the result of every operation")

    def watched(self) -> contextlib.AbstractContextManager[set[str]]:
        """The names of the kernels that run meanwhile, complete on leaving."""
        raise Unsupported(f"side {self.settings['side']!r} cannot tell which kernels it runs")

    def lacks(self, error: Exception) -> bool:
        """Whether an exception says that the framework has no kernel for this dtype."""
        return isinstance(error, NotImplementedError)

    def refuses(self, error: Exception) -> bool:
        """Whether an exception says that the framework cannot do it on this device, whatever the dtype."""
        return False

    def clear(self) -> None:
        """Free what trainings and replicas left."""

    def answer(self, load: Callable[[Mapping[str, Any], Mapping[str, Any] | None], Any], request: Request) -> Reply:
        """Run one request; global state is set before ``load`` imports the case, compared and restored after.

        ``load(subject, fields)`` finds what a subject names; a class is made with ``fields``.
        """
        began = time.perf_counter()
        random.seed(0)
        np.random.seed(0)
        before = {**process_state(), **self.globals()}
        self.reset(request)
        here = request.pure and self.role != PURE  # a pure worker is patched once and for all
        try:
            start = self.globals()
            with self.pure() if here else contextlib.nullcontext():
                case = load(request.subject, request.fields)
                stand_ins = {entry["replaces"]: load(entry, None) for entry in request.stand_ins}
                faults = [load(entry, None) for entry in request.faults]
                with broken(self.framework(), faults), warnings.catch_warnings(record=True) as raised:
                    warnings.simplefilter("always")
                    if request.options.get("calls"):
                        with self.calls.listening() as called:
                            reply = self._run(case, request, stand_ins)
                        reply.info["called"] = sorted(called)
                    else:
                        reply = self._run(case, request, stand_ins)
            if raised:
                reply.info["warnings"] = told(raised)
            leaks = changed(start, self.globals())
        finally:
            self.restore(request)
        after = {**process_state(), **self.globals()}
        leaks += [leak for leak in changed(before, after) if leak not in leaks]
        if request.op in self.heavy:
            self.clear()
        return Reply(
            arrays=reply.arrays,
            movement=reply.movement,
            states=reply.states,
            dtypes=reply.dtypes,
            no_gradient=reply.no_gradient,
            info=reply.info,
            leaks=leaks,
            seconds=time.perf_counter() - began,
        )

    def _run(self, case: Any, request: Request, stand_ins: Mapping[str, Callable[..., Any]]) -> Reply:
        if request.differences and isinstance(case, Case):
            case = case.with_differences(request.differences)
        for hook, function in stand_ins.items():
            setattr(case, hook, getattr(function, "function", function).__get__(case))
        with self.in_form(request):
            reply = self._ran(case, request)
            if request.options.get("form"):
                reply.info["compiled"] = self.compiled_parts()
        return reply

    def _ran(self, case: Any, request: Request) -> Reply:
        run = self.operation(request.op)(case, request)
        if request.options.get("kernels"):
            with self.watched() as ran:
                results = run(request.arrays, Cotangents())
            results.info["kernels"] = sorted(ran)
        else:
            results = run(request.arrays, Cotangents())
        moved: dict[str, np.ndarray] = {}
        if request.movement:
            moved = movement(
                lambda arrays, cotangents: run(arrays, cotangents).arrays,
                request.arrays,
                results.arrays,
                int(request.movement["count"]),
                float(request.movement["delta"]),
                getattr(case, "domains", {}),
                tuple(getattr(case, "fixed", ())),
                self.noise if request.movement.get("operations") else None,
            )
        if "directions" in request.options:
            results.info["slopes"] = slopes(case, run, request, results.arrays)
        return Reply(
            arrays=results.arrays,
            movement=moved,
            states=results.states,
            dtypes=results.dtypes,
            no_gradient=results.no_gradient,
            info=results.info,
        )


@contextlib.contextmanager
def broken(framework: Any, faults: Sequence[Fault]) -> Iterator[None]:
    """Break ``framework`` as the faults say; mended on leaving."""
    undo: list[Callable[[], None]] = []

    def patch(owner: Any, name: str, new: Any) -> None:
        if name in vars(owner):
            undo.append(functools.partial(setattr, owner, name, vars(owner)[name]))
        else:
            undo.append(functools.partial(delattr, owner, name))
        setattr(owner, name, new)

    try:
        for entry in faults:
            entry.function(framework, patch)
        yield
    finally:
        for mend in reversed(undo):
            mend()


def told(raised: Sequence[warnings.WarningMessage]) -> list[list[str]]:
    """Category, text and place of each warning, once; they also go to the log, as they would have."""
    found: dict[tuple[str, str, str], None] = {}
    for entry in raised:
        sys.stderr.write(warnings.formatwarning(entry.message, entry.category, entry.filename, entry.lineno))
        place = entry.filename.rpartition("site-packages" + os.sep)[2]
        found.setdefault((entry.category.__name__, str(entry.message)[:300], f"{place}:{entry.lineno}"))
    return [list(key) for key in found]


def process_state() -> dict[str, Any]:
    """State of the process, not of a framework, that a case must leave as it found it."""
    return {
        "current directory": os.getcwd(),
        "numpy error handling": np.geterr(),
        "environment variables": {key: value for key, value in os.environ.items() if key not in _MOVING},
    }


#: set by a framework when it (or TensorFlow beside it) is first loaded, whoever asked for that; nothing else may appear
_MOVING = {
    "ENABLE_RUNTIME_UPTIME_TELEMETRY",
    "HDF5_PLUGIN_PATH",
    "TF2_BEHAVIOR",
    "TF_CPP_MIN_LOG_LEVEL",
    "TORCHINDUCTOR_CACHE_DIR",
    "TPU_ML_PLATFORM",
    "TPU_ML_PLATFORM_VERSION",
    "TPU_SKIP_MDS_QUERY",
    "TRITON_CACHE_DIR",
    "TRITON_CUOBJDUMP_PATH",
    "TRITON_HOME",
    "TRITON_NVDISASM_PATH",
    "TRITON_PTXAS_BLACKWELL_PATH",
    "TRITON_PTXAS_PATH",
    "_TORCHINDUCTOR_PYOBJECT_TENSOR_DATA_PTR",
}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """``name: old -> new`` for every entry that differs."""
    texts = []
    for name, old in before.items():
        new = after.get(name)
        if old is new or old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
            texts += [f"{name}, {key}: {old.get(key)!r} -> {new.get(key)!r}" for key in keys]
        else:
            texts.append(f"{name}: {old!r} -> {new!r}")
    return texts


class Bare:
    """A plain function in the place of a function case; the outputs of a tuple are ``y0``, ``y1`` ..."""

    outputs = None

    def __init__(self, function: Callable[..., Any]) -> None:
        self.keras = self.torch = function

    @staticmethod
    def torch_inputs(torch: Any, **inputs: Any) -> dict[str, Any]:
        return inputs

    @staticmethod
    def torch_outputs(torch: Any, **outputs: Any) -> dict[str, Any]:
        return outputs


def name_outputs(case: Any, returned: Any) -> dict[str, Any]:
    """What a hook returned, as a dict of named outputs (``case.outputs`` names those of a tuple)."""
    if isinstance(returned, Mapping):
        return dict(returned)
    names = getattr(case, "outputs", ("y",))
    if names is None:
        names = tuple(f"y{i}" for i in range(len(returned))) if isinstance(returned, (list, tuple)) else ("y",)
    names = tuple(names)
    if isinstance(returned, (list, tuple)):
        if len(returned) != len(names):
            raise CaseError(
                f"{describe(type(case))}: {len(returned)} outputs, but outputs = {names!r} names {len(names)}; "
                "name each output once, in order"
            )
        return dict(zip(names, returned, strict=True))
    if len(names) != 1:
        raise CaseError(f"{describe(type(case))}: one output, but outputs = {names!r} names {len(names)}")
    return {names[0]: returned}


def flatten_outputs(case: Any, named: Mapping[str, Any], is_tensor: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """(name, tensor) of every leaf; a leaf of an unknown type is an error, never left out."""
    for name, value in named.items():
        if is_tensor(value):
            yield name, value
        elif isinstance(value, Mapping):
            yield from flatten_outputs(case, {f"{name}/{key}": entry for key, entry in value.items()}, is_tensor)
        elif isinstance(value, (list, tuple)):
            entries = {f"{name}/{index}": entry for index, entry in enumerate(value)}
            yield from flatten_outputs(case, entries, is_tensor)
        elif isinstance(value, (bool, int, float, np.ndarray, np.generic)):
            yield name, np.asarray(value)
        else:
            raise CaseError(
                f"{describe(type(case))}: output {name!r} is of type {type(value).__name__}, which cannot be compared; "
                "return tensors, numbers, or dicts and lists of them"
            )


def nest(skeleton: Any, prefix: str, leaf: Callable[[str], Any]) -> Any:
    """The nesting of one call's inputs with ``leaf(path)`` at its leaves."""
    if skeleton is None:
        return leaf(prefix)
    if isinstance(skeleton, Mapping):
        return {key: nest(entry, f"{prefix}/{key}", leaf) for key, entry in skeleton.items()}
    return [nest(entry, f"{prefix}/{index}", leaf) for index, entry in enumerate(skeleton)]


def numbered(name: str, index: int, count: int) -> str:
    """``y`` for the only call or step, ``y[2]`` for the third of several."""
    return name if count == 1 else f"{name}[{index}]"
