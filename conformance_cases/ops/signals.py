"""Short-time Fourier transforms and the way back."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import difference, named

_NO_HALF = {"*16": "the Fourier transforms of both frameworks are of float32 and float64"}


class Stft(Array):
    """Transforms of windows, one every `stride` values; the row is mirrored at its ends where `center` holds."""

    length: int = 16
    stride: int = 4
    size: int = 16
    window: str | None = "hann"
    center: bool = True
    variants = named(
        default={},
        padded={"size": 32},
        hamming={"window": "hamming"},
        plain={"window": None},
        from_the_start={"center": False},
        odd={"length": 9, "size": 16, "stride": 5, "center": False},
    )
    without: ClassVar[dict[str, str]] = _NO_HALF
    outputs = ("real", "imaginary")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 50))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.stft(x, self.length, self.stride, self.size, self.window, self.center)

    def torch(self, torch: Any, x: Any) -> Any:
        window = None if self.window is None else getattr(torch, self.window + "_window")(self.length, dtype=x.dtype)
        made = torch.stft(
            x, self.size, self.stride, self.length, window, self.center, "reflect", onesided=True, return_complex=True
        ).mT
        return made.real, made.imag

    @difference(
        replaces="torch",
        why="a window of odd length is symmetric in TensorFlow, periodic or not",
        source="tensorflow/python/ops/signal/window_ops.py, _raised_cosine_window; "
        "docs/findings/tensorflow_odd_periodic_window.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.length % 2 == 1,
    )
    def symmetric_window(self, torch: Any, x: Any) -> Any:
        window = torch.hann_window(self.length, periodic=False, dtype=x.dtype)
        made = torch.stft(x, self.size, self.stride, self.length, window, self.center, return_complex=True).mT
        return made.real, made.imag

    def reference(self, x: Any) -> Any:
        n = np.arange(self.length)
        low = {"hann": 0.5, "hamming": 0.54, None: 1.0}[self.window]
        window = low - (1 - low) * np.cos(2 * np.pi * n / self.length)
        before = (self.size - self.length) // 2
        window = np.pad(window, (before, self.size - self.length - before))
        if self.center:
            x = np.pad(x, ((0, 0), (self.size // 2, self.size // 2)), mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(x, self.size, -1)[:, :: self.stride]
        made = np.fft.rfft(frames * window)
        return made.real, made.imag


class Istft(Array):
    """Back from it: windows added up where they overlap, divided by the sum of the squares of their windows."""

    size: int = 16
    length: int | None = None
    center: bool = True
    window: str = "hann"
    variants = named(
        default={}, padded={"size": 32}, long={"length": 40}, short={"length": 30}, hamming={"window": "hamming"}
    )
    without: ClassVar[dict[str, str]] = _NO_HALF

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (2, 10, self.size // 2 + 1)
        real, imaginary = rng.normal(size=shape), rng.normal(size=shape)
        imaginary[..., [0, -1]] = 0.0
        return {"real": real, "imaginary": imaginary}

    def keras(self, keras: Any, real: Any, imaginary: Any) -> Any:
        return keras.ops.istft((real, imaginary), 16, 4, self.size, self.length, self.window, self.center)

    def torch(self, torch: Any, real: Any, imaginary: Any) -> Any:
        window = getattr(torch, self.window + "_window")(16, dtype=real.dtype)
        made = torch.complex(real, imaginary).mT
        return torch.istft(made, self.size, 4, 16, window, self.center, length=self.length)

    def reference(self, real: Any, imaginary: Any) -> Any:
        low = {"hann": 0.5, "hamming": 0.54}[self.window]
        window = np.pad(low - (1 - low) * np.cos(2 * np.pi * np.arange(16) / 16), (self.size - 16) // 2)
        frames = np.fft.irfft(real + 1j * imaginary) * window
        y, squares = np.zeros((2, self.size + 36)), np.zeros(self.size + 36)
        for i in range(10):
            y[:, 4 * i : 4 * i + self.size] += frames[:, i]
            squares[4 * i : 4 * i + self.size] += window**2
        first = self.size // 2
        end = first + self.length if self.length else len(squares) - first
        return y[:, first:end] / squares[first:end]

    @difference(
        replaces="torch",
        why="Keras divides by the sum of as many windows as overlap in the middle, at both ends too",
        source="tensorflow/python/ops/signal/spectral_ops.py, inverse_stft_window_fn; "
        "docs/findings/keras_tensorflow_istft_ends.py",
        sides=("keras-tensorflow",),
    )
    def windows_of_the_middle(self, torch: Any, real: Any, imaginary: Any) -> Any:
        window = getattr(torch, self.window + "_window")(16, dtype=real.dtype)
        window = torch.nn.functional.pad(window, ((self.size - 16) // 2,) * 2)
        window = window / window.square().reshape(-1, 4).sum(0).tile(self.size // 4)
        frames = torch.fft.irfft(torch.complex(real, imaginary)) * window
        y = torch.nn.functional.fold(frames.mT, (1, self.size + 36), (1, self.size), stride=(1, 4))[:, 0, 0]
        first = self.size // 2
        return y[:, first : first + self.length if self.length else -first]
