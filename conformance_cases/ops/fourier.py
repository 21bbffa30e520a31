"""Fourier transforms, real and complex parts apart."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import distinct, grid, named


class Waves(Array, abstract=True):
    """One array of rank 3."""

    without: ClassVar[dict[str, str]] = {"*16": "the Fourier transforms of both frameworks are of float32 and float64"}


class Rfft(Waves):
    """Of real values, all of them, fewer or more than there are."""

    level = "quick"
    outputs = ("real", "imaginary")
    length: int | None = None
    shape: tuple[int, ...] = (2, 3, 4)
    variants = named(
        default={},
        shorter={"length": 3},
        longer={"length": 7},
        odd={"shape": (2, 5)},
        row={"shape": (6,), "length": 6},
        prime={"shape": (3, 13)},
    )
    quick = ("default",)
    without: ClassVar[dict[str, str]] = Waves.without | {
        "keras-tensorflow:shorter-*": "the gradient raises; docs/findings/tensorflow_rfft_shorter_gradient.py"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.rfft(x, self.length)

    def torch(self, torch: Any, x: Any) -> Any:
        return _parts(torch.fft.rfft(x, self.length))

    def reference(self, x: Any) -> Any:
        return _parts(np.fft.rfft(x, self.length))


class Fft(Waves):
    """Of complex values."""

    outputs = ("real", "imaginary")
    shape: tuple[int, ...] = (2, 3, 4)
    variants = named(default={}, row={"shape": (5,)}, one={"shape": (3, 1)}, deep={"shape": (2, 1, 2, 1, 6)})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, self.shape)}

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
    """Back to real values, of an even or an odd number, with more waves or with fewer than there are."""

    length: int | None = None
    variants = grid(length=[None, 7, 4, 10])
    without: ClassVar[dict[str, str]] = Waves.without | {
        "keras-tensorflow:length=4-*": "the gradient raises; docs/findings/tensorflow_rfft_shorter_gradient.py"
    }

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.irfft((x, x * 2), self.length)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.fft.irfft(torch.complex(x, x * 2), self.length)

    def reference(self, x: Any) -> Any:
        return np.fft.irfft(x + 2j * x, self.length)


def _parts(z: Any) -> tuple[Any, Any]:
    return z.real, z.imag
