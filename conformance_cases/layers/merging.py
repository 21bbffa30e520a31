"""Layers that merge several inputs, as a class and as a function."""

from typing import Any

import numpy as np

from conformance_cases.layers._merging import Merged, apart
from pytest_fwparity import FunctionCase, grid, named


class Add(Merged):
    """The sum of all."""

    level = "quick"
    quick = ("default",)
    names = ("Add", "add")

    def torch(self, torch: Any, xs: Any) -> Any:
        first, *rest = self.same_rank(xs)
        for x in rest:
            first = torch.add(first, x)
        return first

    def reference(self, xs: Any) -> Any:
        return sum(self.same_rank(xs))


class Average(Merged):
    """The mean of all."""

    names = ("Average", "average")

    def torch(self, torch: Any, xs: Any) -> Any:
        return torch.stack(torch.broadcast_tensors(*self.same_rank(xs))).mean(0)

    def reference(self, xs: Any) -> Any:
        return sum(self.same_rank(xs)) / len(xs)


class Multiply(Merged):
    """The product of all."""

    names = ("Multiply", "multiply")

    def torch(self, torch: Any, xs: Any) -> Any:
        first, *rest = self.same_rank(xs)
        for x in rest:
            first = torch.mul(first, x)
        return first

    def reference(self, xs: Any) -> Any:
        return np.prod(np.broadcast_arrays(*self.same_rank(xs)), axis=0)


class Subtract(Merged):
    """The first less the second."""

    names = ("Subtract", "subtract")
    variants = grid(form=["layer", "function"]) | grid(shapes=[[[2, 4, 3], [2, 1, 3]], [[2, 4, 3], [2, 3]]])
    shapes: list[list[int]] = [[4, 3], [4, 3]]

    def torch(self, torch: Any, xs: Any) -> Any:
        return torch.sub(*self.same_rank(xs))

    def reference(self, xs: Any) -> Any:
        return np.subtract(*self.same_rank(xs))


class Maximum(Merged):
    """The largest of each place; no two are near."""

    names = ("Maximum", "maximum")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"xs": apart(rng, self.shapes)}

    def torch(self, torch: Any, xs: Any) -> Any:
        first, *rest = self.same_rank(xs)
        for x in rest:
            first = torch.maximum(first, x)
        return first

    def reference(self, xs: Any) -> Any:
        return np.maximum.reduce(np.broadcast_arrays(*self.same_rank(xs)))


class Minimum(Merged):
    """The smallest of each place; no two are near."""

    names = ("Minimum", "minimum")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"xs": apart(rng, self.shapes)}

    def torch(self, torch: Any, xs: Any) -> Any:
        first, *rest = self.same_rank(xs)
        for x in rest:
            first = torch.minimum(first, x)
        return first

    def reference(self, xs: Any) -> Any:
        return np.minimum.reduce(np.broadcast_arrays(*self.same_rank(xs)))


class Concatenate(FunctionCase):
    """One after the other along an axis; one of them may be empty."""

    axis: int = -1
    form: str = "layer"
    sizes: list[int] = [3, 1, 2]
    variants = grid(axis=[-1, 1], form=["layer", "function"]) | grid(axis=[2], sizes=[[2, 0, 3]])
    level = "quick"
    quick = ("default", "axis=1,form=function")
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = [[2, 4, 5] for _ in self.sizes]
        for shape, size in zip(shapes, self.sizes, strict=True):
            shape[self.axis] = size
        return {"xs": [rng.normal(size=shape) for shape in shapes]}

    def keras(self, keras: Any, xs: Any) -> Any:
        if self.form == "function":
            return keras.layers.concatenate(xs, axis=self.axis)
        return keras.layers.Concatenate(axis=self.axis)(xs)

    def torch(self, torch: Any, xs: Any) -> Any:
        return torch.cat(xs, self.axis)

    def reference(self, xs: Any) -> Any:
        return np.concatenate(xs, self.axis)


class Dot(FunctionCase):
    """Products summed over one axis of each, sample by sample; normalised, they are cosines."""

    axes: int | list[int] = 1
    shapes: list[list[int]] = [[4, 5], [4, 5]]
    normalize: bool = False
    form: str = "layer"
    variants = named(
        vectors={},
        cosines={"normalize": True},
        function={"form": "function", "normalize": True, "axes": -1},
        matrices={"axes": [1, 2], "shapes": [[2, 3, 5], [2, 4, 3]]},
        last={"axes": -1, "shapes": [[2, 3, 5], [2, 4, 5]], "normalize": True},
        vector_and_matrix={"axes": [1, 2], "shapes": [[2, 5], [2, 4, 5]]},
        rank_4={"axes": [3, 1], "shapes": [[2, 3, 2, 5], [2, 5, 4]]},
    )
    without = {
        f"keras-jax:{variant}-bfloat16": "with floatx bfloat16 the epsilon of normalize is float32 to Keras on JAX"
        for variant in ("cosines", "function", "last")
    }
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"xs": [rng.normal(size=shape) for shape in self.shapes]}

    def keras(self, keras: Any, xs: Any) -> Any:
        if self.form == "function":
            return keras.layers.dot(xs, axes=_list_or_int(self.axes), normalize=self.normalize)
        return keras.layers.Dot(axes=_list_or_int(self.axes), normalize=self.normalize)(xs)

    def torch(self, torch: Any, xs: Any) -> Any:
        left, right = (x.movedim(axis, -1) for x, axis in zip(xs, self._axes(), strict=True))
        if self.normalize:
            left, right = (torch.nn.functional.normalize(x, dim=-1) for x in (left, right))
        y = torch.bmm(
            left.flatten(1, -2) if left.ndim > 2 else left[:, None], (right if right.ndim > 2 else right[:, None]).mT
        )
        y = y.reshape(len(y), *left.shape[1:-1], *right.shape[1:-1])
        return y if y.ndim > 1 else y[:, None]

    def reference(self, xs: Any) -> Any:
        left, right = (np.moveaxis(x, axis, -1) for x, axis in zip(xs, self._axes(), strict=True))
        if self.normalize:
            left, right = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (left, right))
        y = np.stack([np.tensordot(a, b, (-1, -1)) for a, b in zip(left, right, strict=True)])
        return y if y.ndim > 1 else y[:, None]

    def _axes(self) -> list[int]:
        return [self.axes, self.axes] if isinstance(self.axes, int) else list(self.axes)


def _list_or_int(axes: Any) -> Any:
    return axes if isinstance(axes, int) else list(axes)
