"""What layers that merge inputs place by place have in common."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, distinct, grid


class Merged(FunctionCase, abstract=True):
    """Inputs of several shapes; one of lower rank gets axes after the batch, not before it as in NumPy.

    ``names`` holds the layer and its function in ``keras.layers``.
    """

    form: str = "layer"
    shapes: list[list[int]] = [[4, 3], [4, 3], [4, 3]]
    names = ("", "")
    variants = grid(form=["layer", "function"]) | grid(
        shapes=[[[4, 3], [4, 3]], [[2, 4, 3], [2, 1, 3], [2, 4, 1]], [[2, 4, 3], [2, 3]]]
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"xs": [rng.normal(size=shape) for shape in self.shapes]}

    def keras(self, keras: Any, xs: Any) -> Any:
        layer, function = self.names
        return getattr(keras.layers, function)(xs) if self.form == "function" else getattr(keras.layers, layer)()(xs)

    def same_rank(self, xs: Any) -> list[Any]:
        """Axes of size 1 after the batch, where one has fewer than another."""
        rank = max(x.ndim for x in xs)
        return [x.reshape(x.shape[0], *[1] * (rank - x.ndim), *x.shape[1:]) for x in xs]


def apart(rng: np.random.Generator, shapes: Any) -> list[np.ndarray]:
    """Arrays without two values that are near, whichever array they are in."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    values = np.split(distinct(rng, sum(sizes)), np.cumsum(sizes)[:-1])
    return [value.reshape(shape) for value, shape in zip(values, shapes, strict=True)]
