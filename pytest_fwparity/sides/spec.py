"""What a side is: a framework, in an interpreter, on a device."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SideKind:
    """A kind of side that can be asked for by name.

    ``family`` says whose hooks it calls (``keras`` or ``torch``); ``adapter`` is ``module:Class`` or ``file.py:Class`` of
    a :class:`pytest_fwparity.sides.adapter.Adapter`; ``needs`` maps each module that must be found in the interpreter
    to the extra of this package that installs it; ``distributions`` are the names under which a module's version may
    be installed. ``kernels`` names the library whose kernels it runs: sides of one library have one vote on who is off.
    ``impure`` says that float64 is not float64 there as shipped, so that the float64 tier runs in a worker of its own,
    patched. ``forms`` are the ways it can compute beside operation by operation: ``graph`` (traced, then run by the
    framework's own kernels) and ``compiled`` (to kernels of its own: ``torch.compile``, XLA).
    """

    name: str
    family: str
    adapter: str
    backend: str = ""
    kernels: str = ""
    impure: bool = False
    forms: tuple[str, ...] = ()
    needs: dict[str, str] = field(default_factory=dict)
    distributions: dict[str, tuple[str, ...]] = field(default_factory=dict)


_TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-rocm", "tf-nightly", "tf-nightly-cpu")
_ON_KERAS = "pytest_fwparity.sides.on_keras:KerasSide"

BUILT_IN = (
    SideKind(
        name="torch",
        family="torch",
        adapter="pytest_fwparity.sides.on_torch:TorchSide",
        kernels="torch",
        forms=("compiled",),
        needs={"torch": "torch"},
    ),
    SideKind(
        name="keras-tensorflow",
        family="keras",
        adapter=_ON_KERAS,
        backend="tensorflow",
        kernels="tensorflow",
        impure=True,
        forms=("graph", "compiled"),
        needs={"keras": "tensorflow", "tensorflow": "tensorflow"},
        distributions={"tensorflow": _TENSORFLOW},
    ),
    SideKind(
        name="keras-jax",
        family="keras",
        adapter=_ON_KERAS,
        backend="jax",
        kernels="jax",
        impure=True,
        forms=("compiled",),
        needs={"keras": "jax", "jax": "jax"},
    ),
    SideKind(
        name="keras-torch",
        family="keras",
        adapter=_ON_KERAS,
        backend="torch",
        kernels="torch",
        impure=True,
        needs={"keras": "jax", "torch": "torch"},
    ),
)


@dataclass(frozen=True, kw_only=True)
class SideSpec:
    """One side of a session: a kind, an interpreter, a device."""

    kind: SideKind
    label: str = ""
    python: str
    device: str = "cpu"
    #: folders put before and behind the interpreter's own on ``sys.path``
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    #: which worker of the side this is: "" the plain one, or one of :mod:`pytest_fwparity.sides.roles`
    role: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind.name}@{self.label}" if self.label else self.kind.name

    @property
    def seat(self) -> str:
        """Name of the side and of the role of its worker."""
        return f"{self.name} ({self.role})" if self.role else self.name

    @property
    def family(self) -> str:
        return self.kind.family

    def settings(self, threads: int) -> dict[str, object]:
        """What a worker is started with."""
        return {
            "side": self.name,
            "adapter": self.kind.adapter,
            "backend": self.kind.backend,
            "device": self.device,
            "threads": threads,
            "role": self.role,
            "first": list(self.first),
            "last": list(self.last),
        }


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Time in seconds and sizes at which a worker is given up or replaced."""

    start: float = 120.0
    first: float = 300.0
    call: float = 60.0
    #: requests and resident bytes after which a worker is replaced
    requests: int = 2000
    memory: int = 6 << 30
