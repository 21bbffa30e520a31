"""Images of another size, by interpolation or by cropping."""

from typing import Any

import numpy as np

from conformance_cases.layers._resizing import weights
from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import FunctionCase, difference, named


class Interpolated(SpatialCase, abstract=True):
    """Between the centres of places; bicubic is Keys' kernel of -1/2 in Keras, of -3/4 in torch unless it antialiases."""

    size: tuple[int, int] = (6, 8)
    interpolation: str = "bilinear"
    antialias: bool = False
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 3, 4, 2))}

    def torch(self, torch: Any) -> Any:
        mode = "nearest-exact" if self.interpolation == "nearest" else self.interpolation
        options = {} if self.interpolation == "nearest" else {"align_corners": False, "antialias": self.antialias}
        return lambda x: torch.nn.functional.interpolate(x, self.size, mode=mode, **options)

    def matrices(self, table: int = 0) -> list[np.ndarray]:
        sizes = zip((3, 4), self.size, strict=True)
        return [weights(n, m, self.interpolation, self.antialias, table) for n, m in sizes]

    def product(self, torch: Any, x: Any, table: int = 0) -> Any:
        rows, columns = (torch.tensor(part).to(x) for part in self.matrices(table))
        return torch.einsum("ih,nchw,jw->ncij", rows, x, columns)

    @difference(
        replaces="torch_call",
        why="bicubic of torch has the kernel of -3/4 and repeats the edge; Keras that of -1/2, without what lies beyond",
        source="aten/src/ATen/native/UpSample.h, get_cubic_upsample_coefficients; jax.image.resize documentation",
        sides=("keras-jax",),
        when=lambda case: case.interpolation == "bicubic" and not case.antialias,
    )
    def keys_kernel(self, torch: Any, module: Any, x: Any) -> Any:
        return self.product(torch, x)

    @difference(
        replaces="torch_call",
        why="likewise, and TensorFlow rounds the distances to 1/1024 of a place",
        source="tensorflow/core/kernels/image/resize_bicubic_op.cc, kTableSize; docs/findings/bicubic_table.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.interpolation == "bicubic" and not case.antialias,
    )
    def keys_kernel_of_a_table(self, torch: Any, module: Any, x: Any) -> Any:
        return self.product(torch, x, 1024)


class UpSampling2DSmooth(Interpolated):
    """UpSampling2D with an interpolation; torch has Upsample of the same."""

    factors: tuple[int, int] = (2, 2)
    without = {
        "keras-tensorflow:bicubic-*16": "no gradient of bicubic resizing in half precision (docs/findings/bicubic_half_gradient.py)"
    }
    variants = named(bilinear={}, uneven={"factors": [1, 3], "size": [3, 12]}, bicubic={"interpolation": "bicubic"})

    def keras(self, keras: Any) -> Any:
        return keras.layers.UpSampling2D(self.factors, interpolation=self.interpolation)

    def torch(self, torch: Any) -> Any:
        factors = tuple(float(factor) for factor in self.factors)
        return torch.nn.Upsample(scale_factor=factors, mode=self.interpolation, align_corners=False)

    def reference(self, x: Any) -> Any:
        rows, columns = self.matrices()
        return np.einsum("ih,nhwc,jw->nijc", rows, x, columns)


class Resizing(Interpolated):
    """To a height and width."""

    without = {
        "*antialias-*16": "torch has no kernel, and the gradient of TensorFlow fails (docs/findings/bicubic_half_gradient.py)",
    }

    variants = named(
        larger={"size": [7, 5]},
        smaller={"size": [2, 3]},
        nearest={"size": [5, 3], "interpolation": "nearest"},
        antialias={"size": [2, 2], "antialias": True},
        bicubic_antialias={"size": [2, 6], "interpolation": "bicubic", "antialias": True},
        channels_first={"data_format": "channels_first", "size": [4, 4]},
    )

    def keras(self, keras: Any) -> Any:
        options = {"antialias": self.antialias, "data_format": self.data_format}
        return keras.layers.Resizing(*self.size, interpolation=self.interpolation, **options)

    def reference(self, x: Any) -> Any:
        rows, columns = self.matrices()
        return np.einsum("ih,nhwc,jw->nijc", rows, x, columns)


class ResizingBicubic(Interpolated):
    """By factors that are no powers of 2."""

    interpolation = "bicubic"
    variants = named(larger={"size": [5, 7]})
    without = {
        "keras-tensorflow:*16": "no gradient of bicubic resizing in half precision (docs/findings/bicubic_half_gradient.py)"
    }

    def keras(self, keras: Any) -> Any:
        return keras.layers.Resizing(*self.size, interpolation=self.interpolation)


class CenterCrop(SpatialCase):
    """The middle of an image, from floor((size - kept) / 2) on."""

    height: int = 3
    width: int = 4
    variants = named(
        plain={},
        odd={"height": 2, "width": 3},
        whole={"height": 5, "width": 6},
        channels_first={"data_format": "channels_first"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 5, 6, 3))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.CenterCrop(self.height, self.width, data_format=self.data_format)

    def torch(self, torch: Any) -> Any:
        top, left = (5 - self.height) // 2, (6 - self.width) // 2
        return lambda x: x[:, :, top : top + self.height, left : left + self.width]

    def reference(self, x: Any) -> Any:
        top, left = (5 - self.height) // 2, (6 - self.width) // 2
        return x[:, top : top + self.height, left : left + self.width]


class UpsampleLinear(FunctionCase):
    """torch's interpolation between centres, or between corners, as a product with weights in Keras."""

    spelling: str = "Upsample"
    corners: bool = False
    rank: int = 1
    size: int = 7
    variants = named(
        line={},
        line_corners={"corners": True},
        volume={"rank": 3, "size": 3},
        volume_corners={"rank": 3, "corners": True, "size": 3},
        bilinear_module={"spelling": "UpsamplingBilinear2d", "rank": 2, "corners": True},
        bilinear_function={"spelling": "upsample_bilinear", "rank": 2, "corners": True},
        smaller={"spelling": "upsample", "rank": 2, "size": 2},
        interpolate={"spelling": "interpolate", "rank": 2, "size": 2, "corners": True},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(1, 2, *(4, 3, 2)[: self.rank]))}

    def matrices(self) -> list[np.ndarray]:
        found = []
        for n in (4, 3, 2)[: self.rank]:
            if self.corners:
                places = np.arange(self.size) * ((n - 1) / (self.size - 1))
                found.append(np.maximum(1 - np.abs(places[:, None] - np.arange(n)), 0))
            else:
                found.append(weights(n, self.size, "bilinear"))
        return found

    def keras(self, keras: Any, x: Any) -> Any:
        for axis, matrix in enumerate(self.matrices(), 2):
            made = keras.ops.convert_to_tensor(matrix, keras.backend.standardize_dtype(x.dtype))
            x = keras.ops.moveaxis(keras.ops.tensordot(made, x, [[1], [axis]]), 0, axis)
        return x

    def torch(self, torch: Any, x: Any) -> Any:
        mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[self.rank]
        if self.spelling == "Upsample":
            return torch.nn.Upsample(self.size, mode=mode, align_corners=self.corners)(x)
        if self.spelling == "UpsamplingBilinear2d":
            return torch.nn.UpsamplingBilinear2d(self.size)(x)
        if self.spelling == "upsample_bilinear":
            return torch.nn.functional.upsample_bilinear(x, self.size)
        return getattr(torch.nn.functional, self.spelling)(x, self.size, mode=mode, align_corners=self.corners)

    def reference(self, x: Any) -> Any:
        for axis, matrix in enumerate(self.matrices(), 2):
            x = np.moveaxis(np.tensordot(matrix, x, ([1], [axis])), 0, axis)
        return x


class Sampled(FunctionCase, abstract=True):
    """Values at places given from -1 to 1, by map_coordinates of Keras at the same places in pixels."""

    mode: str = "bilinear"
    corners: bool = True
    padding: str = "zeros"
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        cells = rng.permutation(20)[:6]  # one place in each of 6 cells, away from where two cells meet
        inside = rng.uniform(0.1, 0.4, size=(2, 6)) + np.array([[0.0], [0.5]]) * rng.integers(0, 2, size=(2, 6))
        pixels = np.stack([cells // 5, cells % 5]) - 0.5 * (0 if self.mode == "bilinear" else 1) + inside
        if self.padding == "zeros" and self.mode == "bilinear":
            pixels[:, 0] = [-0.7, 5.3]
        if self.padding == "border":
            pixels[:, 0] = [-0.7, 6.3]
        sizes = np.array([[5], [6]])
        places = 2 * pixels / (sizes - 1) - 1 if self.corners else (2 * pixels + 1) / sizes - 1
        return {"x": rng.normal(size=(1, 2, 5, 6)), "grid": places[::-1].T.reshape(1, 2, 3, 2)}

    def keras(self, keras: Any, x: Any, grid: Any) -> Any:
        sizes = (5, 6)
        places = [grid[0, :, :, 1 - axis] for axis in (0, 1)]
        if self.corners:
            places = [(place + 1) * (n - 1) / 2 for place, n in zip(places, sizes, strict=True)]
        else:
            places = [((place + 1) * n - 1) / 2 for place, n in zip(places, sizes, strict=True)]
        fill = {"zeros": "constant", "border": "nearest"}[self.padding]
        order = 1 if self.mode == "bilinear" else 0
        coordinates = keras.ops.stack(places)
        return keras.ops.stack(
            [keras.ops.image.map_coordinates(x[0, channel], coordinates, order, fill_mode=fill) for channel in (0, 1)]
        )[None]

    def torch(self, torch: Any, x: Any, grid: Any) -> Any:
        return torch.nn.functional.grid_sample(x, grid, self.mode, self.padding, self.corners)


class GridSample(Sampled):
    """Between places; what lies beyond the image is zero or the edge."""

    variants = named(
        corners={},
        centers={"corners": False},
        border={"padding": "border"},
        border_centers={"padding": "border", "corners": False},
    )


class GridSampleNearest(Sampled):
    """At the nearest place."""

    mode = "nearest"
    variants = named(corners={}, centers={"corners": False})
    vanishing = ("grad grid",)


class AffineGrid(FunctionCase):
    """The places that a matrix sends those of a new image to, from -1 to 1."""

    rank: int = 2
    corners: bool = True
    variants = named(
        image={}, centers={"corners": False}, volume={"rank": 3}, volume_centers={"rank": 3, "corners": False}
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"theta": rng.normal(size=(2, self.rank, self.rank + 1))}

    def axes(self) -> list[np.ndarray]:
        sizes = (2, 3, 4)[-self.rank :]
        return [np.linspace(-1, 1, n) * (1 if self.corners else (n - 1) / n) for n in sizes]

    def keras(self, keras: Any, theta: Any) -> Any:
        dtype = keras.backend.standardize_dtype(theta.dtype)
        axes = [keras.ops.convert_to_tensor(axis, dtype) for axis in self.axes()]
        grids = keras.ops.meshgrid(*axes, indexing="ij")[::-1]
        base = keras.ops.stack([*grids, keras.ops.ones_like(grids[0])], -1)
        return keras.ops.einsum("...k,nik->n...i", base, theta)

    def torch(self, torch: Any, theta: Any) -> Any:
        size = (2, 1, *(2, 3, 4)[-self.rank :])
        return torch.nn.functional.affine_grid(theta, size, self.corners)

    def reference(self, theta: Any) -> Any:
        grids = np.meshgrid(*self.axes(), indexing="ij")[::-1]
        return np.einsum("...k,nik->n...i", np.stack([*grids, np.ones_like(grids[0])], -1), theta)
