"""Normalization by groups of channels and by instance."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._spatial import materialized
from pytest_fwparity import LayerCase, difference, named


class GroupNormalization(LayerCase):
    """By sample over all places and the channels of a group; Keras' epsilon is 1e-3, torch's 1e-5."""

    groups: int = 2
    axis: int = -1
    space: tuple[int, ...] = (3, 4)
    affine: bool = True
    offset: float = 2.0
    spelling: str = "module"
    variants = named(
        plain={},
        one_group={"groups": 1},
        every_channel={"groups": 6},
        channels_first={"axis": 1, "groups": 3},
        middle={"axis": -2, "groups": 3},
        flat={"space": [], "offset": 0.0},
        unscaled={"affine": False},
        far={"offset": 100.0},
        functional={"spelling": "functional", "space": [5]},
    )
    quick: ClassVar[tuple[str, ...] | None] = ("plain", "one_group")
    without = {"far-*16": "with a mean of 100 rounding a half-precision input moves it by a tenth of the deviation"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(self.offset, 3.0, size=(2, *self.space, 6))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"gamma": rng.normal(size=6), "beta": rng.normal(size=6)} if self.affine else {}

    def keras(self, keras: Any) -> Any:
        return keras.layers.GroupNormalization(self.groups, axis=self.axis, center=self.affine, scale=self.affine)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return keras.ops.moveaxis(layer(keras.ops.moveaxis(x, -1, self.axis)), self.axis, -1)

    def torch(self, torch: Any) -> Any:
        if self.spelling == "functional":
            return lambda x, weight, bias: torch.nn.functional.group_norm(x, self.groups, weight, bias, 1e-3)
        return torch.nn.GroupNorm(self.groups, 6, eps=1e-3, affine=self.affine)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        names = {"gamma": "weight", "beta": "bias"}
        return {names[name]: value for name, value in weights.items()}

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}

    def reference(self, x: Any, gamma: Any = 1.0, beta: Any = 0.0) -> Any:
        parts = x.reshape(*x.shape[:-1], self.groups, -1)
        axes = (*range(1, x.ndim - 1), -1)
        parts = (parts - parts.mean(axes, keepdims=True)) / np.sqrt(parts.var(axes, keepdims=True) + 1e-3)
        return parts.reshape(x.shape) * gamma + beta

    @difference(
        replaces="torch_call",
        why="torch takes the variance of channels-last memory in one pass, Keras on torch that of any memory, which cancels",
        source="aten/src/ATen/native/cpu/group_norm_kernel.cpp, GroupNormKernelImplChannelsLastInternal; "
        "keras/src/backend/torch/nn.py, moments; docs/findings/group_norm_channels_last.py",
        sides=("torch", "keras-torch"),
        dtypes=("float32",),
        when=lambda case: case.offset > 10,
    )
    def variance_in_one_pass(self, torch: Any, module: Any, x: Any) -> Any:
        parts = x.reshape(len(x), self.groups, -1)
        mean = parts.mean(-1, keepdim=True)
        variance = (parts * parts).mean(-1, keepdim=True) - mean * mean
        parts = (parts - mean) * torch.rsqrt(variance + module.eps)
        shape = (-1, *[1] * len(self.space))
        return parts.reshape(x.shape) * module.weight.reshape(shape) + module.bias.reshape(shape)


class InstanceNormalization(GroupNormalization):
    """Each channel of each sample by itself: groups=-1; torch has modules of every rank, which learn nothing unless asked."""

    groups = -1
    space = (5,)
    variants = named(
        sequence={},
        image={"space": [3, 4]},
        volume={"space": [2, 3, 2], "affine": False},
        functional={"spelling": "functional", "space": [3, 4]},
        lazy_sequence={"spelling": "lazy"},
        lazy_image={"spelling": "lazy", "space": [3, 4]},
        lazy_volume={"spelling": "lazy", "space": [2, 3, 2]},
    )
    level = "standard"
    quick = None
    without = {}
    speed = None

    def torch(self, torch: Any) -> Any:
        rank, options = len(self.space), {"eps": 1e-3, "affine": self.affine}
        if self.spelling == "functional":
            return lambda x, weight, bias: torch.nn.functional.instance_norm(x, weight=weight, bias=bias, eps=1e-3)
        if self.spelling == "lazy":
            return materialized(
                torch,
                getattr(torch.nn, f"LazyInstanceNorm{rank}d")(**options, track_running_stats=False),
                (1, 6, *self.space),
            )
        return getattr(torch.nn, f"InstanceNorm{rank}d")(6, **options)

    def reference(self, x: Any, gamma: Any = 1.0, beta: Any = 0.0) -> Any:
        axes = tuple(range(1, x.ndim - 1))
        return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-3) * gamma + beta


class InstanceNormTracking(LayerCase):
    """torch's moving statistics of instances: the mean of the samples' means and of their unbiased variances."""

    training: bool = True
    variants = named(training={}, inference={"training": False})
    level = "standard"
    speed = None
    calls = 2

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(1.0, 2.0, size=(3, 5, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"mean": rng.normal(size=4), "variance": rng.uniform(0.5, 2.0, size=4)}

    def keras(self, keras: Any) -> Any:
        training = self.training

        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def build(self, shape: Any) -> None:
                self.mean = self.add_weight(shape=(4,), name="mean", trainable=False)
                self.variance = self.add_weight(shape=(4,), name="variance", trainable=False)

            def call(self, x: Any) -> Any:
                mean, variance = keras.ops.moments(x, axes=(1,), keepdims=True)
                if training:
                    n = x.shape[1]
                    self.mean.assign(0.9 * self.mean + 0.1 * keras.ops.mean(mean, (0, 1)))
                    unbiased = keras.ops.mean(variance, (0, 1)) * (n / (n - 1))
                    self.variance.assign(0.9 * self.variance + 0.1 * unbiased)
                else:
                    mean, variance = self.mean, self.variance
                return (x - mean) / keras.ops.sqrt(variance + 1e-5)

        return Layer()

    def torch(self, torch: Any) -> Any:
        return torch.nn.InstanceNorm1d(4, track_running_stats=True).train(self.training)

    def torch_weights(self, torch: Any, mean: Any, variance: Any) -> dict[str, Any]:
        return {"running_mean": mean, "running_var": variance}

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}

    def reference(self, x: Any, mean: Any, variance: Any) -> dict[str, Any]:
        if not self.training:
            y = (x - mean) / np.sqrt(variance + 1e-5)
            return {"y": y, "state mean": mean, "state variance": variance}
        y = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
        mean = 0.9 * mean + 0.1 * x.mean((0, 1))
        variance = 0.9 * variance + 0.1 * x.var(1, ddof=1).mean(0)
        return {"y": y, "state mean": mean, "state variance": variance}
