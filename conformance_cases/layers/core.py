"""Layers that begin, look up, mask or wrap."""

import math
from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, difference, distinct, grid, named


class Input(LayerCase):
    """A functional model of two Inputs, called with a list in order or with a dict by name in any order."""

    by_name: bool = False
    variants = grid(by_name=[False, True])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"zenith": rng.normal(size=(4, 3)), "azimuth": rng.normal(size=(4, 3))}

    def keras(self, keras: Any) -> Any:
        zenith, azimuth = keras.Input((3,), name="zenith"), keras.Input((3,), name="azimuth")
        inputs = {"zenith": zenith, "azimuth": azimuth} if self.by_name else [zenith, azimuth]
        return keras.Model(inputs, keras.layers.Subtract()([zenith, azimuth]))

    def keras_call(self, keras: Any, layer: Any, zenith: Any, azimuth: Any) -> Any:
        return layer({"azimuth": azimuth, "zenith": zenith} if self.by_name else [zenith, azimuth])

    def torch(self, torch: Any) -> Any:
        return lambda zenith, azimuth: zenith - azimuth

    def reference(self, zenith: Any, azimuth: Any) -> Any:
        return zenith - azimuth


class Activation(LayerCase):
    """A function by its Keras name; no input lies on a kink."""

    function: str = "relu"
    variants = grid(function=["relu", "gelu", "softmax", "hard_sigmoid", "tanh", "silu"])
    quick = ("default", "function=gelu", "function=softmax", "function=hard_sigmoid")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (6, 8))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Activation(self.function)

    def torch(self, torch: Any) -> Any:
        nn = torch.nn
        return {
            "relu": nn.ReLU(),
            "gelu": nn.GELU(),
            "softmax": nn.Softmax(dim=-1),
            "hard_sigmoid": nn.Hardsigmoid(),
            "tanh": nn.Tanh(),
            "silu": nn.SiLU(),
        }[self.function]

    def reference(self, x: Any) -> Any:
        if self.function == "relu":
            return np.maximum(x, 0)
        if self.function == "gelu":
            return x * np.vectorize(math.erfc)(-x / math.sqrt(2)) / 2
        if self.function == "softmax":
            return np.exp(x) / np.exp(x).sum(-1, keepdims=True)
        if self.function == "hard_sigmoid":
            return np.clip(x / 6 + 0.5, 0, 1)
        return np.tanh(x) if self.function == "tanh" else x / (1 + np.exp(-x))

    @difference(
        replaces="torch_call",
        why="the backward kernel of torch's hardsigmoid holds 1/6 in float32, whatever the dtype",
        source="aten/src/ATen/native/cpu/Activation.cpp, hardsigmoid_backward_kernel",
        when=lambda case: case.function == "hard_sigmoid",
    )
    def exact_sixth(self, torch: Any, module: Any, x: Any) -> Any:
        return torch.nn.functional.relu6(x + 3) / 6


class Embedding(LayerCase):
    """Rows by index; mask_zero only makes a mask, so that row 0 counts, unlike at torch's padding_idx."""

    mask_zero: bool = False
    length: int = 6
    spelling: str = "module"
    variants = grid(mask_zero=[False, True], length=[6]) | grid(length=[1, 40]) | grid(spelling=["functional"])
    quick = ("default", "mask_zero=True", "length=1", "length=40")
    speed = "quick"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.integers(0, 10, size=(4, self.length))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"embeddings": rng.normal(size=(10, 5))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Embedding(10, 5, mask_zero=self.mask_zero)

    def torch(self, torch: Any) -> Any:
        if self.spelling == "functional":
            return torch.nn.functional.embedding
        return torch.nn.Embedding(10, 5)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x)

    def torch_weights(self, torch: Any, embeddings: Any) -> dict[str, Any]:
        return {"weight": embeddings}

    def reference(self, x: Any, embeddings: Any) -> Any:
        return embeddings[x]


class Masking(LayerCase):
    """A step whose every feature is the mask value becomes zero and is left out by what follows."""

    mask_value: float = 0.0
    pooled: bool = False
    variants = named(zeros={}, pooled={"pooled": True}, minus_one={"mask_value": -1.0, "pooled": True})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        masked = np.zeros((3, 5, 4), bool)
        masked[0, 3:] = masked[1, 1] = masked[2, 2, 0] = True
        return {"x": rng.normal(size=(3, 5, 4)), "masked": masked}

    def keras(self, keras: Any) -> Any:
        masking = keras.layers.Masking(self.mask_value)
        return keras.Sequential([masking, keras.layers.GlobalAveragePooling1D()]) if self.pooled else masking

    def keras_call(self, keras: Any, layer: Any, x: Any, masked: Any) -> Any:
        return layer(keras.ops.where(masked, keras.ops.cast(self.mask_value, x.dtype), x))

    def torch(self, torch: Any) -> Any:
        def mask(x: Any, masked: Any) -> Any:
            x = x.masked_fill(masked, self.mask_value)
            kept = (x != self.mask_value).any(-1, keepdim=True)
            return (x * kept).sum(1) / kept.sum(1) if self.pooled else x * kept

        return mask

    def reference(self, x: Any, masked: Any) -> Any:
        x = np.where(masked, self.mask_value, x)
        kept = (x != self.mask_value).any(-1, keepdims=True)
        return (x * kept).sum(1) / kept.sum(1) if self.pooled else x * kept


class Lambda(LayerCase):
    """A user's function with an argument, wrapped as a layer."""

    scale: float = 1.0
    variants = grid(scale=[1.0, 0.1])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 3))}

    def keras(self, keras: Any) -> Any:
        arguments = {"scale": self.scale}
        return keras.layers.Lambda(lambda x, scale: keras.ops.tanh(x) * scale, arguments=arguments)

    def torch(self, torch: Any) -> Any:
        return lambda x: torch.tanh(x) * self.scale

    def reference(self, x: Any) -> Any:
        return np.tanh(x) * self.scale
