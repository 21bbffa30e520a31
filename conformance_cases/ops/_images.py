"""Batches of images, in either data format; torch has channels first."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase


class Images(FunctionCase, abstract=True):
    """``on_images`` is what torch makes of images with channels first, ``of_images`` what NumPy makes with them last."""

    level = "standard"
    speed = None
    data_format: str = "channels_last"
    shape: ClassVar[tuple[int, ...]] = (2, 5, 6, 3)
    low, high = 0.05, 0.95

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.laid(rng.uniform(self.low, self.high, size=self.shape))}

    def laid(self, x: Any) -> Any:
        """From channels last to the data format."""
        return np.moveaxis(x, -1, 1) if self.data_format == "channels_first" else x

    def torch(self, torch: Any, x: Any) -> Any:
        return self.first(x, lambda images: self.on_images(torch, images))

    def first(self, x: Any, function: Callable[[Any], Any]) -> Any:
        """``function`` of torch's images with channels first, laid out again as they were."""
        return function(x) if self.data_format == "channels_first" else function(x.movedim(-1, 1)).movedim(1, -1)

    def reference(self, x: Any) -> Any:
        if self.data_format == "channels_first":
            return np.moveaxis(self.of_images(np.moveaxis(x, 1, -1)), -1, 1)
        return self.of_images(x)

    def on_images(self, torch: Any, x: Any) -> Any:
        raise AssertionError("required hook")

    def of_images(self, x: Any) -> Any:
        raise AssertionError("required hook")
