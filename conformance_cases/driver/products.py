"""Products of whole numbers, whose sums are exact in every dtype: one wrong bit is one wrong number."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, grid, named

#: rows, inner size and columns: tiny, odd, at and beside the tiles of tensor cores
_SHAPES = {
    "one": (2, 1, 1),
    "row": (1, 7, 6),
    "column": (5, 7, 1),
    "tiny": (2, 3, 2),
    "odd": (3, 17, 5),
    "primes": (17, 31, 13),
    "below_tile": (15, 63, 31),
    "tile": (16, 64, 32),
    "above_tile": (17, 65, 33),
    "long": (4, 1023, 4),
    "wide": (129, 64, 127),
}


class ExactMatmul(FunctionCase):
    """a @ b of entries -1, 0 and 1: exact in float32, tf32, float16 and bfloat16, whatever the order of the sums."""

    shape: tuple[int, int, int] = _SHAPES["primes"]
    variants = named(**{name: {"shape": shape} for name, shape in _SHAPES.items()})
    level = "quick"
    quick: ClassVar[tuple[str, ...]] = ("primes",)
    speed = None
    fixed = ("a", "b")
    vanishing = ("grad a", "grad b")
    checks = ("agree", "compiled", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        m, k, n = self.shape
        a, b = rng.integers(-1, 2, size=(m, k)), rng.integers(-1, 2, size=(k, n))
        a[0, :5], b[:5, 0], b[0] = 1, 1, 1  # where k is small the first is k, and those of odd rows are less
        a[1::2, 0] = -1
        return {"a": a.astype(np.float64), "b": b.astype(np.float64)}

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.cast(keras.ops.round(keras.ops.matmul(a, b) * 256), "int32")

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.round(torch.matmul(a, b) * 256).to(torch.int32)

    def reference(self, a: Any, b: Any) -> Any:
        return (a @ b * 256).astype(np.int32)


class ExactBatchedMatmul(ExactMatmul):
    """Three such products at once."""

    variants = named(**{name: {"shape": _SHAPES[name]} for name in ("one", "odd", "above_tile")})
    level = "standard"
    quick = ()

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        m, k, n = self.shape
        a, b = rng.integers(-1, 2, size=(3, m, k)), rng.integers(-1, 2, size=(3, k, n))
        a[:, 0, :5], b[:, :5, 0], b[:, 0] = 1, 1, 1
        a[:, 1::2, 0] = -1
        return {"a": a.astype(np.float64), "b": b.astype(np.float64)}


class ExactConvolution(FunctionCase):
    """A convolution of entries -1, 0 and 1, NHWC."""

    size: int = 9
    channels: int = 3
    variants = grid(size=[5, 9, 16], channels=[1, 3, 8])
    level = "standard"
    speed = None
    fixed = ("x", "kernel")
    vanishing = ("grad x", "grad kernel")
    checks = ("agree", "compiled", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(-1, 2, size=(2, self.size, self.size, self.channels))
        kernel = rng.integers(-1, 2, size=(3, 3, self.channels, 5))
        x[:, 0, 0], kernel[0, 0] = 1, 1
        return {"x": x.astype(np.float64), "kernel": kernel.astype(np.float64)}

    def keras(self, keras: Any, x: Any, kernel: Any) -> Any:
        y = keras.ops.conv(x, kernel, padding="valid", data_format="channels_last")
        return keras.ops.cast(keras.ops.round(y * 256), "int32")

    def torch(self, torch: Any, x: Any, kernel: Any) -> Any:
        y = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1))
        return torch.round(y.permute(0, 2, 3, 1) * 256).to(torch.int32)

    def reference(self, x: Any, kernel: Any) -> Any:
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (1, 2))
        return (np.einsum("nhwcij,ijco->nhwo", windows, kernel) * 256).astype(np.int32)


class Int8Matmul(FunctionCase):
    """a @ b of int8 into int32, at sizes that torch's kernel takes on every device."""

    shape: tuple[int, int, int] = (17, 8, 8)
    variants = named(
        smallest={"shape": (17, 8, 8)}, odd_rows={"shape": (33, 256, 136)}, large={"shape": (65, 256, 136)}
    )
    level = "standard"
    speed = None
    checks = ("agree", "compiled", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        m, k, n = self.shape
        return {
            name: rng.integers(-128, 128, size=size).astype(np.int8) for name, size in (("a", (m, k)), ("b", (k, n)))
        }

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.matmul(keras.ops.cast(a, "int8"), keras.ops.cast(b, "int8"))

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch._int_mm(a.to(torch.int8), b.to(torch.int8))

    def reference(self, a: Any, b: Any) -> Any:
        return a.astype(np.int32) @ b.astype(np.int32)
