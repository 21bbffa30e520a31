"""Arrays laid out anew: same values, other places."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Row
from pytest_fwparity import difference, grid


class Reshape(Array):
    """Other lengths of the axes, one of them worked out."""

    level = "quick"

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.reshape(x, (3, -1))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.reshape(x, (3, -1))

    def reference(self, x: Any) -> Any:
        return x.reshape(3, -1)


class Transpose(Array):
    """Axes in another order."""

    level = "quick"

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.transpose(x, (2, 0, 1))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.permute(x, (2, 0, 1))

    def reference(self, x: Any) -> Any:
        return x.transpose(2, 0, 1)


class Swapaxes(Array):
    """Two axes swapped."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.swapaxes(x, 0, -1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.swapaxes(x, 0, -1)

    def reference(self, x: Any) -> Any:
        return x.swapaxes(0, -1)


class Moveaxis(Array):
    """One axis moved."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.moveaxis(x, 0, -1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.moveaxis(x, 0, -1)

    def reference(self, x: Any) -> Any:
        return np.moveaxis(x, 0, -1)


class ExpandDims(Array):
    """A new axis of length 1."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.expand_dims(x, -2)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.unsqueeze(x, -2)

    def reference(self, x: Any) -> Any:
        return np.expand_dims(x, -2)


class Squeeze(Array):
    """An axis of length 1 taken away."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.squeeze(keras.ops.expand_dims(x, 1), 1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.squeeze(x[:, None], 1)

    def reference(self, x: Any) -> Any:
        return x


class Ravel(Array):
    """One axis of all."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.ravel(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.ravel(x)

    def reference(self, x: Any) -> Any:
        return x.ravel()


class Flip(Array):
    """The other way round along one axis."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.flip(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.flip(x, (1,))

    def reference(self, x: Any) -> Any:
        return np.flip(x, 1)


class Fliplr(Array):
    """The second axis the other way round."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.fliplr(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.fliplr(x)

    def reference(self, x: Any) -> Any:
        return np.fliplr(x)


class Flipud(Array):
    """The first axis the other way round."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.flipud(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.flipud(x)

    def reference(self, x: Any) -> Any:
        return np.flipud(x)


class Rot90(Array):
    """Turned by 90 degrees, `turns` times."""

    turns: int = 1
    variants = grid(turns=[1, 2, 3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.rot90(x, self.turns, axes=(0, 1))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.rot90(x, self.turns, (0, 1))

    def reference(self, x: Any) -> Any:
        return np.rot90(x, self.turns, (0, 1))

    @difference(
        replaces="torch",
        why="between two turns Keras reshapes to the shape of the result, not to that of the array turned once",
        source="keras/src/backend/tensorflow/numpy.py, rot90; docs/findings/keras_tensorflow_rot90_twice.py",
        sides=("keras-tensorflow",),
        when=lambda case: case.turns == 2,
    )
    def reshaped_between_turns(self, torch: Any, x: Any) -> Any:
        y = x.permute(2, 0, 1)
        for _ in range(self.turns):
            y = y.flip(2).transpose(1, 2).reshape(y.shape)
        return y.permute(1, 2, 0)


class Roll(Array):
    """Shifted round the end of an axis."""

    shift: int = 1
    variants = grid(shift=[1, -3, 9])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.roll(x, self.shift, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.roll(x, self.shift, -1)

    def reference(self, x: Any) -> Any:
        return np.roll(x, self.shift, -1)


class Tile(Array):
    """Repeated as a whole."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.tile(x, (2, 1, 3))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tile(x, (2, 1, 3))

    def reference(self, x: Any) -> Any:
        return np.tile(x, (2, 1, 3))


class Repeat(Array):
    """Each element repeated."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.repeat(x, 2, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.repeat_interleave(x, 2, 1)

    def reference(self, x: Any) -> Any:
        return x.repeat(2, 1)


class BroadcastTo(Array):
    """Stretched over a new axis."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.broadcast_to(x, (5, 2, 3, 4))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.broadcast_to(x, (5, 2, 3, 4))

    def reference(self, x: Any) -> Any:
        return np.broadcast_to(x, (5, 2, 3, 4))


class Pad(Array):
    """Zeros before and behind."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.pad(x, ((0, 1), (2, 0), (1, 1)))

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.pad(x, (1, 1, 2, 0, 0, 1))

    def reference(self, x: Any) -> Any:
        return np.pad(x, ((0, 1), (2, 0), (1, 1)))


class Diagonal(Array):
    """The diagonal of the first two axes."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diagonal(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagonal(x)

    def reference(self, x: Any) -> Any:
        return np.diagonal(x)


class Trace(Array):
    """The sum of the diagonal."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.trace(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagonal(x).sum(-1)

    def reference(self, x: Any) -> Any:
        return np.trace(x)


class Tril(Array):
    """What lies on and below a diagonal."""

    k: int = 0
    variants = grid(k=[0, -1, 1])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.tril(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.tril(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.tril(x, self.k)


class Triu(Array):
    """What lies on and above a diagonal."""

    k: int = 0
    variants = grid(k=[0, -1, 1])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.triu(x, self.k)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.triu(x, self.k)

    def reference(self, x: Any) -> Any:
        return np.triu(x, self.k)


class Diag(Row):
    """A matrix with this diagonal."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diag(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diag(x)

    def reference(self, x: Any) -> Any:
        return np.diag(x)


class Diagflat(Array):
    """A matrix with all elements on its diagonal."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.diagflat(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.diagflat(x)

    def reference(self, x: Any) -> Any:
        return np.diagflat(x)
