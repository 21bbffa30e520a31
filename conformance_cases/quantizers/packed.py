"""Two numbers of four bits in a byte: exact."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, named


class PackInt4(FunctionCase):
    """Of each pair along an axis the first in the low bits, the second in the high; a zero makes up an odd length."""

    axis: int = 0
    shape: tuple[int, ...] = (6, 5)
    dtype: str = "int8"
    variants = named(
        default={},
        odd={"axis": 1},
        last={"axis": -1, "shape": [2, 3, 4]},
        middle={"axis": 1, "shape": [2, 3, 4]},
        row={"shape": [7]},
        unsigned={"dtype": "uint8"},
    )
    level = "standard"
    speed = None
    outputs = ("packed", "shape", "length")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        low, high = (-8, 8) if self.dtype == "int8" else (0, 16)
        return {"x": rng.integers(low, high, size=tuple(self.shape)).astype(self.dtype)}

    def keras(self, keras: Any, x: Any) -> Any:
        packed, shape, length = keras.quantizers.pack_int4(x, axis=self.axis, dtype=self.dtype)
        return packed, np.array(shape), np.array(length)

    def torch(self, torch: Any, x: Any) -> Any:
        first = x.movedim(self.axis, 0)
        even = torch.cat([first, torch.zeros_like(first[:1])])[: len(first) + len(first) % 2]
        packed = ((even[::2] & 15) | (even[1::2] << 4)).movedim(0, self.axis)
        return packed, np.array(packed.shape), np.array(len(first))

    def reference(self, x: Any) -> Any:
        first = np.moveaxis(x, self.axis, 0).astype(int)
        even = np.concatenate([first, 0 * first[:1]])[: len(first) + len(first) % 2]
        packed = np.moveaxis(even[::2] % 16 + 16 * (even[1::2] % 16), 0, self.axis).astype(np.uint8).view(self.dtype)
        return packed, np.array(packed.shape), np.array(len(first))


class UnpackInt4(FunctionCase):
    """The way back, to a length that may be odd."""

    axis: int = 0
    shape: tuple[int, ...] = (3, 5)
    length: int = 6
    dtype: str = "int8"
    variants = named(
        default={},
        odd={"length": 5},
        last={"axis": -1, "shape": [2, 3, 4], "length": 7},
        middle={"axis": 1, "shape": [2, 3, 4]},
        unsigned={"dtype": "uint8"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(0, 256, size=tuple(self.shape)).astype(np.uint8).view(self.dtype)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.quantizers.unpack_int4(x, self.length, axis=self.axis, dtype=self.dtype)

    def torch(self, torch: Any, x: Any) -> Any:
        first = x.movedim(self.axis, 0)
        pairs = torch.stack([first & 15, (first >> 4) & 15], 1).flatten(0, 1)[: self.length]
        return (pairs if self.dtype == "uint8" else pairs - 16 * (pairs > 7)).to(x.dtype).movedim(0, self.axis)

    def reference(self, x: Any) -> Any:
        first = np.moveaxis(x, self.axis, 0).astype(int)
        pairs = np.stack([first % 16, first // 16 % 16], 1).reshape(-1, *first.shape[1:])[: self.length]
        return np.moveaxis(pairs if self.dtype == "uint8" else pairs - 16 * (pairs > 7), 0, self.axis).astype(x.dtype)
