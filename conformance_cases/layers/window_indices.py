"""Poolings that tell where the largest was, that put values back, by norms and at random places."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, difference, distinct, named

#: spatial sizes of the inputs by rank
SPACES = {1: (7,), 2: (5, 6), 3: (3, 4, 5)}


def stacked(keras: Any, x: Any, size: int, stride: int) -> Any:
    """The windows of channels-first ``x``, by place in the window in front."""
    rank = len(x.shape) - 2
    counts = [(n - size) // stride + 1 for n in x.shape[2:]]
    offsets = np.ndindex(*[size] * rank)
    return keras.ops.stack(
        [
            x[
                (
                    slice(None),
                    slice(None),
                    *(slice(i, i + stride * (m - 1) + 1, stride) for i, m in zip(at, counts, strict=True)),
                )
            ]
            for at in offsets
        ]
    )


class Indexed(FunctionCase, abstract=True):
    """Largest values and where they are in the flattened space of a channel."""

    rank: int = 2
    spelling: str = "module"
    outputs = ("y", "indices")
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (1, 2, *SPACES[self.rank]))}

    def torch_outputs(self, torch: Any, y: Any, indices: Any) -> dict[str, Any]:
        return {"y": y, "indices": indices.int()}

    def places(self) -> Any:
        """The flat index of every place, as an image."""
        return np.arange(int(np.prod(SPACES[self.rank])), dtype="int32").reshape(1, 1, *SPACES[self.rank])


class MaxPoolIndices(Indexed):
    """By windows of 2; Keras takes the arg max of the stacked windows."""

    stride: int = 2
    variants = named(
        line={"rank": 1},
        image={},
        volume={"rank": 3},
        line_function={"rank": 1, "spelling": "function", "stride": 3},
        image_function={"spelling": "function", "stride": 1},
        volume_function={"rank": 3, "spelling": "function", "stride": 1},
    )

    def keras(self, keras: Any, x: Any) -> Any:
        windows = stacked(keras, x, 2, self.stride)
        places = stacked(keras, keras.ops.convert_to_tensor(self.places()), 2, self.stride)
        best = keras.ops.expand_dims(keras.ops.argmax(windows, 0), 0)
        places = keras.ops.broadcast_to(places, windows.shape)
        return keras.ops.max(windows, 0), keras.ops.take_along_axis(places, best, 0)[0]

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "function":
            pool = getattr(torch.nn.functional, f"max_pool{self.rank}d_with_indices")
            return pool(x, 2, self.stride)
        return getattr(torch.nn, f"MaxPool{self.rank}d")(2, self.stride, return_indices=True)(x)

    def reference(self, x: Any) -> Any:
        axes = tuple(range(2, 2 + self.rank))
        steps = (slice(None), slice(None), *[slice(None, None, self.stride)] * self.rank)
        view = np.lib.stride_tricks.sliding_window_view
        windows, places = (view(part, (2,) * self.rank, axes)[steps] for part in (x, self.places()))
        places = np.broadcast_to(places, windows.shape)
        shape = (*windows.shape[: 2 + self.rank], -1)
        windows, places = windows.reshape(shape), places.reshape(shape)
        return windows.max(-1), np.take_along_axis(places, windows.argmax(-1)[..., None], -1)[..., 0]


class AdaptiveMaxPoolIndices(Indexed):
    """To 3 places an axis, windows of which may overlap."""

    variants = named(
        line={"rank": 1},
        image={},
        volume={"rank": 3},
        image_function={"spelling": "function"},
        line_function={"rank": 1, "spelling": "function"},
        volume_function={"rank": 3, "spelling": "function"},
    )

    def windows(self, x: Any) -> list[Any]:
        """The windows of ``x``, each flattened, in the order of the places."""
        found = []
        for at in np.ndindex(*[3] * self.rank):
            part = [slice(i * n // 3, -(-(i + 1) * n // 3)) for i, n in zip(at, SPACES[self.rank], strict=True)]
            found.append(x[(slice(None), slice(None), *part)])
        return found

    def keras(self, keras: Any, x: Any) -> Any:
        shape, values, indices = (1, 2, *[3] * self.rank), [], []
        for part, place in zip(self.windows(x), self.windows(self.places()), strict=True):
            flat = keras.ops.reshape(part, (1, 2, -1))
            values.append(keras.ops.max(flat, -1))
            indices.append(keras.ops.take(keras.ops.convert_to_tensor(place.ravel()), keras.ops.argmax(flat, -1)))
        y, found = keras.ops.stack(values, -1), keras.ops.stack(indices, -1)
        return keras.ops.reshape(y, shape), keras.ops.reshape(found, shape)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "function":
            return getattr(torch.nn.functional, f"adaptive_max_pool{self.rank}d_with_indices")(x, 3)
        return getattr(torch.nn, f"AdaptiveMaxPool{self.rank}d")(3, return_indices=True)(x)


class MaxUnpool(FunctionCase):
    """Values at the places they came from, zeros elsewhere; Keras scatters."""

    rank: int = 2
    spelling: str = "module"
    variants = named(
        line={"rank": 1},
        image={},
        volume={"rank": 3},
        line_function={"rank": 1, "spelling": "function"},
        image_function={"spelling": "function"},
        volume_function={"rank": 3, "spelling": "function"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape, places = (2, 2, *[2] * self.rank), 4**self.rank
        indices = np.stack([rng.permutation(places)[: 2**self.rank] for _ in range(4)]).reshape(shape)
        return {"x": rng.normal(size=shape), "indices": indices}

    def keras(self, keras: Any, x: Any, indices: Any) -> Any:
        places = 4**self.rank
        channels = keras.ops.reshape(keras.ops.arange(4, dtype="int64") * places, (2, 2, *[1] * self.rank))
        at = keras.ops.reshape(keras.ops.cast(indices, "int64") + channels, (-1, 1))
        y = keras.ops.scatter(at, keras.ops.reshape(x, (-1,)), (4 * places,))
        return keras.ops.reshape(y, (2, 2, *[4] * self.rank))

    def torch(self, torch: Any, x: Any, indices: Any) -> Any:
        if self.spelling == "function":
            return getattr(torch.nn.functional, f"max_unpool{self.rank}d")(x, indices, 2)
        return getattr(torch.nn, f"MaxUnpool{self.rank}d")(2)(x, indices)

    def reference(self, x: Any, indices: Any) -> Any:
        y = np.zeros((4, 4**self.rank))
        np.put_along_axis(y, indices.reshape(4, -1), x.reshape(4, -1), 1)
        return y.reshape(2, 2, *[4] * self.rank)


class LPPool(FunctionCase):
    """The p-norm of each window."""

    rank: int = 2
    p: float = 2.0
    size: int = 2
    ceil: bool = False
    spelling: str = "module"
    variants = named(
        line={"rank": 1},
        image={},
        volume={"rank": 3},
        cubes={"p": 3.0},
        sums={"rank": 1, "p": 1.0, "size": 3},
        line_function={"rank": 1, "p": 2.5, "spelling": "function"},
        image_function={"spelling": "function"},
        volume_function={"rank": 3, "p": 1.5, "spelling": "function"},
        partial={"ceil": True},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.uniform(0.5, 2.0, size=(1, 2, *SPACES[self.rank]))}

    def keras(self, keras: Any, x: Any) -> Any:
        if self.ceil:
            x = keras.ops.pad(x, [[0, 0], [0, 0], *([0, -n % self.size] for n in x.shape[2:])])
        windows = stacked(keras, x, self.size, self.size)
        return keras.ops.power(keras.ops.sum(keras.ops.power(windows, self.p), 0), 1 / self.p)

    def torch(self, torch: Any, x: Any) -> Any:
        if self.spelling == "function":
            return getattr(torch.nn.functional, f"lp_pool{self.rank}d")(x, self.p, self.size, ceil_mode=self.ceil)
        return getattr(torch.nn, f"LPPool{self.rank}d")(self.p, self.size, ceil_mode=self.ceil)(x)

    def reference(self, x: Any) -> Any:
        k = self.size
        if self.ceil:
            x = np.pad(x, [(0, 0), (0, 0), *((0, -n % k) for n in x.shape[2:])])
        axes = tuple(range(2, 2 + self.rank))
        windows = np.lib.stride_tricks.sliding_window_view(x, (k,) * self.rank, axes)
        windows = windows[(slice(None), slice(None), *[slice(None, None, k)] * self.rank)]
        return (windows**self.p).sum(tuple(range(-self.rank, 0))) ** (1 / self.p)

    @difference(
        replaces="torch",
        why="with ceil_mode torch's mean of a window that leaves the image counts what lies inside, and is multiplied by all",
        source="torch/nn/functional.py, lp_pool2d; docs/findings/lp_pool_ceil_mode.py",
        when=lambda case: case.ceil,
    )
    def padded_windows(self, torch: Any, x: Any) -> Any:
        pads = [part for n in reversed(x.shape[2:]) for part in (0, -n % self.size)]
        return torch.nn.LPPool2d(self.p, self.size)(torch.nn.functional.pad(x, pads))


class FractionalMaxPool(FunctionCase):
    """Windows of 2 that begin at floor((i + u) a) - floor(u a), the last at the end, with a = (n - 2) / (m - 1)."""

    rank: int = 2
    spelling: str = "module"
    samples: tuple[float, ...] = (0.3, 0.7, 0.5)
    variants = named(
        image={},
        volume={"rank": 3},
        image_function={"spelling": "function", "samples": [0.9, 0.1]},
        volume_function={"rank": 3, "spelling": "function"},
        image_indices={"spelling": "indices"},
        volume_indices={"rank": 3, "spelling": "indices"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (1, 2, *((7, 8) if self.rank == 2 else (5, 5, 5))))}

    def windows(self, x: Any) -> list[Any]:
        """The windows in the order of the places; the samples are those of the last axis first for an image."""
        starts = []
        samples = self.samples[: self.rank]
        for n, u in zip(x.shape[2:], samples[::-1] if self.rank == 2 else samples, strict=True):
            step = (n - 2) / 2
            starts.append([int((i + u) * step) - int(u * step) for i in range(2)] + [n - 2])
        corners = (tuple(axis[i] for axis, i in zip(starts, at, strict=True)) for at in np.ndindex(*[3] * self.rank))
        return [x[(slice(None), slice(None), *(slice(i, i + 2) for i in corner))] for corner in corners]

    def keras(self, keras: Any, x: Any) -> Any:
        axes = tuple(range(2, 2 + self.rank))
        y = keras.ops.stack([keras.ops.max(window, axes) for window in self.windows(x)], -1)
        return keras.ops.reshape(y, (1, 2, *[3] * self.rank))

    def torch(self, torch: Any, x: Any) -> Any:
        samples = torch.tensor(self.samples[: self.rank], dtype=x.dtype).expand(1, 2, self.rank)
        if self.spelling == "module":
            return getattr(torch.nn, f"FractionalMaxPool{self.rank}d")(2, 3, _random_samples=samples)(x)
        name = f"fractional_max_pool{self.rank}d"
        if self.spelling == "function":
            return getattr(torch.nn.functional, name)(x, 2, 3, _random_samples=samples)
        return getattr(torch.nn.functional, f"{name}_with_indices")(x, 2, 3, _random_samples=samples)[0]

    def reference(self, x: Any) -> Any:
        axes = tuple(range(2, 2 + self.rank))
        return np.stack([window.max(axes) for window in self.windows(x)], -1).reshape(1, 2, *[3] * self.rank)
