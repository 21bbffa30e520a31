"""Fourier transforms, real and complex parts apart."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array


class Waves(Array, abstract=True):
    """One array of rank 3."""

    without: ClassVar[dict[str, str]] = {"*16": "the Fourier transforms of both frameworks are of float32 and float64"}


class Rfft(Waves):
    """Of real values."""

    level = "quick"
    outputs = ("real", "imaginary")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.rfft(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return _parts(torch.fft.rfft(x))

    def reference(self, x: Any) -> Any:
        return _parts(np.fft.rfft(x))


class Fft(Waves):
    """Of complex values."""

    outputs = ("real", "imaginary")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.fft((x, x * 2))

    def torch(self, torch: Any, x: Any) -> Any:
        return _parts(torch.fft.fft(torch.complex(x, x * 2)))

    def reference(self, x: Any) -> Any:
        return _parts(np.fft.fft(x + 2j * x))


class Fft2(Waves):
    """Of complex values over two axes."""

    outputs = ("real", "imaginary")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.fft2((x, x * 2))

    def torch(self, torch: Any, x: Any) -> Any:
        return _parts(torch.fft.fft2(torch.complex(x, x * 2)))

    def reference(self, x: Any) -> Any:
        return _parts(np.fft.fft2(x + 2j * x))


class Ifft2(Waves):
    """Back from it."""

    outputs = ("real", "imaginary")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.ifft2((x, x * 2))

    def torch(self, torch: Any, x: Any) -> Any:
        return _parts(torch.fft.ifft2(torch.complex(x, x * 2)))

    def reference(self, x: Any) -> Any:
        return _parts(np.fft.ifft2(x + 2j * x))


class Irfft(Waves):
    """Back to real values."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.irfft((x, x * 2))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.fft.irfft(torch.complex(x, x * 2))

    def reference(self, x: Any) -> Any:
        return np.fft.irfft(x + 2j * x)


def _parts(z: Any) -> tuple[Any, Any]:
    return z.real, z.imag
