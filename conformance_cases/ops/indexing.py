"""Elements chosen by place or by condition."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Pair, Places, Rows


class Where(Pair):
    """One of two, by a condition."""

    level = "quick"

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.where(a > b, a, b * 2)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.where(a > b, a, b * 2)

    def reference(self, a: Any, b: Any) -> Any:
        return np.where(a > b, a, b * 2)


class Take(Places):
    """Entries of an axis by their places."""

    level = "quick"

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.take(x, index, axis=1)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return torch.index_select(x, 1, index.long().reshape(-1)).unflatten(1, (2, 2))

    def reference(self, x: Any, index: Any) -> Any:
        return np.take(x, index, 1)


class TakeAlongAxis(Rows):
    """For every row its own places."""

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return keras.ops.take_along_axis(x, index, axis=-1)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return torch.take_along_dim(x, index.long(), -1)

    def reference(self, x: Any, index: Any) -> Any:
        return np.take_along_axis(x, index, -1)


class Slice(Array):
    """A block from a start and a shape."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.slice(x, (0, 1, 2), (2, 2, 1))

    def torch(self, torch: Any, x: Any) -> Any:
        return x[0:2, 1:3, 2:3]

    def reference(self, x: Any) -> Any:
        return x[0:2, 1:3, 2:3]


class SliceUpdate(Array):
    """A block put into an array of whole numbers: on TensorFlow Keras' has no gradient for floats."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.permutation(24).reshape(2, 3, 4), "block": rng.permutation(4).reshape(2, 2, 1)}

    def keras(self, keras: Any, x: Any, block: Any) -> Any:
        return keras.ops.slice_update(x, (0, 1, 2), block)

    def torch(self, torch: Any, x: Any, block: Any) -> Any:
        y = x.clone()
        y[0:2, 1:3, 2:3] = block
        return y

    def reference(self, x: Any, block: Any) -> Any:
        y = x.copy()
        y[0:2, 1:3, 2:3] = block
        return y


class Sort(Array):
    """In rising order."""

    level = "quick"

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.sort(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.sort(x, 1).values

    def reference(self, x: Any) -> Any:
        return np.sort(x, 1)


class Argsort(Array):
    """The places of the rising order."""

    vanishing = ("grad x",)

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.argsort(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.argsort(x, 1).to(torch.int32)

    def reference(self, x: Any) -> Any:
        return np.argsort(x, 1)


class TopK(Array):
    """The largest and where they stand."""

    level = "quick"
    outputs = ("values", "places")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.top_k(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.topk(x, 2)


class Clip(Array):
    """Kept between two bounds."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.clip(x, -1.05, 1.05)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.clip(x, -1.05, 1.05)

    def reference(self, x: Any) -> Any:
        return np.clip(x, -1.05, 1.05)


class Diff(Array):
    """Differences of neighbours."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diff(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diff(x, dim=-1)

    def reference(self, x: Any) -> Any:
        return np.diff(x)
