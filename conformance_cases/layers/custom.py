"""Layers that a user writes on each side; the classes are made inside the hooks, where the framework is."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, grid


class Gate(LayerCase):
    """y = x * sigmoid(x @ kernel + bias), from ``add_weight`` and from ``Parameter``."""

    use_bias: bool = True
    variants = grid(use_bias=[True, False])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        kernel, bias = rng.normal(size=(6, 6)) / 2, rng.normal(size=6)
        return {"kernel": kernel, "bias": bias} if self.use_bias else {"kernel": kernel}

    def keras(self, keras: Any) -> Any:
        use_bias = self.use_bias

        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def build(self, shape: Any) -> None:
                self.kernel = self.add_weight(shape=(shape[-1], shape[-1]), name="kernel")
                self.bias = self.add_weight(shape=(shape[-1],), name="bias") if use_bias else 0.0

            def call(self, x: Any) -> Any:
                return x * keras.ops.sigmoid(keras.ops.matmul(x, self.kernel) + self.bias)

        return Layer()

    def torch(self, torch: Any) -> Any:
        use_bias = self.use_bias

        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.kernel = torch.nn.Parameter(torch.empty(6, 6))
                self.bias = torch.nn.Parameter(torch.empty(6)) if use_bias else 0.0

            def forward(self, x: Any) -> Any:
                return x * torch.sigmoid(x @ self.kernel + self.bias)

        return Module()

    def reference(self, x: Any, kernel: Any, bias: Any = 0.0) -> Any:
        return x / (1 + np.exp(-(x @ kernel + bias)))


class RunningScale(LayerCase):
    """A state of the user's own: divides by the moving largest size, which each call moves."""

    decay: float = 0.9
    variants = grid(decay=[0.9, 0.5])
    calls = 3

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"largest": rng.uniform(1.0, 2.0, size=6)}

    def keras(self, keras: Any) -> Any:
        decay = self.decay

        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def build(self, shape: Any) -> None:
                self.largest = self.add_weight(shape=(shape[-1],), name="largest", trainable=False)

            def call(self, x: Any) -> Any:
                seen = keras.ops.max(keras.ops.abs(x), axis=0)
                self.largest.assign(decay * self.largest + (1 - decay) * seen)
                return x / self.largest

        return Layer()

    def torch(self, torch: Any) -> Any:
        decay = self.decay

        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.largest: Any
                self.register_buffer("largest", torch.empty(6))

            def forward(self, x: Any) -> Any:
                self.largest = decay * self.largest + (1 - decay) * x.abs().amax(0)
                return x / self.largest

        return Module()
