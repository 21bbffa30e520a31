"""Normalization."""

from typing import Any

import numpy as np

from conformance_cases.layers._spatial import materialized
from pytest_fwparity import LayerCase, difference, named


class BatchNormalization(LayerCase):
    """By batch or by moving statistics; Keras' momentum weighs the old value of these, torch's the new."""

    training: bool = True
    space: tuple[int, ...] = ()
    axis: int = -1
    synchronized: bool = False
    spelling: str = "module"
    momentum: float = 0.99
    affine: bool = True
    offset: float = 2.0
    variants = named(
        training={},
        inference={"training": False},
        image={"space": [3, 5], "momentum": 0.9, "offset": 1.0},
        unscaled={"affine": False},
        far={"offset": 30.0},
        sequence={"space": [3], "training": False, "axis": 1},
        volume={"space": [2, 1, 3], "momentum": 0.5},
        functional={"spelling": "functional"},
        lazy_sequence={"spelling": "lazy", "space": [3]},
        lazy_image={"spelling": "lazy", "space": [2, 2]},
        lazy_volume={"spelling": "lazy", "space": [2, 1, 2], "training": False},
        synchronized={"synchronized": True, "space": [2, 3], "training": False},
    )
    quick = ("training", "inference", "image", "unscaled", "far")
    without = {
        "far-bfloat16": "with a mean of 30 rounding a bfloat16 input moves it by a twentieth of the deviation",
        "keras-jax:synchronized-*": "Keras raises there: synchronized=True is only supported with the TensorFlow backend",
    }
    calls = 3
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(self.offset, 3.0, size=(4, *self.space, 4) if self.space else (8, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        moving = {"moving_mean": rng.normal(size=4), "moving_variance": rng.uniform(0.5, 2.0, size=4)}
        return {"gamma": rng.normal(size=4), "beta": rng.normal(size=4), **moving} if self.affine else moving

    def keras(self, keras: Any) -> Any:
        return keras.layers.BatchNormalization(
            axis=self.axis,
            momentum=self.momentum,
            epsilon=1e-3,
            center=self.affine,
            scale=self.affine,
            synchronized=self.synchronized,
        )

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        moved = keras.ops.moveaxis(x, -1, self.axis)
        return keras.ops.moveaxis(layer(moved, training=self.training), self.axis, -1)

    def torch(self, torch: Any) -> Any:
        options = {"eps": 1e-3, "momentum": 1 - self.momentum, "affine": self.affine}
        if self.spelling == "functional":
            return self._functional(torch)
        if self.synchronized:
            return torch.nn.SyncBatchNorm(4, **options).train(self.training)
        rank = max(len(self.space), 1)
        if self.spelling == "lazy":
            module = getattr(torch.nn, f"LazyBatchNorm{rank}d")(**options).train(self.training)
            return materialized(torch, module, (1, 4, *self.space))
        return getattr(torch.nn, f"BatchNorm{rank}d")(4, **options).train(self.training)

    def _functional(self, torch: Any) -> Any:
        class Module(torch.nn.BatchNorm1d):  # type: ignore[misc]
            def forward(self, x: Any) -> Any:
                given = (self.running_mean, self.running_var, self.weight, self.bias, self.training)
                return torch.nn.functional.batch_norm(x, *given, self.momentum, self.eps)

        return Module(4, eps=1e-3, momentum=1 - self.momentum).train(self.training)

    def torch_weights(self, torch: Any, moving_mean: Any, moving_variance: Any, **trained: Any) -> dict[str, Any]:
        names = {"gamma": "weight", "beta": "bias"}
        moving = {"running_mean": moving_mean, "running_var": moving_variance}
        return {**{names[name]: value for name, value in trained.items()}, **moving}

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}

    def reference(
        self, x: Any, moving_mean: Any, moving_variance: Any, gamma: Any = 1.0, beta: Any = 0.0
    ) -> dict[str, Any]:
        mean, variance = moving_mean, moving_variance
        if self.training:
            axes = tuple(range(x.ndim - 1))
            mean, variance = x.mean(axes), x.var(axes)
            moving_mean = self.momentum * moving_mean + (1 - self.momentum) * mean
            moving_variance = self.momentum * moving_variance + (1 - self.momentum) * variance
        y = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        return {"y": y, "state moving_mean": moving_mean, "state moving_variance": moving_variance}

    @difference(
        replaces="torch_call",
        why="torch moves the variance by the unbiased one of the batch, n / (n - 1) times that of Keras",
        source="torch.nn.BatchNorm1d documentation; keras/src/layers/normalization/batch_normalization.py",
        when=lambda case: case.training,
    )
    def biased_moving_variance(self, torch: Any, module: Any, x: Any) -> Any:
        kept, n = module.running_var * (1 - module.momentum), x.numel() // x.shape[1]
        y = module(x)
        module.running_var = kept + (module.running_var - kept) * (n - 1) / n
        return y

    @difference(
        replaces="torch_call",
        why="Keras on torch takes the variance in one pass, E[x^2] - E[x]^2, which cancels where the mean is large",
        source="keras/src/backend/torch/nn.py, moments",
        sides=("keras-torch",),
        dtypes=("float32",),
        when=lambda case: case.offset > 10,
    )
    def variance_in_one_pass(self, torch: Any, module: Any, x: Any) -> Any:
        mean = x.mean(0)
        variance = (x * x).mean(0) - mean * mean
        keep = 1 - module.momentum
        module.running_mean = keep * module.running_mean + module.momentum * mean
        module.running_var = keep * module.running_var + module.momentum * variance
        return (x - mean) * torch.rsqrt(variance + module.eps) * module.weight + module.bias


class LayerNormalization(LayerCase):
    """By sample over the last axes; Keras' epsilon is 1e-3, torch's 1e-5."""

    axes: int = 1
    scale: bool = True
    center: bool = True
    offset: float = 2.0
    spelling: str = "module"
    variants = named(
        plain={},
        two_axes={"axes": 2},
        uncentered={"center": False},
        bare={"center": False, "scale": False},
        far={"offset": 1000.0},
        functional={"spelling": "functional", "axes": 2},
    )
    quick = ("plain", "two_axes", "uncentered", "bare", "far")
    without = {
        "far-*16": "with a mean of 1000 one rounding of a half-precision input is as large as the deviation",
        "far-tf32": "with a mean of 1000 one rounding of an input to tf32 is as large as the deviation",
    }
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(self.offset, 3.0, size=(4, 6, 8))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (6, 8)[-self.axes :]
        made = {"gamma": rng.normal(size=shape)} if self.scale else {}
        return {**made, "beta": rng.normal(size=shape)} if self.center else made

    def keras(self, keras: Any) -> Any:
        axis = list(range(-self.axes, 0))
        return keras.layers.LayerNormalization(axis=axis, epsilon=1e-3, center=self.center, scale=self.scale)

    def torch(self, torch: Any) -> Any:
        shape = (6, 8)[-self.axes :]
        if self.spelling == "functional":
            return lambda x, weight, bias: torch.nn.functional.layer_norm(x, shape, weight, bias, 1e-3)
        return torch.nn.LayerNorm(shape, eps=1e-3, elementwise_affine=self.scale, bias=self.center)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        names = {"gamma": "weight", "beta": "bias"}
        return {names[name]: value for name, value in weights.items()}

    def reference(self, x: Any, gamma: Any = 1.0, beta: Any = 0.0) -> Any:
        axis = tuple(range(-self.axes, 0))
        centered = x - x.mean(axis, keepdims=True)
        return centered / np.sqrt(x.var(axis, keepdims=True) + 1e-3) * gamma + beta


class LayerNormalizationAcross(LayerCase):
    """Over an axis that is not the last; torch has the axis moved there."""

    axis: int = 1
    variants = named(one={}, minus_three={"axis": -3})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(2.0, 3.0, size=(2, 5, 3, 2))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"gamma": rng.normal(size=5), "beta": rng.normal(size=5)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.LayerNormalization(axis=self.axis)

    def torch(self, torch: Any) -> Any:
        return torch.nn.LayerNorm(5, eps=1e-3)

    def torch_weights(self, torch: Any, gamma: Any, beta: Any) -> dict[str, Any]:
        return {"weight": gamma, "bias": beta}

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x.movedim(1, -1)).movedim(-1, 1)

    def reference(self, x: Any, gamma: Any, beta: Any) -> Any:
        centered = x - x.mean(1, keepdims=True)
        shape = (5, 1, 1)
        return centered / np.sqrt(x.var(1, keepdims=True) + 1e-3) * gamma.reshape(shape) + beta.reshape(shape)
