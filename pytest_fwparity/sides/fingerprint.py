"""Worker half: the stack as this process loaded it. Standard library only; what cannot be read is left out."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

#: shared objects whose build can change a bit of a result or its speed
_LIBRARIES = re.compile(
    r"^lib(?:cu(?:da|dnn|blas|blasLt|dart|fft|rand|solver|sparse|pti)|nccl|nvrtc|nvJitLink|nvidia|"
    r"mkl|iomp5|gomp|omp|openblas|scipy_openblas|dnnl|onednn|amdhip|hip|rocblas|hipblas|MIOpen|rccl|"
    r"tensorflow_(?:cc|framework)|torch_(?:cpu|cuda|python)|triton|mlir|jax|xla)[\w.\-]*\.so"
)
#: distributions that are part of a stack
_DISTRIBUTIONS = re.compile(
    r"^(?:torch|torchvision|triton|pytorch[_-]triton|tensorflow|tf[_-]nightly|keras|jax|jaxlib|jax[_-].*|numpy|scipy|"
    r"ml[_-]dtypes|optree|namex|h5py|safetensors|nvidia[_-].*|cuda[_-].*|intel[_-].*|mkl.*|protobuf)",
    re.IGNORECASE,
)


def libraries(maps: Path = Path("/proc/self/maps")) -> dict[str, str]:
    """Name of each loaded library of interest (``libcudnn.so``) to its file, links followed, and its size in bytes.

    Two packages may install one file over the other under the same version, so that a name says too little.
    """
    found: dict[str, str] = {}
    try:
        lines = maps.read_text(errors="replace").splitlines()
    except OSError:
        return found
    for path in sorted({line.split(None, 5)[5] for line in lines if line.count("/")}):
        name = os.path.basename(path)
        if _LIBRARIES.match(name):
            real = os.path.realpath(path)
            size = os.path.getsize(real) if os.path.exists(real) else 0
            shown = real.rpartition("site-packages/")[2]  # where an environment lies says nothing
            found.setdefault(name.partition(".so")[0] + ".so", f"{shown} ({size} bytes)")
    return found


#: distributions that hold libraries and no module of their own name
_LIBRARY_WHEELS = re.compile(r"^(?:nvidia|cuda|intel|mkl)", re.IGNORECASE)
#: distributions whose module has another name
_MODULES = {
    **dict.fromkeys(
        ("tensorflow_cpu", "tensorflow_macos", "tensorflow_rocm", "tf_nightly", "tf_nightly_cpu"), "tensorflow"
    ),
    **dict.fromkeys(("pytorch_triton", "pytorch_triton_rocm"), "triton"),
    "protobuf": "google.protobuf",
}


def distributions(
    installed: Iterable[metadata.Distribution] | None = None, loaded: Iterable[str] | None = None
) -> dict[str, str]:
    """Name to version of what belongs to the stack in this process: what lies beside it, not loaded, explains nothing."""
    modules = set(sys.modules if loaded is None else loaded)
    wheels = any("nvidia" in path or "mkl" in path or "iomp" in path for path in libraries().values())
    found = {}
    for entry in metadata.distributions() if installed is None else installed:
        name = str(entry.metadata["Name"] or "")
        key = re.sub(r"[-.]+", "_", name).lower()
        used = wheels if _LIBRARY_WHEELS.match(name) else _MODULES.get(key, key) in modules
        if used and _DISTRIBUTIONS.match(name):
            found[name] = str(entry.version)
    return dict(sorted(found.items()))


def interpreter() -> dict[str, str]:
    """The Python that runs the side."""
    return {
        "python": sys.version.split()[0],
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "executable": sys.executable,
        "libc": " ".join(platform.libc_ver()),
    }


#: environment variables that steer a framework, by name or beginning; no other is ever recorded
ALLOWED = (
    *("CUDA_", "CUDNN_", "CUBLAS_", "NVIDIA_TF32_OVERRIDE", "NVIDIA_VISIBLE_DEVICES", "NCCL_", "XLA_", "JAX_"),
    *(
        "TF_ENABLE_",
        "TF_DISABLE_",
        "TF_XLA_",
        "TF_GPU_",
        "TF_CPP_",
        "TF_NUM_",
        "TF_CUDNN_",
        "TF_DETERMINISTIC_",
        "TF_FORCE_",
    ),
    *("TORCH_", "PYTORCH_", "TORCHINDUCTOR_", "TRITON_", "KERAS_BACKEND", "OMP_", "MKL_", "KMP_", "OPENBLAS_", "DNNL_"),
    *("ONEDNN_", "HIP_", "ROCR_", "MIOPEN_", "HSA_", "PYTHONHASHSEED"),
)
#: beginnings of names that look allowed and may hold a secret
_SECRET = re.compile(r"TOKEN|SECRET|PASSWORD|KEY|CREDENTIAL", re.IGNORECASE)


def variables(environment: dict[str, str] | None = None) -> dict[str, str]:
    """The environment variables of :data:`ALLOWED` that are set."""
    given = dict(os.environ) if environment is None else environment
    return {
        name: value for name, value in sorted(given.items()) if name.startswith(ALLOWED) and not _SECRET.search(name)
    }


def stack() -> dict[str, dict[str, str]]:
    """All of it."""
    return {
        "interpreter": interpreter(),
        "libraries": libraries(),
        "distributions": distributions(),
        "variables": variables(),
    }
