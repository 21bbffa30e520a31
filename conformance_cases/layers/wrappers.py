"""Layers around layers: one step at a time, both ways, a weight divided by its norm, a loss beside the output."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.layers._steps import START, OnCudnn, draw, step, to_torch
from pytest_fwparity import FunctionCase, LayerCase, named


class TimeDistributed(LayerCase):
    """The inner layer at every step: torch applies it to batch and time as one axis."""

    inner: str = "Dense"
    variants = named(dense={}, conv={"inner": "Conv1D"})
    quick = ("dense",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(2, 3, 4) if self.inner == "Dense" else (2, 3, 6, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(4, 5) if self.inner == "Dense" else (3, 4, 5)), "bias": rng.normal(size=5)}

    def keras(self, keras: Any) -> Any:
        inner = keras.layers.Dense(5) if self.inner == "Dense" else keras.layers.Conv1D(5, 3)
        return keras.layers.TimeDistributed(inner)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Linear(4, 5) if self.inner == "Dense" else torch.nn.Conv1d(4, 5, 3)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        flat = x.flatten(0, 1)
        y = module(flat) if self.inner == "Dense" else module(flat.mT).mT
        return y.unflatten(0, x.shape[:2])

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"weight": kernel.T if self.inner == "Dense" else kernel.permute(2, 1, 0), "bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        if self.inner == "Dense":
            return x @ kernel + bias
        return sum(x[:, :, at : at + 4] @ kernel[at] for at in range(3)) + bias


class BidirectionalMerge(OnCudnn):
    """Both directions joined, added, multiplied, averaged or apart; the second may be a layer of another kind."""

    merge: str | None = "sum"
    backward: str = "GRU"
    sequences: bool = True
    variants = named(
        sum={},
        mul={"merge": "mul"},
        ave={"merge": "ave", "sequences": False},
        concat={"merge": "concat"},
        apart={"merge": None},
        unlike={"merge": "concat", "backward": "SimpleRNN"},
    )
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 5, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        ways = {"forward": "GRU", "backward": self.backward}
        return {f"{way}_{name}": value for way, cell in ways.items() for name, value in draw(rng, cell).items()}

    def keras(self, keras: Any) -> Any:
        forward = keras.layers.GRU(5, return_sequences=self.sequences, **START)
        second = None
        if self.backward != "GRU":
            second = keras.layers.SimpleRNN(5, return_sequences=self.sequences, go_backwards=True, **START)
        return keras.layers.Bidirectional(forward, merge_mode=self.merge, backward_layer=second)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        ways = {"forward": layer.forward_layer.cell, "backward": layer.backward_layer.cell}
        names = ("kernel", "recurrent_kernel", "bias")
        return {f"{way}_{name}": getattr(cell, name) for way, cell in ways.items() for name in names}

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        y = layer(x)
        return {"first": y[0], "second": y[1]} if self.merge is None else {"y": y}

    def torch(self, torch: Any) -> Any:
        class Both(torch.nn.Module):  # type: ignore[misc]
            def __init__(self, kind: Any) -> None:
                super().__init__()
                self.forwards = torch.nn.GRU(3, 5, batch_first=True)
                self.backwards = kind(3, 5, batch_first=True)

            def forward(self, x: Any) -> Any:
                (y, h), (back, last) = self.forwards(x), self.backwards(x.flip(1))
                return y, back.flip(1), h[0], last[0]

        return Both(torch.nn.GRU if self.backward == "GRU" else torch.nn.RNN)

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        y, back, h, last = module(x)
        first, second = (y, back) if self.sequences else (h, last)
        if self.merge is None:
            return {"first": first, "second": second}
        if self.merge == "concat":
            return {"y": torch.cat([first, second], -1)}
        joined = {"sum": first + second, "mul": first * second, "ave": (first + second) / 2}
        return {"y": joined[self.merge]}

    tanh_of_cudnn = OnCudnn.tanh_of_cudnn

    def torch_weights(self, torch: Any, **weights: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for way, cell in {"forward": "GRU", "backward": self.backward}.items():
            own = {name: weights[f"{way}_{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
            made |= {f"{way}s.{key}": value for key, value in to_torch(torch, cell, **own, end="_l0").items()}
        return made

    def reference(self, x: Any, **weights: Any) -> Any:
        made = []
        for way, cell in {"forward": "GRU", "backward": self.backward}.items():
            own = [weights[f"{way}_{name}"] for name in ("kernel", "recurrent_kernel", "bias")]
            states: Any = [np.zeros((len(x), 5))]
            y = []
            for now in np.moveaxis(x if way == "forward" else x[:, ::-1], 1, 0):
                states = step(cell, now, states, *own)
                y.append(states[0])
            made.append(np.stack(y if way == "forward" else y[::-1], 1) if self.sequences else y[-1])
        first, second = made
        if self.merge is None:
            return {"first": first, "second": second}
        joined = {"sum": first + second, "mul": first * second, "ave": (first + second) / 2}
        return {"y": joined.get(self.merge, np.concatenate(made, -1))}


class SpectralNormalization(LayerCase):
    """Training divides the kernel by its largest singular value, as power iteration from the kept vector sees it."""

    iterations: int = 1
    training: bool = True
    variants = named(once={}, thrice={"iterations": 3}, inference={"training": False})
    level = "standard"
    checks = ("agree", "repeat")  # no gradient flows through the vector, so that the gradient is no slope

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(4, 5)), "bias": rng.normal(size=5), "vector_u": rng.normal(size=(1, 5))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.SpectralNormalization(keras.layers.Dense(5), power_iterations=self.iterations)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=self.training)

    def torch(self, torch: Any) -> Any:
        case, normalize = self, torch.nn.functional.normalize

        class Normalized(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.weight = torch.nn.Parameter(torch.empty(4, 5))
                self.bias = torch.nn.Parameter(torch.empty(5))
                self.u: Any
                self.register_buffer("u", torch.empty(1, 5))

            def forward(self, x: Any) -> Any:
                if not case.training:
                    return x @ self.weight + self.bias
                u = self.u
                with torch.no_grad():
                    for _ in range(case.iterations):
                        v = normalize(u @ self.weight.T)
                        u = normalize(v @ self.weight)
                self.u = u
                return x @ (self.weight / (v @ self.weight @ u.T)) + self.bias

        return Normalized()

    def torch_weights(self, torch: Any, kernel: Any, bias: Any, vector_u: Any) -> dict[str, Any]:
        return {"weight": kernel, "bias": bias, "u": vector_u}

    def reference(self, x: Any, kernel: Any, bias: Any, vector_u: Any) -> Any:
        u = vector_u
        if not self.training:
            return {"y": x @ kernel + bias, "state vector_u": u}
        for _ in range(self.iterations):
            v = u @ kernel.T / np.linalg.norm(u @ kernel.T)
            u = v @ kernel / np.linalg.norm(v @ kernel)
        return {"y": x @ (kernel / (v @ kernel @ u.T)) + bias, "state vector_u": u}


class ActivityRegularization(LayerCase):
    """y = x, beside a loss of l1 |x| + l2 x², summed and divided by the batch."""

    l1: float = 0.01
    l2: float = 0.003
    variants = named(both={}, squares={"l1": 0.0})
    level = "standard"
    outputs = ("y", "loss")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.choice([-1.0, 1.0], size=(4, 3)) * rng.uniform(0.2, 2.0, size=(4, 3))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.ActivityRegularization(self.l1, self.l2)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x), layer.activity_regularizer(x) / len(x)

    def torch(self, torch: Any) -> Any:
        return lambda x: (x, (self.l1 * x.abs().sum() + self.l2 * x.square().sum()) / len(x))

    def reference(self, x: Any) -> Any:
        return x, (self.l1 * np.abs(x).sum() + self.l2 * np.square(x).sum()) / len(x)


class Pipeline(LayerCase):
    """Layers in a row that are one layer."""

    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(4, 5)) / 2, "bias": rng.normal(size=5) / 3}

    def keras(self, keras: Any) -> Any:
        layers = [keras.layers.Rescaling(0.1, -0.5), keras.layers.Dense(5), keras.layers.Activation("tanh")]
        return keras.layers.Pipeline(layers)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Sequential(torch.nn.Identity(), torch.nn.Linear(4, 5), torch.nn.Tanh())

    def torch_call(self, torch: Any, module: Any, x: Any) -> Any:
        return module(x * 0.1 - 0.5)

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"1.weight": kernel.T, "1.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return np.tanh((x * 0.1 - 0.5) @ kernel + bias)


class Wrapper(LayerCase):
    """A wrapper of the user's own: x + layer(x), the inner layer built and its weights found by the base class."""

    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(4, 4)) / 3, "bias": rng.normal(size=4) / 3}

    def keras(self, keras: Any) -> Any:
        class Residual(keras.layers.Wrapper):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                return x + self.layer(x)

        return Residual(keras.layers.Dense(4, activation="tanh"))

    def torch(self, torch: Any) -> Any:
        class Residual(torch.nn.Module):  # type: ignore[misc]
            def __init__(self, inner: Any) -> None:
                super().__init__()
                self.inner = inner

            def forward(self, x: Any) -> Any:
                return x + torch.tanh(self.inner(x))

        return Residual(torch.nn.Linear(4, 4))

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"inner.weight": kernel.T, "inner.bias": bias}

    def reference(self, x: Any, kernel: Any, bias: Any) -> Any:
        return x + np.tanh(x @ kernel + bias)


class TorchModuleWrapper(FunctionCase):
    """A torch module as a Keras layer, which Keras has on its torch backend alone; its weights stay torch's own."""

    without: ClassVar[dict[str, str]] = {
        "keras-tensorflow:*": "a torch module is a Keras layer on Keras' torch backend alone",
        "keras-jax:*": "a torch module is a Keras layer on Keras' torch backend alone",
    }
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        import torch

        return keras.layers.TorchModuleWrapper(_linear(torch, x))(x)

    def torch(self, torch: Any, x: Any) -> Any:
        return _linear(torch, x)(x)

    def reference(self, x: Any) -> Any:
        return x @ _WEIGHT.T + _BIAS


#: on the grid of every dtype
_WEIGHT, _BIAS = np.arange(-10, 10).reshape(5, 4) / 8, np.arange(5) / 4


def _linear(torch: Any, x: Any) -> Any:
    """A module with weights that are given, of the dtype of ``x``."""
    module = torch.nn.Linear(4, 5).to(device=x.device, dtype=x.dtype)
    module.load_state_dict({"weight": torch.as_tensor(_WEIGHT), "bias": torch.as_tensor(_BIAS)})
    return module
