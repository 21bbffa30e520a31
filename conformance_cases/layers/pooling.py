"""Pooling."""

from typing import Any

import numpy as np

from conformance_cases.layers._spatial import SpatialCase
from pytest_fwparity import distinct, named, same_pads


class MaxPooling2D(SpatialCase):
    """The largest of each window; 'same' pads with -inf, one more at the far end where the padding is odd."""

    pool_size: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    padding: str = "valid"
    variants = named(
        plain={},
        same={"padding": "same"},
        overlapping={"pool_size": [3, 3]},
        uneven={"pool_size": [3, 2], "strides": [2, 3], "padding": "same"},
    )
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (1, 7, 8, 2))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.MaxPooling2D(self.pool_size, self.strides, self.padding)

    def pads(self) -> list[int]:
        return same_pads((7, 8), self.pool_size, self.strides) if self.padding == "same" else [0] * 4

    def torch(self, torch: Any) -> Any:
        fill = torch.nn.ConstantPad2d(self.pads(), -np.inf)
        return torch.nn.Sequential(fill, torch.nn.MaxPool2d(self.pool_size, self.strides))

    def reference(self, x: Any) -> Any:
        left, right, top, bottom = self.pads()
        x = np.pad(x, [(0, 0), (top, bottom), (left, right), (0, 0)], constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(x, self.pool_size, (1, 2)).max((-2, -1))
        return windows[:, :: self.strides[0], :: self.strides[1]]
