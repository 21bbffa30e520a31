"""Reductions that leave NaN aside."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Holes
from pytest_fwparity import difference, distinct, grid, named


class Reduced(Holes, abstract=True):
    """Over an axis, several or all; kept with length 1 or not."""

    axis: int | tuple[int, ...] | None = -1
    keepdims: bool = False
    variants = grid(axis=[-1, (0, 2)], keepdims=[False, True]) | named(total={"axis": None}, middle={"axis": 1})


class Nansum(Reduced):
    """The sum of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nansum(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nansum(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.nansum(x, self.axis, keepdims=self.keepdims)


class Nanmean(Reduced):
    """The mean of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmean(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nanmean(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.nanmean(x, self.axis, keepdims=self.keepdims)


class Nanmax(Reduced):
    """The largest number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmax(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), -torch.inf, x).amax(_axes(self.axis), self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.nanmax(x, self.axis, keepdims=self.keepdims)


class Nanmin(Reduced):
    """The smallest number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmin(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), torch.inf, x).amin(_axes(self.axis), self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.nanmin(x, self.axis, keepdims=self.keepdims)


class Nanprod(Reduced):
    """The product of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanprod(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        y = torch.where(x.isnan(), 1.0, x)
        for axis in sorted(a % 3 for a in _axes(self.axis))[::-1]:
            y = y.prod(axis, self.keepdims)
        return y

    def reference(self, x: Any) -> Any:
        return np.nanprod(x, self.axis, keepdims=self.keepdims)


class Nanvar(Reduced):
    """The variance of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanvar(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return _variance(torch, x, _axes(self.axis), self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.nanvar(x, self.axis, keepdims=self.keepdims)


class Nanstd(Reduced):
    """The deviation of what is a number."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanstd(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return _variance(torch, x, _axes(self.axis), self.keepdims).sqrt()

    def reference(self, x: Any) -> Any:
        return np.nanstd(x, self.axis, keepdims=self.keepdims)


class Accumulated(Holes, abstract=True):
    """Along an axis, or along all elements in a row."""

    axis: int | None = -1
    variants = grid(axis=[-1, 0, None])


class Nancumsum(Accumulated):
    """Sums of all numbers up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nancumsum(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        y = torch.where(x.isnan(), 0.0, x)
        return y.ravel().cumsum(0) if self.axis is None else y.cumsum(self.axis)

    def reference(self, x: Any) -> Any:
        return np.nancumsum(x, self.axis)


class Nancumprod(Accumulated):
    """Products of all numbers up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nancumprod(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        y = torch.where(x.isnan(), 1.0, x)
        return y.ravel().cumprod(0) if self.axis is None else y.cumprod(self.axis)

    def reference(self, x: Any) -> Any:
        return np.nancumprod(x, self.axis)


class Nanargmax(Holes):
    """Where the largest number stands."""

    axis: int | None = -1
    keepdims: bool = False
    variants = grid(axis=[-1, 1, None], keepdims=[False, True])
    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanargmax(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), -torch.inf, x).argmax(self.axis, self.keepdims).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.nanargmax(x, self.axis, keepdims=self.keepdims)


class Nanargmin(Nanargmax):
    """Where the smallest number stands."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanargmin(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.where(x.isnan(), torch.inf, x).argmin(self.axis, self.keepdims).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.nanargmin(x, self.axis, keepdims=self.keepdims)


class NanToNum(Holes):
    """Numbers in the place of NaN and infinities; by default the largest there are in that of infinities."""

    infinite: bool = False
    bounds: tuple[float | None, float | None] = (None, None)
    variants = named(default={}, bounds={"infinite": True, "bounds": (50.0, -3.0)}, lower={"bounds": (None, -3.0)})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = super().inputs(rng)["x"]
        if self.infinite:
            x[0, 1, 1], x[1, 0, 3] = np.inf, -np.inf
        return {"x": x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nan_to_num(x, 0.5, *self.bounds)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nan_to_num(x, 0.5, *self.bounds)

    def reference(self, x: Any) -> Any:
        return np.nan_to_num(x, nan=0.5, posinf=self.bounds[0], neginf=self.bounds[1])


class NothingLeft(Array):
    """Rows of NaN alone: a sum of 0, a product of 1, a mean that is NaN."""

    fixed = ("x",)
    outputs = ("sum", "product", "mean")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (3, 4))
        x[1], x[2, 0] = np.nan, np.nan
        return {"x": x}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nansum(x, -1), keras.ops.nanprod(x, -1), keras.ops.nanmean(x, -1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nansum(x, -1), torch.where(x.isnan(), 1.0, x).prod(-1), torch.nanmean(x, -1)

    def reference(self, x: Any) -> Any:
        return np.nansum(x, -1), np.nanprod(x, -1), np.nansum(x, -1) / np.array([4.0, np.nan, 3.0])

    @difference(
        replaces="torch",
        why="the gradient of a mean of nothing is NaN in torch, and 0 in Keras",
        source="torch/csrc/autograd/FunctionsManual.cpp, nanmean",
        sides=("keras-tensorflow",),
    )
    def no_slope_of_nothing(self, torch: Any, x: Any) -> Any:
        count = (~x.isnan()).sum(-1)
        mean = torch.where(count == 0, torch.nan, torch.nansum(x, -1) / count.clamp(min=1))
        return torch.nansum(x, -1), torch.where(x.isnan(), 1.0, x).prod(-1), mean


def _axes(axis: Any) -> tuple[int, ...]:
    return (0, 1, 2) if axis is None else axis if isinstance(axis, tuple) else (axis,)


def _variance(torch: Any, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    number = ~x.isnan()
    count = number.sum(axes, keepdim=True)
    mean = torch.where(number, x, 0.0).sum(axes, keepdim=True) / count
    variance = torch.where(number, torch.where(number, x, 0.0) - mean, 0.0).square().sum(axes, keepdim=True) / count
    return variance if keepdims else variance.squeeze(axes)
