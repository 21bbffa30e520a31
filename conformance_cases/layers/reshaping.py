"""Layers that move, repeat or leave out elements."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, grid, named


class Moved(LayerCase, abstract=True):
    """Of an input of the given shape, batch first."""

    shape: list[int] = [2, 3, 4]
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=self.shape)}


class Flatten(Moved):
    """One axis after the batch; of channels first the channels go last, which torch does not do."""

    channels_first: bool = False
    variants = grid(channels_first=[False, True], shape=[[2, 3, 4], [2, 3, 4, 2]]) | grid(shape=[[3], [3, 1, 2, 1, 2]])
    level = "quick"
    quick = ("default", "channels_first=True,shape=2x3x4x2")

    def keras(self, keras: Any) -> Any:
        return keras.layers.Flatten("channels_first" if self.channels_first else "channels_last")

    def torch(self, torch: Any) -> Any:
        flatten = torch.nn.Flatten()
        if len(self.shape) == 1:
            return lambda x: flatten(x[:, None])
        return (lambda x: flatten(x.movedim(1, -1))) if self.channels_first else flatten

    def reference(self, x: Any) -> Any:
        return (np.moveaxis(x, 1, -1) if self.channels_first else x).reshape(len(x), -1)


class FlattenSomeAxes(Moved):
    """From one axis to another, as torch's module and its inverse do; Keras by reshaping the input."""

    shape: list[int] = [2, 3, 4, 2]
    variants = named(flattened={})

    def keras(self, keras: Any) -> Any:
        return keras.layers.Reshape((12, 2))

    def torch(self, torch: Any) -> Any:
        return torch.nn.Flatten(1, 2)

    def reference(self, x: Any) -> Any:
        return x.reshape(2, 12, 2)


class Reshape(Moved):
    """The axes after the batch in another shape, one of which may be found out."""

    target: list[int] = [2, 6]
    variants = grid(target=[[2, 6], [-1, 2], [3, 2, 2, 1], [12]])
    level = "quick"
    quick = ("default", "target=-1x2")

    def keras(self, keras: Any) -> Any:
        return keras.layers.Reshape(tuple(self.target))

    def torch(self, torch: Any) -> Any:
        return lambda x: torch.reshape(x, (x.shape[0], *self.target))

    def reference(self, x: Any) -> Any:
        return x.reshape(len(x), *self.target)


class Unflatten(Moved):
    """One axis as several."""

    shape: list[int] = [2, 12]
    target: list[int] = [3, 4]
    variants = grid(target=[[3, 4], [2, -1, 3]])

    def keras(self, keras: Any) -> Any:
        return keras.layers.Reshape(tuple(self.target))

    def torch(self, torch: Any) -> Any:
        return torch.nn.Unflatten(1, tuple(self.target))

    def reference(self, x: Any) -> Any:
        return x.reshape(2, *self.target)


class Permute(Moved):
    """The axes after the batch in another order, counted from 1."""

    dims: list[int] = [2, 1]
    variants = grid(dims=[[2, 1]]) | grid(dims=[[3, 1, 2], [2, 3, 1]], shape=[[2, 3, 4, 5]])

    def keras(self, keras: Any) -> Any:
        return keras.layers.Permute(tuple(self.dims))

    def torch(self, torch: Any) -> Any:
        return lambda x: x.permute(0, *self.dims)

    def reference(self, x: Any) -> Any:
        return x.transpose(0, *self.dims)


class RepeatVector(Moved):
    """Each vector as so many equal steps."""

    n: int = 3
    shape: list[int] = [2, 4]
    variants = grid(n=[3, 1])

    def keras(self, keras: Any) -> Any:
        return keras.layers.RepeatVector(self.n)

    def torch(self, torch: Any) -> Any:
        return lambda x: x.unsqueeze(1).repeat(1, self.n, 1)

    def reference(self, x: Any) -> Any:
        return np.repeat(x[:, None], self.n, 1)


class Cropping(Moved, abstract=True):
    """So many elements are left out at both ends of each axis of space: one number, one for each axis, or pairs."""

    cropping: int | list[Any] = 1
    channels_first: bool = False

    def pairs(self) -> list[tuple[int, int]]:
        """Before and after, of each axis."""
        axes = len(self.shape) - 2
        of_axes = [self.cropping] * axes if isinstance(self.cropping, int) else list(self.cropping)
        if axes == 1 and not isinstance(self.cropping, int):
            of_axes = [self.cropping]
        return [(entry, entry) if isinstance(entry, int) else (int(entry[0]), int(entry[1])) for entry in of_axes]

    def torch(self, torch: Any) -> Any:
        return self.reference

    def reference(self, x: Any) -> Any:
        kept = [slice(low, n - high) for (low, high), n in zip(self.pairs(), self._space(x.shape), strict=True)]
        return x[(slice(None), slice(None), *kept)] if self.channels_first else x[(slice(None), *kept)]

    def _space(self, shape: Any) -> Any:
        return shape[2:] if self.channels_first else shape[1:-1]

    def options(self) -> dict[str, Any]:
        """Of the Keras layer."""
        cropping: Any = self.cropping
        if not isinstance(cropping, int):
            cropping = tuple(entry if isinstance(entry, int) else tuple(entry) for entry in cropping)
        return {"cropping": cropping, "data_format": "channels_first" if self.channels_first else "channels_last"}


class Cropping1D(Cropping):
    """Of steps."""

    shape: list[int] = [2, 6, 3]
    variants = grid(cropping=[1, [2, 0], [0, 3]])

    def keras(self, keras: Any) -> Any:
        return keras.layers.Cropping1D(self.options()["cropping"])


class Cropping2D(Cropping):
    """Of rows and columns."""

    shape: list[int] = [2, 5, 6, 5]
    variants = grid(cropping=[1, [2, 1], [[0, 2], [1, 0]]]) | grid(channels_first=[True], cropping=[[[1, 0], [0, 2]]])

    def keras(self, keras: Any) -> Any:
        return keras.layers.Cropping2D(**self.options())


class Cropping3D(Cropping):
    """Of three axes of space."""

    shape: list[int] = [2, 4, 3, 5, 3]
    variants = grid(cropping=[1, [[0, 2], [1, 0], [2, 1]]]) | grid(
        channels_first=[True], cropping=[[0, 1, 1]], shape=[[2, 2, 3, 4, 5]]
    )

    def keras(self, keras: Any) -> Any:
        return keras.layers.Cropping3D(**self.options())
