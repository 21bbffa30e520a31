"""Images seen through a map of their places."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._images import Images
from pytest_fwparity import named

#: one map of places for each of two images, whose places are exact in float32, and halfway between two nowhere
MAPS = np.array(
    [[1.0, 0.25, 0.625, -0.25, 1.0, 0.875, 0.0, 0.0], [0.75, -0.5, 1.875, 0.25, 1.25, -1.125, 0.0, 0.0]], np.float32
)
START = np.array([[[0.0, 0.0], [7.0, 0.0], [0.0, 3.0], [7.0, 3.0]]] * 2, np.float32)
END = np.array(
    [
        [[0.53, 0.27], [6.61, -0.43], [0.31, 3.39], [6.17, 2.81]],
        [[-0.57, 0.13], [7.41, 0.19], [0.87, 2.63], [7.77, 3.47]],
    ],
    np.float32,
)


class Warped(Images, abstract=True):
    """Rows and columns of 4 by 8 images at the places of ``maps``, (a x + b y + c, d x + e y + f) / (g x + h y + 1)."""

    shape = (2, 4, 8, 2)
    interpolation: str = "bilinear"
    fill_mode: str = "constant"
    fill_value: float = 0.0

    def maps(self) -> np.ndarray:
        raise AssertionError("required hook")

    def places(self) -> np.ndarray:
        """(image, row, column, x or y), in pixels of the image given."""
        y, x = np.mgrid[:4, :8].astype(float)
        found = []
        for a, b, c, d, e, f, g, h in self.maps():
            below = g * x + h * y + 1
            found.append(np.stack([(a * x + b * y + c) / below, (d * x + e * y + f) / below], -1))
        return np.stack(found)

    def on_images(self, torch: Any, x: Any) -> Any:
        grid = torch.tensor((2 * self.places() + 1) / (8, 4) - 1).to(x)
        padding = {"constant": "zeros", "nearest": "border", "reflect": "reflection"}[self.fill_mode]
        sampled = torch.nn.functional.grid_sample(x - self.fill_value, grid, self.interpolation, padding, False)
        return sampled + self.fill_value

    def of_images(self, x: Any) -> Any:
        pads = [(0, 0), (9, 9), (9, 9), (0, 0)]
        if self.fill_mode == "constant":
            wide = np.pad(x, pads, constant_values=self.fill_value)
        else:
            wide = np.pad(x, pads, mode="edge" if self.fill_mode == "nearest" else "symmetric")
        places = self.places() + 9
        image = np.arange(2)[:, None, None]
        if self.interpolation == "nearest":
            at = np.rint(places).astype(int)
            return wide[image, at[..., 1], at[..., 0]]
        at = np.floor(places).astype(int)
        right, down = np.moveaxis(places - at, -1, 0)[..., None]
        y = 0.0
        for i, row in enumerate((1 - down, down)):
            for j, column in enumerate((1 - right, right)):
                y = y + row * column * wide[image, at[..., 1] + i, at[..., 0] + j]
        return y


class AffineTransform(Warped):
    """A linear map and a shift; beyond the image a value, the edge, or the image mirrored."""

    variants = named(
        default={},
        filled={"fill_value": 0.5},
        edge={"fill_mode": "nearest"},
        mirrored={"fill_mode": "reflect"},
        nearest={"interpolation": "nearest", "fill_value": 0.5},
        nearest_edge={"interpolation": "nearest", "fill_mode": "nearest"},
        channels_first={"data_format": "channels_first"},
    )
    without: ClassVar[dict[str, str]] = {
        "*16": "torch wants the places in the dtype of the image, which rounds them",
        "keras-tensorflow:*": "the gradient is of another function (docs/findings/tensorflow_projective_gradient.py)",
    }

    def maps(self) -> np.ndarray:
        return MAPS

    def keras(self, keras: Any, x: Any) -> Any:
        options = {"fill_value": self.fill_value, "data_format": self.data_format}
        return keras.ops.image.affine_transform(
            x, keras.ops.convert_to_tensor(MAPS), self.interpolation, self.fill_mode, **options
        )


class AffineTransformValues(AffineTransform):
    """Its values alone, of images so coarse that TensorFlow's float32 holds every product."""

    checks = ("agree", "repeat")
    fixed = ("x",)
    vanishing = ("grad x",)
    without: ClassVar[dict[str, str]] = {"*16": "torch wants the places in the dtype of the image, which rounds them"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.laid(rng.integers(1, 64, size=self.shape) / 64)}

    def keras(self, keras: Any, x: Any) -> Any:
        return super().keras(keras, keras.ops.stop_gradient(x))

    def torch(self, torch: Any, x: Any) -> Any:
        return super().torch(torch, x.detach())


class PerspectiveTransformNearest(Warped):
    """The map that sends four corners of the new image to four of the old, at the nearest place, which no rounding changes."""

    checks = ("agree", "repeat")
    vanishing = ("grad x",)
    interpolation = "nearest"
    without: ClassVar[dict[str, str]] = {"*16": "torch wants the places in the dtype of the image, which rounds them"}
    variants = named(default={}, filled={"fill_value": 0.5}, channels_first={"data_format": "channels_first"})

    def maps(self) -> np.ndarray:
        found = []
        for start, end in zip(START.astype(float), END.astype(float), strict=True):
            rows = []
            for (u, v), (x, y) in zip(start, end, strict=True):
                rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
            found.append(np.linalg.solve(np.array(rows), start.ravel()))
        return np.stack(found)

    def keras(self, keras: Any, x: Any) -> Any:
        options = {"fill_value": self.fill_value, "data_format": self.data_format}
        return keras.ops.image.perspective_transform(
            keras.ops.stop_gradient(x), START, END, self.interpolation, **options
        )

    def torch(self, torch: Any, x: Any) -> Any:
        return super().torch(torch, x.detach())
