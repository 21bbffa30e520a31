"""Spectrograms of signals."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, named


class STFTSpectrogram(FunctionCase):
    """Keras convolves frames with cosines and sines times a symmetric window; torch transforms windowed frames."""

    mode: str = "magnitude"
    scaling: str = "density"
    fft_length: int = 8
    frame_step: int = 4
    variants = named(
        magnitude={},
        log={"mode": "log"},
        power={"mode": "psd"},
        real={"mode": "real", "scaling": "spectrum"},
        imaginary={"mode": "imag", "fft_length": 16},
        parts={"mode": "stft", "frame_step": 3},
    )
    level = "standard"
    speed = None
    without = {"*-bfloat16": "Keras refuses bfloat16: Expected `float16`, `float32` or `float64`"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 20, 1))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.STFTSpectrogram(
            self.mode, 8, self.frame_step, self.fft_length, scaling=self.scaling, expand_dims=True
        )(x)

    def torch(self, torch: Any, x: Any) -> Any:
        window = torch.hann_window(8, periodic=False, dtype=x.dtype)
        window = window / (window.square().sum().sqrt() if self.scaling == "density" else window.sum())
        frames = x[..., 0].unfold(1, 8, self.frame_step) * window
        kind = torch.float64 if x.dtype == torch.float64 else torch.float32
        spectrum = torch.fft.rfft(frames.to(kind), self.fft_length)
        real, imaginary = spectrum.real.to(x.dtype), spectrum.imag.to(x.dtype)
        power = real.square() + imaginary.square()
        y = {
            "magnitude": lambda: power.clamp(min=1e-7).sqrt(),
            "log": lambda: power.clamp(min=1e-7).sqrt().log(),
            "psd": lambda: torch.cat([power[..., :1], 2 * power[..., 1:-1], power[..., -1:]], -1),
            "real": lambda: real,
            "imag": lambda: imaginary,
            "stft": lambda: torch.cat([real, imaginary], -1),
        }[self.mode]()
        return y[..., None]

    def reference(self, x: Any) -> Any:
        window = np.sin(np.pi * np.arange(8) / 7) ** 2
        window = window / (np.sqrt(np.square(window).sum()) if self.scaling == "density" else window.sum())
        frames = np.lib.stride_tricks.sliding_window_view(x[..., 0], 8, 1)[:, :: self.frame_step] * window
        spectrum = np.fft.rfft(frames, self.fft_length)
        power = np.abs(spectrum) ** 2
        twice = np.ones(power.shape[-1])
        twice[1:-1] = 2
        y: dict[str, Any] = {
            "magnitude": np.sqrt(np.maximum(power, 1e-7)),
            "log": np.log(np.maximum(power, 1e-7)) / 2,
            "psd": power * twice,
            "real": spectrum.real,
            "imag": spectrum.imag,
            "stft": np.concatenate([spectrum.real, spectrum.imag], -1),
        }
        return y[self.mode][..., None]


class MelSpectrogram(FunctionCase):
    """10 log10 of the mel bands of the centred power spectrum, no lower than 80 below the largest."""

    power_to_db: bool = True
    exponent: float = 2.0
    variants = named(decibels={}, amplitudes={"power_to_db": False, "exponent": 3.0})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 64))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.layers.MelSpectrogram(
            16, 8, num_mel_bins=3, power_to_db=self.power_to_db, mag_exp=self.exponent, min_freq=500.0
        )(x)

    def mel_weights(self) -> np.ndarray:
        """Triangles of 3 bands between 500 and 8000 hertz, linear in mel; the first bin is left out."""

        def mel(hertz: Any) -> Any:
            return 1127.0 * np.log(1.0 + hertz / 700.0)

        bins, edges = mel(np.linspace(0, 8000, 9))[1:, None], np.linspace(mel(500.0), mel(8000.0), 5)
        rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
        falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
        return np.pad(np.maximum(0, np.minimum(rising, falling)), [(1, 0), (0, 0)])

    def torch(self, torch: Any, x: Any) -> Any:
        kind = torch.float64 if x.dtype == torch.float64 else torch.float32
        given, window = x.to(kind), torch.hann_window(16, dtype=kind)
        spectrum = torch.stft(given, 16, 8, window=window, center=True, return_complex=True).abs() ** self.exponent
        y = torch.einsum("bft,fm->bmt", spectrum, torch.tensor(self.mel_weights(), dtype=kind))
        if self.power_to_db:
            y = 10 * y.clamp(min=1e-10).log10()
            y = torch.maximum(y, y.max() - 80)
        return y.to(x.dtype)

    def reference(self, x: Any) -> Any:
        window = np.sin(np.pi * np.arange(16) / 16) ** 2
        x = np.pad(x, [(0, 0), (8, 8)], mode="reflect")
        frames = np.lib.stride_tricks.sliding_window_view(x, 16, 1)[:, ::8] * window
        y = np.abs(np.fft.rfft(frames)) ** self.exponent @ self.mel_weights()
        if self.power_to_db:
            y = 10 * np.log10(np.maximum(y, 1e-10))
            y = np.maximum(y, y.max() - 80)
        return y.swapaxes(1, 2)
