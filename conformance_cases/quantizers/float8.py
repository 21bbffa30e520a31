"""Numbers of eight bits with an exponent, and their scales."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, distinct, grid, named

LARGEST = {"float8_e4m3fn": 448.0, "float8_e5m2": 57344.0}
DIGITS = {"float8_e4m3fn": 3, "float8_e5m2": 2}


class QuantizeAndDequantize(FunctionCase):
    """x / scale, kept within the range of the narrow dtype and rounded to it, times scale."""

    dtype: str = "float8_e4m3fn"
    variants = grid(dtype=["float8_e4m3fn", "float8_e5m2"])
    level = "standard"
    speed = None
    checks = ("agree", "repeat")
    fixed: ClassVar[tuple[str, ...]] = ("scale",)
    vanishing = ("grad x", "grad scale")
    without: ClassVar[dict[str, str]] = {"dtype=float8_e5m2-float16": "values beyond its range are beyond float16, too"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        steps = 2 ** DIGITS[self.dtype]
        whole = rng.integers(steps, 2 * steps, size=(4, 5)) + rng.uniform(-0.3, 0.3, size=(4, 5))
        x = whole / steps * 2.0 ** rng.integers(-4, 5, size=(4, 5)) * rng.choice([-1.0, 1.0], size=(4, 5))
        x[0, 0], x[1, 1] = 1.5 * LARGEST[self.dtype], -1.2 * LARGEST[self.dtype]
        return {"x": x * 0.25, "scale": np.float64(0.25)}

    def keras(self, keras: Any, x: Any, scale: Any) -> Any:
        kind = keras.backend.standardize_dtype(x.dtype)
        x, scale = keras.ops.stop_gradient(x), keras.ops.stop_gradient(scale)
        return keras.quantizers.quantize_and_dequantize(x, scale, self.dtype, kind)

    def torch(self, torch: Any, x: Any, scale: Any) -> Any:
        x, scale = x.detach(), scale.detach()
        narrow = (x / scale).clamp(-LARGEST[self.dtype], LARGEST[self.dtype]).to(getattr(torch, self.dtype))
        return narrow.to(x.dtype) * scale

    def reference(self, x: Any, scale: Any) -> Any:
        kept = np.clip(x / scale, -LARGEST[self.dtype], LARGEST[self.dtype])
        mantissa, exponent = np.frexp(kept)
        steps = 2 ** (DIGITS[self.dtype] + 1)
        return np.ldexp(np.rint(mantissa * steps) / steps, exponent) * scale


class ComputeFloat8Scale(FunctionCase):
    """2**spare amax / largest; the old scale where nothing was seen, or what is not finite."""

    spare: int = 0
    variants = grid(spare=[0, 2])
    level = "standard"
    speed = None
    without: ClassVar[dict[str, str]] = {
        "keras-jax:*-bfloat16": "a Python number makes float32 of it (docs/findings/jax_bfloat16_scalars.py)"
    }
    fixed: ClassVar[tuple[str, ...]] = ("amax",)
    vanishing = ("grad amax",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        amax = rng.permutation(np.array([0.0, np.inf, np.nan, 0.5, 3.0, 17.5, 1000.0, 0.0]))
        return {"amax": amax, "scale": rng.uniform(0.5, 2.0, size=8)}

    def keras(self, keras: Any, amax: Any, scale: Any) -> Any:
        return keras.quantizers.compute_float8_scale(keras.ops.stop_gradient(amax), scale, 448.0, self.spare)

    def torch(self, torch: Any, amax: Any, scale: Any) -> Any:
        amax = amax.detach()
        return torch.where((amax > 0) & amax.isfinite(), amax / 448 * 2**self.spare, scale)

    def reference(self, amax: Any, scale: Any) -> Any:
        return np.where((amax > 0) & np.isfinite(amax), amax / 448 * 2**self.spare, scale)


class ComputeFloat8AmaxHistory(FunctionCase):
    """The history moved on by one, the newest maximum of |x| in front."""

    length: int = 5
    variants = named(default={}, two={"length": 2})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (3, 4)) + 0.05, "history": rng.uniform(1.0, 2.0, size=self.length)}

    def keras(self, keras: Any, x: Any, history: Any) -> Any:
        return keras.quantizers.compute_float8_amax_history(x, history)

    def torch(self, torch: Any, x: Any, history: Any) -> Any:
        return torch.cat([x.abs().max()[None], history.roll(-1)[1:]])

    def reference(self, x: Any, history: Any) -> Any:
        return np.concatenate([[np.abs(x).max()], np.roll(history, -1)[1:]])
