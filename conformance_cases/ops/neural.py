"""Functions of neural networks under their names in keras.ops."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Kernel, Labels, Picture
from pytest_fwparity import distinct


class LeakyRelu(Array):
    """x above 0, a fifth of it below."""

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = distinct(rng, (2, 3, 4))
        return {"x": x + 0.25 * np.sign(x) + (x == 0)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.leaky_relu(x, negative_slope=0.25)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.leaky_relu(x, 0.25)

    def reference(self, x: Any) -> Any:
        return np.where(x > 0, x, 0.25 * x)


class LogSoftmax(Array):
    """The logarithm of the softmax."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.log_softmax(x, axis=1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.log_softmax(x, 1)

    def reference(self, x: Any) -> Any:
        return x - np.log(np.exp(x).sum(1, keepdims=True))


class GluOp(Array):
    """The first half times the sigmoid of the second."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.glu(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.glu(x, -1)

    def reference(self, x: Any) -> Any:
        return x[..., :2] / (1 + np.exp(-x[..., 2:]))


class Squareplus(Array):
    """(x + sqrt(x*x + b)) / 2."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.squareplus(x, b=4)

    def torch(self, torch: Any, x: Any) -> Any:
        return (x + torch.sqrt(x * x + 4)) / 2

    def reference(self, x: Any) -> Any:
        return (x + np.sqrt(x * x + 4)) / 2


class OneHot(Labels):
    """A one at each index."""

    level = "quick"

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return x[:, None] * keras.ops.one_hot(index, 4, dtype=x.dtype)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return x[:, None] * torch.nn.functional.one_hot(index.long(), 4).to(x.dtype)

    def reference(self, x: Any, index: Any) -> Any:
        return x[:, None] * np.eye(4)[index]


class MultiHot(Labels):
    """A one at every index of a row."""

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return x[0] * keras.ops.multi_hot(index, 4, dtype=x.dtype)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        return x[0] * torch.nn.functional.one_hot(index.long(), 4).amax(0).to(x.dtype)

    def reference(self, x: Any, index: Any) -> Any:
        return x[0] * np.eye(4)[index].max(0)


class Moments(Array):
    """Mean and variance over axes."""

    outputs = ("mean", "variance")

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.moments(x, axes=(0, 2))

    def torch(self, torch: Any, x: Any) -> Any:
        return (x.mean((0, 2)), x.var((0, 2), correction=0))

    def reference(self, x: Any) -> Any:
        return (x.mean((0, 2)), x.var((0, 2)))


class Normalize(Array):
    """Divided by the root of the sum of squares."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.normalize(x, axis=-1)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.normalize(x, dim=-1)

    def reference(self, x: Any) -> Any:
        return x / np.linalg.norm(x, axis=-1, keepdims=True)


class MaxPool(Picture):
    """The largest of each window."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.max_pool(x, 2, 2, "valid")

    def torch(self, torch: Any, x: Any) -> Any:
        return _turned(torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2, 2))

    def reference(self, x: Any) -> Any:
        return x.reshape(1, 2, 2, 3, 2, 2).max((2, 4))


class AveragePool(Picture):
    """The mean of each window."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.average_pool(x, 2, 2, "valid")

    def torch(self, torch: Any, x: Any) -> Any:
        return _turned(torch.nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), 2, 2))

    def reference(self, x: Any) -> Any:
        return x.reshape(1, 2, 2, 3, 2, 2).mean((2, 4))


class Conv(Kernel):
    """A kernel laid over each place."""

    level = "quick"

    def keras(self, keras: Any, x: Any, kernel: Any) -> Any:
        return keras.ops.conv(x, kernel, strides=1, padding="valid")

    def torch(self, torch: Any, x: Any, kernel: Any) -> Any:
        return _turned(torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1)))


class SpaceToDepth(Picture):
    """Blocks of places laid into channels."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.space_to_depth(x, 2)

    def torch(self, torch: Any, x: Any) -> Any:
        return x.reshape(1, 2, 2, 3, 2, 2).permute(0, 1, 3, 2, 4, 5).reshape(1, 2, 3, 8)

    def reference(self, x: Any) -> Any:
        return x.reshape(1, 2, 2, 3, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(1, 2, 3, 8)


class DepthToSpace(Picture):
    """Channels laid out as blocks of places, of two channels each: of one, every order of them would be the same."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.depth_to_space(keras.ops.concatenate([x, x * 2, x * 3, -x], -1), 2)

    def torch(self, torch: Any, x: Any) -> Any:
        deep = torch.cat([x, x * 2, x * 3, -x], -1)
        return deep.reshape(1, 4, 6, 2, 2, 2).permute(0, 1, 3, 2, 4, 5).reshape(1, 8, 12, 2)

    def reference(self, x: Any) -> Any:
        deep = np.concatenate([x, x * 2, x * 3, -x], -1)
        return deep.reshape(1, 4, 6, 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(1, 8, 12, 2)


def _turned(y: Any) -> Any:
    return y.permute(0, 2, 3, 1)
