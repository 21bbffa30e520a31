"""Whole numbers and scales in place of floats; every value keeps its distance from where two whole numbers meet."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, grid, named

STEPS: dict[str, str] = {"*-bfloat16": "a rounding of bfloat16 is half a step of 8 bits"}


class AbsMaxQuantize(FunctionCase):
    """round(x scale) with scale = largest / (max |x| + 1e-7), the maximum over an axis."""

    axis: int | tuple[int, ...] = -1
    largest: int = 127
    to_numpy: bool = False
    variants = named(
        default={},
        rows={"axis": 0},
        both={"axis": [0, 1]},
        four_bits={"largest": 7},
        to_numpy={"to_numpy": True},
    )
    level = "quick"
    quick = ("default",)
    speed = None
    outputs = ("y", "scale")
    without: ClassVar[dict[str, str]] = STEPS
    checks = ("agree", "repeat")
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        whole = rng.integers(-self.largest + 1, self.largest, size=(4, 5)) + rng.uniform(-0.3, 0.3, size=(4, 5))
        spread = np.full((4, 5), 3.0)
        if self.axis == 0:
            whole[2], spread = -self.largest, spread * [1.0, 2.0, 0.5, 4.0, 0.25]
        elif self.axis == -1:
            whole[:, 1], spread = self.largest, spread * np.array([[1.0], [2.0], [0.5], [4.0]])
        else:
            whole[1, 3] = -self.largest
        return {"x": whole / self.largest * spread}

    def keras(self, keras: Any, x: Any) -> Any:
        axis = tuple(self.axis) if isinstance(self.axis, list | tuple) else self.axis
        options = {"value_range": (-self.largest, self.largest), "to_numpy": self.to_numpy}
        return keras.quantizers.abs_max_quantize(keras.ops.stop_gradient(x), axis, **options)

    def torch(self, torch: Any, x: Any) -> Any:
        x = x.detach()
        scale = self.largest / (x.abs().amax(self.axis, keepdim=True) + 1e-7)
        return (x * scale).round().clamp(-self.largest, self.largest).to(torch.int8), scale

    def reference(self, x: Any) -> Any:
        axis = tuple(self.axis) if isinstance(self.axis, list | tuple) else self.axis
        scale = self.largest / (np.abs(x).max(axis, keepdims=True) + 1e-7)
        return np.rint(x * scale).astype(np.int8), scale


class AbsMaxQuantizer(AbsMaxQuantize):
    """The same as an object, whose axis is that of the call, of its making, or the last."""

    variants = named(default={}, rows={"axis": 0}, four_bits={"largest": 7})
    level = "standard"

    def keras(self, keras: Any, x: Any) -> Any:
        span = {"value_range": (-self.largest, self.largest)}
        if self.axis == 0:
            return keras.quantizers.AbsMaxQuantizer(axis=1, **span)(keras.ops.stop_gradient(x), axis=0)
        if self.largest == 7:
            return keras.quantizers.AbsMaxQuantizer(axis=-1, **span)(keras.ops.stop_gradient(x))
        return keras.quantizers.AbsMaxQuantizer()(keras.ops.stop_gradient(x))


class AbsMaxQuantizeGrouped(FunctionCase):
    """round(x / scale) + zero, of each block of rows: scale = (max - min + 1e-7) / 15, zero = round(-min / scale) - 8.

    Rows of zeros fill the last block.
    """

    block: int = 4
    to_numpy: bool = False
    variants = grid(block=[4, 3], to_numpy=[False, True])
    level = "standard"
    speed = None
    outputs = ("y", "scale", "zero")
    without: ClassVar[dict[str, str]] = {"*16": "epsilon is below the last digit of half precision"}
    checks = ("agree", "repeat")
    vanishing = ("grad x",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        zero = rng.integers(-6, 6, size=(4, 3))
        step = rng.choice([0.5, 1.0, 2.0], size=(4, 3)) * rng.uniform(0.9, 1.1, size=(4, 3))
        x = rng.integers(-7, 7, size=(4, self.block, 3)) + rng.uniform(-0.3, 0.3, size=(4, self.block, 3))
        x[:, 0], x[:, 1] = -8, 7
        x = (x - zero[:, None]) * step[:, None]
        return {"x": x.reshape(-1, 3)[: 4 * self.block - 1]}

    def keras(self, keras: Any, x: Any) -> Any:
        quantize = keras.quantizers.abs_max_quantize_grouped_with_zero_point
        return quantize(keras.ops.stop_gradient(x), self.block, to_numpy=self.to_numpy)

    def torch(self, torch: Any, x: Any) -> Any:
        blocks = torch.nn.functional.pad(x.detach(), (0, 0, 0, 1)).unflatten(0, (-1, self.block))
        low, high = blocks.amin(1), blocks.amax(1)
        scale = (high - low + 1e-7) / 15
        zero = ((-low / scale).round() - 8).clamp(-8, 7)
        y = ((blocks / scale[:, None]).round() + zero[:, None]).clamp(-8, 7)
        return y.flatten(0, 1)[:-1].to(torch.int8), scale, zero.to(torch.int8)

    def reference(self, x: Any) -> Any:
        blocks = np.pad(x, [(0, 1), (0, 0)]).reshape(4, self.block, 3)
        low, high = blocks.min(1), blocks.max(1)
        scale = (high - low + 1e-7) / 15
        zero = np.clip(np.rint(-low / scale) - 8, -8, 7)
        y = np.clip(np.rint(blocks / scale[:, None]) + zero[:, None], -8, 7)
        return y.reshape(-1, 3)[:-1].astype(np.int8), scale, zero.astype(np.int8)


class FakeQuantWithMinMaxVars(FunctionCase):
    """The nearest of 2**bits values from low to high, 0 among them; the gradient is handed through, beyond the ends to them.

    Every value is a number of half precision, since TensorFlow computes in float32.
    """

    bits: int = 8
    narrow: bool = False
    axis: int | None = None
    variants = named(
        default={},
        narrow={"narrow": True},
        four_bits={"bits": 4},
        channels={"axis": -1, "bits": 4},
        rows={"axis": 0, "bits": 4, "narrow": True},
    )
    level = "standard"
    speed = None
    without: ClassVar[dict[str, str]] = {
        "default-bfloat16": "a rounding of bfloat16 is a step of 8 bits",
        "narrow-bfloat16": "a rounding of bfloat16 is a step of 8 bits",
        "four_bits-bfloat16": "the gradient of low is a sum that nearly cancels",
        "keras-jax:rows-*": "an axis that is not the last fails (docs/findings/keras_fake_quant_axis.py)",
        "keras-torch:rows-*": "an axis that is not the last fails (docs/findings/keras_fake_quant_axis.py)",
    }
    checks = ("agree", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        step: Any = np.float64(0.125)
        if self.axis is not None:
            step = step * (np.array([1.0, 2.0, 4.0, 0.5, 1.0]) if self.axis == -1 else np.array([1.0, 2.0, 0.5, 4.0]))
        half = 2 ** (self.bits - 1)
        x = rng.integers(-half - 3, half + 3, size=(4, 5)) + rng.uniform(0.1, 0.3, size=(4, 5))
        x[0], x[:, 0] = -half - 3.2, half + 2.2
        x[0, 0], x[1, 1] = 1.2, -half - 3.2
        laid = step[:, None] if self.axis == 0 else step
        return {"x": x * laid, "low": (self.narrow - half) * step, "high": (half - 1) * step}

    def keras(self, keras: Any, x: Any, low: Any, high: Any) -> Any:
        options = {"num_bits": self.bits, "narrow_range": self.narrow, "axis": self.axis}
        return keras.quantizers.fake_quant_with_min_max_vars(x, low, high, **options)

    def torch(self, torch: Any, x: Any, low: Any, high: Any) -> Any:
        half = 2 ** (self.bits - 1)
        ends = (half, int(self.narrow), 2**self.bits - 1)
        step = ((high - low) / (ends[2] - ends[1])).detach().float()
        if self.axis is None:
            taken = torch.fake_quantize_per_tensor_affine(x.detach().float(), float(step), *ends)
        else:
            zeros = torch.full_like(step, half, dtype=torch.int32)
            taken = torch.fake_quantize_per_channel_affine(x.detach().float(), step, zeros, self.axis % 2, *ends[1:])
        if self.axis == 0:
            low, high = low[:, None], high[:, None]
        handed = torch.where(x < low, low, torch.where(x > high, high, x))
        return handed + (taken.to(x.dtype) - handed).detach()

    def reference(self, x: Any, low: Any, high: Any) -> Any:
        step = (high - low) / (2**self.bits - 1 - self.narrow)
        if self.axis == 0:
            low, high, step = low[:, None], high[:, None], step[:, None]
        return np.rint(np.clip(x, low, high) / step) * step
