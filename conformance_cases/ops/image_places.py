"""Images padded, cropped, cut into patches, and filtered."""

from typing import Any

import numpy as np

from conformance_cases.layers._spatial import padded, windows
from conformance_cases.ops._images import Images
from pytest_fwparity import named, same_pads


class PadImages(Images):
    """Zeros round an image: two of the first pad, the last pad and the size are given of each axis."""

    given: dict[str, int] = {"top_padding": 1, "left_padding": 0, "bottom_padding": 2, "right_padding": 3}
    pads: tuple[int, ...] = (0, 3, 1, 2)
    variants = named(
        default={},
        first={
            "given": {"top_padding": 2, "left_padding": 1, "target_height": 8, "target_width": 9},
            "pads": [1, 2, 2, 1],
        },
        last={
            "given": {"bottom_padding": 2, "right_padding": 1, "target_height": 8, "target_width": 9},
            "pads": [2, 1, 1, 2],
        },
        channels_first={"data_format": "channels_first"},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.pad_images(x, **dict(self.given), data_format=self.data_format)

    def on_images(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.pad(x, tuple(self.pads))

    def of_images(self, x: Any) -> Any:
        return padded(x, self.pads)


class CropImages(PadImages):
    """A part of an image: two of the first crop, the last crop and the size are given of each axis."""

    given: dict[str, int] = {"top_cropping": 1, "left_cropping": 0, "bottom_cropping": 2, "right_cropping": 3}
    pads: tuple[int, ...] = (0, -3, -1, -2)
    variants = named(
        default={},
        first={
            "given": {"top_cropping": 2, "left_cropping": 1, "target_height": 2, "target_width": 3},
            "pads": [-1, -2, -2, -1],
        },
        last={
            "given": {"bottom_cropping": 2, "right_cropping": 1, "target_height": 2, "target_width": 3},
            "pads": [-2, -1, -1, -2],
        },
        channels_first={"data_format": "channels_first"},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.image.crop_images(x, **dict(self.given), data_format=self.data_format)


class ExtractPatches(Images):
    """Every patch in a row: rows, columns, channels."""

    size: tuple[int, ...] = (2, 3)
    strides: tuple[int, ...] | None = None
    dilation: int = 1
    padding: str = "valid"
    variants = named(
        default={},
        dense={"strides": [1, 1]},
        steps={"size": [3, 2], "strides": [2, 1], "padding": "same"},
        dilated={"size": [2, 2], "strides": [1, 1], "dilation": 2},
        dilated_same={"size": [2, 3], "strides": [1, 1], "dilation": 2, "padding": "same"},
        channels_first={"data_format": "channels_first"},
    )
    name = "extract_patches"

    def keras(self, keras: Any, x: Any) -> Any:
        options = {"dilation_rate": self.dilation, "padding": self.padding, "data_format": self.data_format}
        return getattr(keras.ops.image, self.name)(x, tuple(self.size), self.strides, **options)

    def pads(self) -> list[int]:
        dilation = [self.dilation] * len(self.size)
        if self.padding == "valid":
            return [0] * (2 * len(self.size))
        return same_pads(self.shape[1:-1], self.size, self.strides or self.size, dilation)

    def on_images(self, torch: Any, x: Any) -> Any:
        steps = self.strides or self.size
        x = torch.nn.functional.pad(x, self.pads())
        for axis, (k, step) in enumerate(zip(self.size, steps, strict=True)):
            x = x.unfold(2 + axis, (k - 1) * self.dilation + 1, step)[..., :: self.dilation]
        places = len(self.size)
        window = tuple(range(2 + places, 2 + 2 * places))
        return x.permute(0, *window, 1, *range(2, 2 + places)).flatten(1, 1 + places)

    def of_images(self, x: Any) -> Any:
        steps, places = self.strides or self.size, len(self.size)
        found = windows(padded(x, self.pads()), self.size, steps, [self.dilation] * places)
        return np.moveaxis(found, 1 + places, -1).reshape(*found.shape[: 1 + places], -1)


class ExtractPatches3D(ExtractPatches):
    """Of volumes: depths, rows, columns, channels."""

    shape = (2, 4, 5, 6, 2)
    size: tuple[int, ...] = (2, 3, 2)
    variants = named(default={}, same={"strides": [1, 2, 3], "padding": "same"}, dense={"strides": [1, 1, 1]})
    name = "extract_patches_3d"
