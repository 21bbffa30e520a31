"""Parts and windows of an array, axes merged and split by a pattern, rows put into an array."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.ops._arrays import Array
from pytest_fwparity import distinct, grid

_KEYS: dict[str, Any] = {
    "first": 0,
    "last": -1,
    "steps": (slice(None), slice(1, None, 2)),
    "dots": (..., 1),
    "new_axis": (slice(None), None, 0),
    "inner": (1, slice(0, -1), slice(-3, None)),
    "everything": ...,
}


class GetItem(Array):
    """Indexing by numbers, slices, an ellipsis and new axes."""

    key: str = "first"
    variants = grid(key=list(_KEYS))

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.get_item(x, _KEYS[self.key])

    def torch(self, torch: Any, x: Any) -> Any:
        return x[_KEYS[self.key]]

    def reference(self, x: Any) -> Any:
        return x[_KEYS[self.key]]


class ExtractSequences(Array):
    """Windows of the last axis, one every `stride` elements; what is left at the end is dropped."""

    length: int = 4
    stride: int = 3
    rank: int = 2
    variants = grid(length=[4, 1], stride=[3, 4]) | grid(length=[10], rank=[1, 3])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 2, 11)[3 - self.rank :])}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.extract_sequences(x, self.length, self.stride)

    def torch(self, torch: Any, x: Any) -> Any:
        return x.unfold(-1, self.length, self.stride)

    def reference(self, x: Any) -> Any:
        return np.lib.stride_tricks.sliding_window_view(x, self.length, -1)[..., :: self.stride, :]


_PATTERNS: dict[str, tuple[str, dict[str, int], tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    # pattern, lengths of new axes, shape after splitting, order, shape after merging
    "turned": ("b h w -> w b h", {}, (2, 3, 4), (2, 0, 1), (4, 2, 3)),
    "merged": ("b h w -> b (w h)", {}, (2, 3, 4), (0, 2, 1), (2, 12)),
    "split": ("b h (w two) -> b h w two", {"two": 2}, (2, 3, 2, 2), (0, 1, 2, 3), (2, 3, 2, 2)),
    "both": ("b h (w two) -> (two b) (h w)", {"two": 2}, (2, 3, 2, 2), (3, 0, 1, 2), (4, 6)),
}


class Rearrange(Array):
    """Axes split, turned and merged by a pattern."""

    pattern: str = "turned"
    variants = grid(pattern=list(_PATTERNS))

    def keras(self, keras: Any, x: Any) -> Any:
        text, lengths, *_ = _PATTERNS[self.pattern]
        return keras.ops.rearrange(x, text, **lengths)

    def torch(self, torch: Any, x: Any) -> Any:
        *_, split, order, merged = _PATTERNS[self.pattern]
        return x.reshape(split).permute(order).reshape(merged)

    def reference(self, x: Any) -> Any:
        *_, split, order, merged = _PATTERNS[self.pattern]
        return x.reshape(split).transpose(order).reshape(merged)


class ScatterUpdate(Array):
    """Elements or rows put, added, multiplied or compared into an array at given places, one of them twice."""

    level = "quick"
    reduction: str | None = None
    whole_rows: bool = False
    variants = grid(reduction=[None, "add", "mul", "max", "min"], whole_rows=[False, True])
    quick = ("default", "reduction=add")
    without: ClassVar[dict[str, str]] = {
        "keras-jax:reduction=mul*": "JAX has no gradient of it: only implemented if `unique_indices=True`"
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        both = distinct(rng, (8, 3))
        last = [0] if self.whole_rows else [1, 0]
        index = np.array([[4], [1], last] if self.whole_rows else [[4, 0], [1, 2], [0, 1], last], np.int32)
        if self.reduction:
            index[-1] = index[0]
        return {"x": both[:5], "index": index, "new": both[5:] if self.whole_rows else both[5:].ravel()[:4]}

    def keras(self, keras: Any, x: Any, index: Any, new: Any) -> Any:
        how = [self.reduction] if self.reduction else []  # Keras before 3.13 puts only
        return keras.ops.scatter_update(x, index, new, *how)

    def torch(self, torch: Any, x: Any, index: Any, new: Any) -> Any:
        if self.reduction is None:
            return x.index_put(tuple(index.long().T), new)
        rows = index.long()[:, 0]
        flat = rows * 3 + index[:, 1] if index.shape[1] == 2 else (rows[:, None] * 3 + torch.arange(3)).flatten()
        how = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}[self.reduction]
        return x.flatten().scatter_reduce(0, flat, new.flatten(), how).reshape(x.shape)

    def reference(self, x: Any, index: Any, new: Any) -> Any:
        y, at = x.copy(), tuple(index.T)
        if self.reduction is None:
            y[at] = new
        else:
            {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}[self.reduction].at(y, at, new)
        return y
