"""Reductions over an axis, counted from either end, kept or not."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Truths
from pytest_fwparity import distinct, grid, named


class Reduction(Array, abstract=True):
    """``names`` are those in ``keras.ops``, in ``torch`` and in NumPy."""

    names = ("", "", "")
    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return getattr(keras.ops, self.names[0])(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return getattr(torch, self.names[1])(x, self.axis, keepdim=self.keepdims)

    def reference(self, x: Any) -> Any:
        return getattr(np, self.names[2])(x, axis=self.axis, keepdims=self.keepdims)


class SumOver(Reduction):
    """The sum."""

    names = ("sum", "sum", "sum")


class Mean(Reduction):
    """The mean."""

    names = ("mean", "mean", "mean")
    level = "quick"
    quick = ("default",)


class Max(Reduction):
    """The largest."""

    names = ("max", "amax", "max")
    level = "quick"
    quick = ("default",)


class Min(Reduction):
    """The smallest."""

    names = ("min", "amin", "min")


class Amax(Reduction):
    """The largest, under its other name."""

    names = ("amax", "amax", "max")


class Amin(Reduction):
    """The smallest, under its other name."""

    names = ("amin", "amin", "min")


class Prod(Reduction):
    """The product."""

    names = ("prod", "prod", "prod")


class Var(Reduction):
    """The mean of squared deviations, divided by n."""

    names = ("var", "var", "var")

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.var(x, self.axis, correction=0, keepdim=self.keepdims)


class Std(Reduction):
    """The root of the variance."""

    names = ("std", "std", "std")

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.std(x, self.axis, correction=0, keepdim=self.keepdims)


class Logsumexp(Reduction):
    """log(sum(exp(x))); ``large``: of numbers whose exponential float32 does not hold."""

    names = ("logsumexp", "logsumexp", "logsumexp")
    large: bool = False
    variants = Reduction.variants | named(large={"large": True})
    without = {"large-*16": "half precision rounds numbers near 100 so far that weights of e**x lose all their digits"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        return {"x": made["x"] + 100.0} if self.large else made

    def reference(self, x: Any) -> Any:
        return np.log(np.exp(x).sum(self.axis, keepdims=self.keepdims))


class Argmax(Reduction):
    """Where the largest stands."""

    names = ("argmax", "argmax", "argmax")
    level = "quick"
    quick = ("default",)
    vanishing = ("grad x",)


class Argmin(Reduction):
    """Where the smallest stands."""

    names = ("argmin", "argmin", "argmin")
    vanishing = ("grad x",)


class All(Truths):
    """Whether all hold."""

    axis: int = 1
    variants = grid(axis=[1, -2])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.all(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.all(x, self.axis)

    def reference(self, x: Any) -> Any:
        return x.all(self.axis)


class AnyOf(Truths):
    """Whether any holds."""

    axis: int = 1
    variants = grid(axis=[1, -2])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.any(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.any(x, self.axis)

    def reference(self, x: Any) -> Any:
        return x.any(self.axis)


class CountNonzero(Truths):
    """How many are not 0."""

    axis: int = 1
    variants = grid(axis=[1, -2])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.count_nonzero(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.count_nonzero(x, self.axis).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.count_nonzero(x, self.axis)


class Ptp(Array):
    """The largest less the smallest."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.ptp(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return x.amax(-1) - x.amin(-1)

    def reference(self, x: Any) -> Any:
        return np.ptp(x, -1)


class Median(Array):
    """The middle value, of an even number the mean of two."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.median(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return (
            torch.quantile(x, 0.5, -1)
            if x.dtype not in (torch.bfloat16, torch.float16)
            else x.sort(-1).values[..., 1:3].mean(-1)
        )

    def reference(self, x: Any) -> Any:
        return np.median(x, -1)


class Cumsum(Array):
    """Sums of all up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.cumsum(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.cumsum(x, 1)

    def reference(self, x: Any) -> Any:
        return x.cumsum(1)


class Cumprod(Array):
    """Products of all up to each."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.cumprod(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.cumprod(x, 1)

    def reference(self, x: Any) -> Any:
        return x.cumprod(1)


class Average(Array):
    """A weighted mean."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4)), "w": rng.uniform(0.5, 2.0, size=(2, 3, 4))}

    def keras(self, keras: Any, x: Any, w: Any) -> Any:
        return keras.ops.average(x, axis=-1, weights=w)

    def torch(self, torch: Any, x: Any, w: Any) -> Any:
        return (x * w).sum(-1) / w.sum(-1)

    def reference(self, x: Any, w: Any) -> Any:
        return np.average(x, -1, w)
