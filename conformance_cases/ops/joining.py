"""Arrays joined and parted."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Pair
from pytest_fwparity import grid


class Concatenate(Pair):
    """One behind the other along an axis."""

    level = "quick"
    axis: int = -1
    variants = grid(axis=[-1, 0])
    quick = ("default",)

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.concatenate([a, b], axis=self.axis)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.cat([a, b], self.axis)

    def reference(self, a: Any, b: Any) -> Any:
        return np.concatenate([a, b], self.axis)


class Append(Pair):
    """One behind the other."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.append(a, b, axis=0)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.cat([a, b])

    def reference(self, a: Any, b: Any) -> Any:
        return np.append(a, b, 0)


class Stack(Pair):
    """Along a new axis."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.stack([a, b], axis=1)

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.stack([a, b], 1)

    def reference(self, a: Any, b: Any) -> Any:
        return np.stack([a, b], 1)


class Hstack(Pair):
    """Along the second axis."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.hstack([a, b])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.hstack([a, b])

    def reference(self, a: Any, b: Any) -> Any:
        return np.hstack([a, b])


class Vstack(Pair):
    """Along the first axis."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.vstack([a, b])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.vstack([a, b])

    def reference(self, a: Any, b: Any) -> Any:
        return np.vstack([a, b])


class Dstack(Pair):
    """Along the third axis."""

    def keras(self, keras: Any, a: Any, b: Any) -> Any:
        return keras.ops.dstack([a, b])

    def torch(self, torch: Any, a: Any, b: Any) -> Any:
        return torch.dstack([a, b])

    def reference(self, a: Any, b: Any) -> Any:
        return np.dstack([a, b])


class Split(Array):
    """In parts that end at given places."""

    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.split(x, [1, 3], axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tensor_split(x, (1, 3), -1)

    def reference(self, x: Any) -> Any:
        return np.split(x, [1, 3], -1)


class ArraySplit(Array):
    """In parts as even as they can be."""

    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.array_split(x, 3, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tensor_split(x, 3, -1)

    def reference(self, x: Any) -> Any:
        return np.array_split(x, 3, -1)


class Hsplit(Array):
    """In parts along the second axis."""

    outputs = ("first", "second", "third")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.hsplit(x, 3)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.hsplit(x, 3)

    def reference(self, x: Any) -> Any:
        return np.hsplit(x, 3)


class Vsplit(Array):
    """In parts along the first axis."""

    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.vsplit(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.vsplit(x, 2)

    def reference(self, x: Any) -> Any:
        return np.vsplit(x, 2)


class Dsplit(Array):
    """In parts along the third axis."""

    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.dsplit(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.dsplit(x, 2)

    def reference(self, x: Any) -> Any:
        return np.dsplit(x, 2)


class Unstack(Array):
    """One array for each entry of an axis."""

    outputs = ("first", "second")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.unstack(x, axis=0)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.unbind(x, 0)

    def reference(self, x: Any) -> Any:
        return (x[0], x[1])
