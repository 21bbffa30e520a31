"""Quantiles, percentiles and medians that pass over NaN."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Holes
from pytest_fwparity import grid, named


class Share(Holes, abstract=True):
    """A share of the way through the numbers of a row, between neighbours in proportion or by another rule."""

    share: float | tuple[float, ...] = 0.3
    axis: int | tuple[int, ...] | None = -1
    keepdims: bool = False
    method: str = "linear"
    variants = (
        grid(axis=[-1, None, (0, 2)], keepdims=[False, True])
        | grid(method=["lower", "higher", "midpoint", "nearest"])
        | named(several={"share": (0.0, 0.3, 1.0)}, several_kept={"share": (0.2, 0.9), "axis": 1, "keepdims": True})
    )
    names, scale = ("", ""), 1.0

    def keras(self, keras: Any, x: Any) -> Any:
        share = np.multiply(self.share, self.scale).tolist()
        return getattr(keras.ops, self.names[0])(x, share, self.axis, method=self.method, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return _nanquantile(torch, x, self.share, self.axis, self.keepdims, self.method)

    def reference(self, x: Any) -> Any:
        share = np.multiply(self.share, self.scale)
        return getattr(np, self.names[1])(x, share, self.axis, method=self.method, keepdims=self.keepdims)


class Nanquantile(Share):
    """Of a share of 1."""

    names = ("nanquantile", "nanquantile")


class Nanpercentile(Share):
    """Of a share of 100."""

    variants = grid(axis=[-1, None]) | named(several={"share": (0.0, 0.3, 1.0), "axis": 1, "keepdims": True})
    names, scale = ("nanpercentile", "nanpercentile"), 100.0


class Nanmedian(Holes):
    """The middle number, of an even number of them the mean of two."""

    axis: int | tuple[int, ...] | None = -1
    keepdims: bool = False
    variants = grid(axis=[-1, 0, None, (0, 2)], keepdims=[False, True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": super().inputs(rng)["x"] + 0.5}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.nanmedian(x, self.axis, self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return _nanquantile(torch, x, 0.5, self.axis, self.keepdims, "linear")

    def reference(self, x: Any) -> Any:
        return np.nanmedian(x, self.axis, keepdims=self.keepdims)


def _nanquantile(torch: Any, x: Any, share: Any, axis: Any, keepdims: bool, method: str) -> Any:
    """torch takes one axis alone, and no half precision."""
    wide = x if x.dtype in (torch.float32, torch.float64) else x.float()
    axes = tuple(range(x.dim())) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = tuple(a % x.dim() for a in axes)
    rest = [a for a in range(x.dim()) if a not in axes]
    rows = wide.permute(*rest, *axes).flatten(len(rest))
    found = torch.nanquantile(rows, torch.tensor(share, dtype=wide.dtype), -1, interpolation=method)
    if keepdims:
        found = found.reshape(
            found.shape[: found.dim() - len(rest)] + tuple(1 if a in axes else n for a, n in enumerate(x.shape))
        )
    return found.to(x.dtype)
