"""Functions of neural networks under their names in keras.ops."""

from typing import Any

import numpy as np

from conformance_cases.ops._arrays import Array, Kernel, Labels, Picture
from pytest_fwparity import distinct, grid, named


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
    """The logarithm of the softmax, over one axis; ``far``: of numbers that exp does not bear."""

    axis: int = 1
    far: bool = False
    variants = grid(axis=[1, -1, 0]) | named(far={"far": True})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 4)) * (400 if self.far else 1)}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.log_softmax(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.log_softmax(x, self.axis)

    def reference(self, x: Any) -> Any:
        x = x - x.max(self.axis, keepdims=True)
        return x - np.log(np.exp(x).sum(self.axis, keepdims=True))


class GluOp(Array):
    """The first half times the sigmoid of the second."""

    axis: int = -1
    variants = grid(axis=[-1, 0, -3])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.glu(x, axis=self.axis)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.glu(x, self.axis)

    def reference(self, x: Any) -> Any:
        first, second = np.split(x, 2, self.axis)
        return first / (1 + np.exp(-second))


class Squareplus(Array):
    """(x + sqrt(x*x + b)) / 2."""

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.squareplus(x, b=4)

    def torch(self, torch: Any, x: Any) -> Any:
        return (x + torch.sqrt(x * x + 4)) / 2

    def reference(self, x: Any) -> Any:
        return (x + np.sqrt(x * x + 4)) / 2


class OneHot(Labels):
    """A one at each index, along a new axis; nothing at an index that is not there."""

    level = "quick"
    axis: int = -1
    missing: bool = False
    variants = grid(axis=[-1, 0, 1]) | named(missing={"missing": True})
    quick = ("default",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        return {**made, "index": np.array([2, -1, 4, 0, 9], np.int32)} if self.missing else made

    def keras(self, keras: Any, x: Any, index: Any) -> Any:
        return (x if self.axis == 0 else x[:, None]) * keras.ops.one_hot(index, 4, self.axis, dtype=x.dtype)

    def torch(self, torch: Any, x: Any, index: Any) -> Any:
        ones = (index[:, None] == torch.arange(4)).to(x.dtype)
        return x * ones.mT if self.axis == 0 else x[:, None] * ones

    def reference(self, x: Any, index: Any) -> Any:
        ones = (index[:, None] == np.arange(4)).astype(float)
        return x * ones.T if self.axis == 0 else x[:, None] * ones


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
    axes: tuple[int, ...] = (0, 2)
    keepdims: bool = False
    variants = grid(axes=[(0, 2), (-1,), (0, 1)], keepdims=[False, True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": 0.3 + distinct(rng, (2, 3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.moments(x, axes=self.axes, keepdims=self.keepdims)

    def torch(self, torch: Any, x: Any) -> Any:
        return (x.mean(self.axes, self.keepdims), x.var(self.axes, correction=0, keepdim=self.keepdims))

    def reference(self, x: Any) -> Any:
        return (x.mean(self.axes, keepdims=self.keepdims), x.var(self.axes, keepdims=self.keepdims))


class Normalize(Array):
    """Divided by the root of the sum of squares, or by another norm."""

    axis: int = -1
    order: int = 2
    variants = grid(order=[2, 1, 3], axis=[-1, 0])

    def keras(self, keras: Any, x: Any) -> Any:
        return keras.ops.normalize(x, axis=self.axis, order=self.order)

    def torch(self, torch: Any, x: Any) -> Any:
        return torch.nn.functional.normalize(x, p=self.order, dim=self.axis)

    def reference(self, x: Any) -> Any:
        return x / np.linalg.norm(x, self.order, axis=self.axis, keepdims=True)


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
