"""Reductions over an axis, counted from either end, kept or not."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Truths
from pytest_fwparity import distinct, grid


class SumOver(Array):
    """The sum."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sum(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.sum(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.sum(self.axis, keepdims=self.keepdims)


class Mean(Array):
    """The mean."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.mean(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.mean(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.mean(self.axis, keepdims=self.keepdims)


class Max(Array):
    """The largest."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.max(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.amax(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.max(self.axis, keepdims=self.keepdims)


class Min(Array):
    """The smallest."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.min(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.amin(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.min(self.axis, keepdims=self.keepdims)


class Amax(Array):
    """The largest, under its other name."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.amax(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.amax(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.max(self.axis, keepdims=self.keepdims)


class Amin(Array):
    """The smallest, under its other name."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.amin(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.amin(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.min(self.axis, keepdims=self.keepdims)


class Prod(Array):
    """The product."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.prod(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.prod(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.prod(self.axis, keepdims=self.keepdims)


class Var(Array):
    """The mean of squared deviations, divided by n."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.var(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.var(x, self.axis, correction=0, keepdim=self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.var(self.axis, keepdims=self.keepdims)


class Std(Array):
    """The root of the variance."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.std(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.std(x, self.axis, correction=0, keepdim=self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.std(self.axis, keepdims=self.keepdims)


class Logsumexp(Array):
    """log(sum(exp(x)))."""

    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.logsumexp(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.logsumexp(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return np.log(np.exp(x).sum(self.axis, keepdims=self.keepdims))


class Argmax(Array):
    """Where the largest stands."""

    vanishing = ("grad x",)
    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])
    level = "quick"
    quick = ("default",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.argmax(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.argmax(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.argmax(self.axis, keepdims=self.keepdims)


class Argmin(Array):
    """Where the smallest stands."""

    vanishing = ("grad x",)
    axis: int = 1
    keepdims: bool = False
    variants = grid(axis=[1, -2], keepdims=[False, True])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.argmin(x, axis=self.axis, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.argmin(x, self.axis, self.keepdims)

    def reference(self, x: Any) -> Any:
        return x.argmin(self.axis, keepdims=self.keepdims)


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
