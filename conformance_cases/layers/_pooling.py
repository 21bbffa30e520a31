"""What poolings have in common."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import SpatialCase, padded, windows
from pytest_fwparity import distinct, same_pads


class Pooling(SpatialCase, abstract=True):
    """One number of each window; 'same' pads the far end by one more where the padding is odd."""

    #: spatial sizes of the input
    space: ClassVar[tuple[int, ...]]
    pool_size: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    padding: str = "valid"
    spelling: str = "module"

    def keras(self, keras: Any) -> Any:
        kind = getattr(keras.layers, type(self).__name__)
        return kind(self.pool_size, self.strides, self.padding, data_format=self.data_format)

    def pads(self) -> list[int]:
        if self.padding == "valid":
            return [0] * 2 * len(self.space)
        return same_pads(self.space, self.pool_size, self.strides)


class MaxPooling(Pooling, abstract=True):
    """The largest of each window; 'same' pads with -inf."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (1, *self.space, 2))}

    def torch(self, torch: Any) -> Any:
        rank = len(self.space)
        if self.spelling == "functional":
            pool, pad = getattr(torch.nn.functional, f"max_pool{rank}d"), torch.nn.functional.pad
            return lambda x: pool(pad(x, self.pads(), value=-np.inf), self.pool_size, self.strides)
        fill = getattr(torch.nn, f"ConstantPad{rank}d")(self.pads(), -np.inf)
        return torch.nn.Sequential(fill, getattr(torch.nn, f"MaxPool{rank}d")(self.pool_size, self.strides))

    def reference(self, x: Any) -> Any:
        found = windows(padded(x, self.pads(), -np.inf), self.pool_size, self.strides)
        return found.max(tuple(range(-len(self.space), 0)))


class AveragePooling(Pooling, abstract=True):
    """The mean of what lies in each window; what 'same' pads does not count.

    torch leaves its padding out with ``count_include_pad=False``, alike at both ends; elsewhere the sums of the padded
    input are divided by those of padded ones.
    """

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, *self.space, 3))}

    def torch(self, torch: Any) -> Any:
        rank, pads = len(self.space), self.pads()
        pool, pad = getattr(torch.nn.functional, f"avg_pool{rank}d"), torch.nn.functional.pad
        if pads[::2] == pads[1::2]:
            given, options = (self.pool_size, self.strides, tuple(pads[-2::-2])), {"count_include_pad": False}
            if self.spelling == "functional":
                return lambda x: pool(x, *given, **options)
            return getattr(torch.nn, f"AvgPool{rank}d")(*given, **options)

        def pooled(x: Any) -> Any:
            parts = [pool(pad(part, pads), self.pool_size, self.strides) for part in (x, torch.ones_like(x))]
            return parts[0] / parts[1]

        return pooled

    def reference(self, x: Any) -> Any:
        found = windows(padded(x, self.pads(), np.nan), self.pool_size, self.strides)
        return np.nanmean(found, tuple(range(-len(self.space), 0)))
