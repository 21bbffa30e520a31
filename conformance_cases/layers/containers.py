"""What holds layers and parameters: in a row, in lists, in dicts; every weight inside must be found and trained."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, named


class Sequential(LayerCase):
    """Layers in a row, also in a row within a row."""

    nested: bool = False
    variants = named(flat={}, nested={"nested": True})
    quick = ("flat",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        sizes = {"first": (6, 5), "second": (5, 3)}
        made = {f"{name}_kernel": rng.normal(size=size) / 3 for name, size in sizes.items()}
        return {**made, **{f"{name}_bias": rng.normal(size=size[1]) / 3 for name, size in sizes.items()}}

    def keras(self, keras: Any) -> Any:
        layers = keras.layers
        row = [layers.Dense(5, name="first"), layers.Activation("tanh"), layers.Identity()]
        last = layers.Dense(3, name="second")
        return keras.Sequential([keras.Sequential(row), last] if self.nested else [*row, last])

    def torch(self, torch: Any) -> Any:
        nn = torch.nn
        row = [nn.Linear(6, 5), nn.Tanh(), nn.Identity()]
        last = nn.Linear(5, 3)
        return nn.Sequential(nn.Sequential(*row), last) if self.nested else nn.Sequential(*row, last)

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        first, second = ("0.0", "1") if self.nested else ("0", "3")
        return {
            f"{first}.weight": weights["first_kernel"].T,
            f"{first}.bias": weights["first_bias"],
            f"{second}.weight": weights["second_kernel"].T,
            f"{second}.bias": weights["second_bias"],
        }

    def reference(self, x: Any, **weights: Any) -> Any:
        hidden = np.tanh(x @ weights["first_kernel"] + weights["first_bias"])
        return hidden @ weights["second_kernel"] + weights["second_bias"]


class _Held(LayerCase, abstract=True):
    """Three kernels that are added up, each times tanh(x); both sides hold them in a container of some kind."""

    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 5))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {f"kernel_{at}": rng.normal(size=(5, 3)) for at in range(3)}

    def reference(self, x: Any, **weights: Any) -> Any:
        return np.tanh(x) @ sum((at + 1) * weights[f"kernel_{at}"] for at in range(3))


class ModuleList(_Held):
    """A list of layers that is an attribute."""

    def keras(self, keras: Any) -> Any:
        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.parts = [keras.layers.Dense(3, use_bias=False) for _ in range(2)]
                self.parts.append(keras.layers.Dense(3, use_bias=False))

            def call(self, x: Any) -> Any:
                return sum((at + 1) * part(keras.ops.tanh(x)) for at, part in enumerate(self.parts))

        return Layer()

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        return {f"kernel_{at}": part.kernel for at, part in enumerate(layer.parts)}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x)

    def torch(self, torch: Any) -> Any:
        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.parts = torch.nn.ModuleList(torch.nn.Linear(5, 3, bias=False) for _ in range(2))
                self.parts.append(torch.nn.Linear(5, 3, bias=False))

            def forward(self, x: Any) -> Any:
                return sum((at + 1) * part(torch.tanh(x)) for at, part in enumerate(self.parts))

        return Module()

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return {f"parts.{at}.weight": weights[f"kernel_{at}"].T for at in range(3)}


class ModuleDict(_Held):
    """A dict of layers that is an attribute, and a dict within it on Keras' side."""

    def keras(self, keras: Any) -> Any:
        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.parts = {str(at): keras.layers.Dense(3, use_bias=False) for at in range(2)}
                self.parts["2"] = keras.layers.Dense(3, use_bias=False)

            def call(self, x: Any) -> Any:
                return sum((int(at) + 1) * part(keras.ops.tanh(x)) for at, part in self.parts.items())

        return Layer()

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        return {f"kernel_{at}": part.kernel for at, part in layer.parts.items()}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x)

    def torch(self, torch: Any) -> Any:
        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.parts = torch.nn.ModuleDict({str(at): torch.nn.Linear(5, 3, bias=False) for at in range(2)})
                self.parts["2"] = torch.nn.Linear(5, 3, bias=False)

            def forward(self, x: Any) -> Any:
                return sum((int(at) + 1) * part(torch.tanh(x)) for at, part in self.parts.items())

        return Module()

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return {f"parts.{at}.weight": weights[f"kernel_{at}"].T for at in range(3)}


class ParameterList(_Held):
    """A list of weights that is an attribute, or a dict of them."""

    spelling: str = "list"
    variants = named(list={}, dict={"spelling": "dict"})

    def keras(self, keras: Any) -> Any:
        spelling = self.spelling

        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def build(self, shape: Any) -> None:
                made = [self.add_weight(shape=(shape[-1], 3), name=f"kernel_{at}") for at in range(3)]
                self.kernels: Any = made if spelling == "list" else {str(at): kernel for at, kernel in enumerate(made)}

            def call(self, x: Any) -> Any:
                kernels = self.kernels if spelling == "list" else self.kernels.values()
                return sum((at + 1) * keras.ops.matmul(keras.ops.tanh(x), w) for at, w in enumerate(kernels))

        return Layer()

    def torch(self, torch: Any) -> Any:
        nn, spelling = torch.nn, self.spelling

        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                made = [nn.Parameter(torch.empty(5, 3)) for _ in range(3)]
                named = {str(at): kernel for at, kernel in enumerate(made)}
                self.kernels: Any = nn.ParameterList(made) if spelling == "list" else nn.ParameterDict(named)

            def forward(self, x: Any) -> Any:
                kernels = self.kernels if spelling == "list" else self.kernels.values()
                return sum((at + 1) * torch.tanh(x) @ w for at, w in enumerate(kernels))

        return Module()

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        return {f"kernels.{at}": weights[f"kernel_{at}"] for at in range(3)}
