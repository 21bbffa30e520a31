"""Reductions that leave NaN aside."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Holes


class Nansum(Holes):
    """The sum of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nansum(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nansum(x, -1)

    def reference(self, x: Any) -> Any:
        return np.nansum(x, -1)


class Nanmean(Holes):
    """The mean of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmean(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nanmean(x, -1)

    def reference(self, x: Any) -> Any:
        return np.nanmean(x, -1)


class Nanmax(Holes):
    """The largest number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmax(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), -torch.inf, x).amax(-1)

    def reference(self, x: Any) -> Any:
        return np.nanmax(x, -1)


class Nanmin(Holes):
    """The smallest number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmin(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), torch.inf, x).amin(-1)

    def reference(self, x: Any) -> Any:
        return np.nanmin(x, -1)


class Nanprod(Holes):
    """The product of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanprod(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), 1.0, x).prod(-1)

    def reference(self, x: Any) -> Any:
        return np.nanprod(x, -1)


class Nanvar(Holes):
    """The variance of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanvar(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return _variance(torch, x)

    def reference(self, x: Any) -> Any:
        return np.nanvar(x, -1)


class Nanstd(Holes):
    """The deviation of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanstd(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return _variance(torch, x).sqrt()

    def reference(self, x: Any) -> Any:
        return np.nanstd(x, -1)


class Nancumsum(Holes):
    """Sums of all numbers up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nancumsum(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), 0.0, x).cumsum(-1)

    def reference(self, x: Any) -> Any:
        return np.nancumsum(x, -1)


class Nancumprod(Holes):
    """Products of all numbers up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nancumprod(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), 1.0, x).cumprod(-1)

    def reference(self, x: Any) -> Any:
        return np.nancumprod(x, -1)


class Nanargmax(Holes):
    """Where the largest number stands."""

    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanargmax(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), -torch.inf, x).argmax(-1).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.nanargmax(x, -1)


class Nanargmin(Holes):
    """Where the smallest number stands."""

    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanargmin(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), torch.inf, x).argmin(-1).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.nanargmin(x, -1)


class NanToNum(Holes):
    """Numbers in the place of NaN and infinities."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nan_to_num(x, nan=0.5)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nan_to_num(x, nan=0.5)

    def reference(self, x: Any) -> Any:
        return np.nan_to_num(x, nan=0.5)


def _variance(torch: Any, x: Any) -> Any:
    number = ~x.isnan()
    count = number.sum(-1, keepdim=True)
    mean = torch.where(number, x, 0.0).sum(-1, keepdim=True) / count
    return torch.where(number, torch.where(number, x, 0.0) - mean, 0.0).square().sum(-1) / count[..., 0]
