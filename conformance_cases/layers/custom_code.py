"""Code that people write around layers: gradients of their own, nested inputs, shared layers, batches of any length."""

from typing import Any

import numpy as np

from conformance_cases.layers._steps import START, OnCudnn, step
from pytest_fwparity import FunctionCase, LayerCase, named


class CustomGradient(FunctionCase):
    """log(1 + exp(x)) with a gradient that does not overflow: keras.ops.custom_gradient, torch.autograd.Function."""

    scaled: bool = False
    variants = named(plain={}, scaled={"scaled": True})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.normal(0.0, 2.0, size=(3, 4))
        return {"x": x, "scale": rng.uniform(0.5, 1.5, size=4)} if self.scaled else {"x": x}

    def keras(self, keras: Any, x: Any, scale: Any = None) -> Any:
        ops = keras.ops

        @ops.custom_gradient  # type: ignore[untyped-decorator]
        def soft(x: Any) -> Any:
            grown = ops.exp(x)

            def gradient(*args: Any, upstream: Any = None) -> Any:
                return (args[0] if upstream is None else upstream) * (1 - 1 / (1 + grown))

            return ops.log(1 + grown), gradient

        return soft(x) if scale is None else soft(x * scale) / scale

    def torch(self, torch: Any, x: Any, scale: Any = None) -> Any:
        class Soft(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(context: Any, x: Any) -> Any:
                grown = torch.exp(x)
                context.save_for_backward(grown)
                return torch.log(1 + grown)

            @staticmethod
            def backward(context: Any, upstream: Any) -> Any:
                (grown,) = context.saved_tensors
                return upstream * (1 - 1 / (1 + grown))

        return Soft.apply(x) if scale is None else Soft.apply(x * scale) / scale

    def reference(self, x: Any, scale: Any = 1.0) -> Any:
        return np.logaddexp(0, x * scale) / scale


class GradientReversal(FunctionCase):
    """tanh(x), whose gradient is turned round and shrunk on its way back, so that it is no slope."""

    level = "standard"
    checks = ("agree", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(3, 4))}

    def keras(self, keras: Any, x: Any) -> Any:
        @keras.ops.custom_gradient  # type: ignore[untyped-decorator]
        def reversal(x: Any) -> Any:
            def gradient(*args: Any, upstream: Any = None) -> Any:
                return -0.1 * (args[0] if upstream is None else upstream)

            return x * 1, gradient

        return keras.ops.tanh(reversal(x))

    def torch(self, torch: Any, x: Any) -> Any:
        class Reversal(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(context: Any, x: Any) -> Any:
                return x.view_as(x)

            @staticmethod
            def backward(context: Any, upstream: Any) -> Any:
                return -0.1 * upstream

        return torch.tanh(Reversal.apply(x))

    def reference(self, x: Any) -> Any:
        return np.tanh(x)


class NestedInputs(LayerCase):
    """A dict that holds an array and a list of two, and a dict that comes back."""

    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        pair = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
        return {"given": {"one": rng.normal(size=(4, 3)), "pair": pair, "ids": rng.integers(0, 3, 4)}}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(3, 3))}

    def keras(self, keras: Any) -> Any:
        class Layer(keras.layers.Layer):  # type: ignore[misc]
            def build(self, shape: Any) -> None:
                self.kernel = self.add_weight(shape=(3, 3), name="kernel")

            def call(self, given: Any) -> Any:
                (first, second), one = given["pair"], given["one"]
                chosen = keras.ops.take(self.kernel, given["ids"], axis=0)
                return {"sum": first + keras.ops.matmul(second, self.kernel), "more": {"product": one * chosen}}

        return Layer()

    def torch(self, torch: Any) -> Any:
        class Module(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.kernel = torch.nn.Parameter(torch.empty(3, 3))

            def forward(self, given: Any) -> Any:
                (first, second), one = given["pair"], given["one"]
                return {"sum": first + second @ self.kernel, "more": {"product": one * self.kernel[given["ids"]]}}

        return Module()


class SharedLayer(LayerCase):
    """One layer called on two inputs of a functional model: one weight, whose gradient is the sum of both uses."""

    subclassed: bool = False
    variants = named(functional={}, subclassed={"subclassed": True})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"left": rng.normal(size=(4, 3)), "right": rng.normal(size=(4, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(3, 5)) / 3, "bias": rng.normal(size=5) / 3}

    def keras(self, keras: Any) -> Any:
        if self.subclassed:

            class Twins(keras.Model):  # type: ignore[misc]
                def __init__(self) -> None:
                    super().__init__()
                    self.dense = keras.layers.Dense(5, activation="tanh")

                def call(self, inputs: Any) -> Any:
                    left, right = inputs
                    return self.dense(left) * self.dense(right)

            return Twins()
        left, right = keras.Input((3,)), keras.Input((3,))
        dense = keras.layers.Dense(5, activation="tanh")
        return keras.Model([left, right], keras.layers.Multiply()([dense(left), dense(right)]))

    def keras_call(self, keras: Any, layer: Any, left: Any, right: Any) -> Any:
        return layer([left, right])

    def torch(self, torch: Any) -> Any:
        class Twins(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.dense = torch.nn.Linear(3, 5)

            def forward(self, left: Any, right: Any) -> Any:
                return torch.tanh(self.dense(left)) * torch.tanh(self.dense(right))

        return Twins()

    def torch_weights(self, torch: Any, kernel: Any, bias: Any) -> dict[str, Any]:
        return {"dense.weight": kernel.T, "dense.bias": bias}

    def reference(self, left: Any, right: Any, kernel: Any, bias: Any) -> Any:
        return np.tanh(left @ kernel + bias) * np.tanh(right @ kernel + bias)


class ConfiguredLayer(LayerCase):
    """A layer that says how it is configured, around one of Keras' own: saved and loaded, it must compute the same."""

    factor: float = 0.1
    activation: str = "tanh"
    variants = named(tanh={}, linear={"activation": "linear", "factor": 0.3})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 3))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"kernel": rng.normal(size=(3, 3)) / 3, "bias": rng.normal(size=3) / 3, "gain": rng.normal(size=3)}

    def keras(self, keras: Any) -> Any:
        class Residual(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self, inner: Any, factor: float, **options: Any) -> None:
                super().__init__(**options)
                self.inner, self.factor = inner, factor

            def build(self, shape: Any) -> None:
                if not self.inner.built:
                    self.inner.build(shape)
                self.gain = self.add_weight(shape=(shape[-1],), name="gain")

            def call(self, x: Any) -> Any:
                return x * self.gain + self.factor * self.inner(x)

            def get_config(self) -> dict[str, Any]:
                inner = keras.saving.serialize_keras_object(self.inner)
                return {**super().get_config(), "inner": inner, "factor": self.factor}

            @classmethod
            def from_config(cls, config: dict[str, Any]) -> Any:
                return cls(keras.saving.deserialize_keras_object(config.pop("inner")), **config)

        return Residual(keras.layers.Dense(3, activation=self.activation), self.factor)

    def torch(self, torch: Any) -> Any:
        factor, activation = self.factor, torch.tanh if self.activation == "tanh" else torch.nn.Identity()

        class Residual(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.inner, self.gain = torch.nn.Linear(3, 3), torch.nn.Parameter(torch.empty(3))

            def forward(self, x: Any) -> Any:
                return x * self.gain + factor * activation(self.inner(x))

        return Residual()

    def torch_weights(self, torch: Any, kernel: Any, bias: Any, gain: Any) -> dict[str, Any]:
        return {"inner.weight": kernel.T, "inner.bias": bias, "gain": gain}

    def reference(self, x: Any, kernel: Any, bias: Any, gain: Any) -> Any:
        y = x @ kernel + bias
        return x * gain + self.factor * (np.tanh(y) if self.activation == "tanh" else y)


class VariableLength(OnCudnn):
    """Batches of any size and length, one after the other, through the same embedding and LSTM."""

    calls = 3
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"ids": rng.integers(1, 7, size=(int(rng.integers(1, 5)), int(rng.integers(1, 8))))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"embeddings": (7, 3), "kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)}
        return {name: rng.normal(size=shape) / 2 for name, shape in shapes.items()}

    def keras(self, keras: Any) -> Any:
        return keras.Sequential([keras.layers.Embedding(7, 3, mask_zero=True), keras.layers.LSTM(4, **START)])

    def torch(self, torch: Any) -> Any:
        class Model(torch.nn.Module):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.table, self.lstm = torch.nn.Embedding(7, 3), torch.nn.LSTM(3, 4, batch_first=True)

            def forward(self, ids: Any) -> Any:
                return self.lstm(self.table(ids))[1][0][0]

        return Model()

    def torch_weights(
        self, torch: Any, embeddings: Any, kernel: Any, recurrent_kernel: Any, bias: Any
    ) -> dict[str, Any]:
        made = {"weight_ih_l0": kernel.T, "weight_hh_l0": recurrent_kernel.T, "bias_ih_l0": bias}
        made["bias_hh_l0"] = torch.zeros_like(bias)
        return {"table.weight": embeddings, **{f"lstm.{name}": value for name, value in made.items()}}

    def reference(self, ids: Any, embeddings: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
        states: Any = [np.zeros((len(ids), 4))] * 2
        for now in np.moveaxis(embeddings[ids], 1, 0):
            states = step("LSTM", now, states, kernel, recurrent_kernel, bias)
        return states[0]


class MaskPassedOn(LayerCase):
    """The mask of Embedding or Masking reaches the LSTM behind it through a Dense, unasked."""

    source: str = "Embedding"
    variants = named(embedding={}, masking={"source": "Masking"})
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        kept = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
        if self.source == "Embedding":
            return {"x": rng.integers(1, 7, size=(3, 5)) * kept}
        return {"x": rng.uniform(0.5, 1.5, size=(3, 5, 3)) * kept[..., None]}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        shapes = {"dense_kernel": (3, 3), "dense_bias": (3,), "kernel": (3, 16), "recurrent_kernel": (4, 16)}
        made = {name: rng.normal(size=shape) / 2 for name, shape in {**shapes, "lstm_bias": (16,)}.items()}
        return {"embeddings": rng.normal(size=(7, 3)), **made} if self.source == "Embedding" else made

    def keras(self, keras: Any) -> Any:
        layers = keras.layers
        first = layers.Embedding(7, 3, mask_zero=True) if self.source == "Embedding" else layers.Masking()
        return keras.Sequential([first, layers.Dense(3, name="dense"), layers.LSTM(4, name="lstm", **START)])

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        first, dense, lstm = layer.layers
        found = {"dense_kernel": dense.kernel, "dense_bias": dense.bias, "kernel": lstm.cell.kernel}
        found |= {"recurrent_kernel": lstm.cell.recurrent_kernel, "lstm_bias": lstm.cell.bias}
        return {"embeddings": first.embeddings, **found} if self.source == "Embedding" else found

    def torch(self, torch: Any) -> Any:
        def run(x: Any, embeddings: Any = None, **w: Any) -> Any:
            kept = (x != 0) if embeddings is not None else (x != 0).any(-1)
            x = (x if embeddings is None else embeddings[x]) @ w["dense_kernel"] + w["dense_bias"]
            h = c = x.new_zeros(3, 4)
            for now, mask in zip(x.unbind(1), kept.unbind(1), strict=True):
                i, f, g, o = (now @ w["kernel"] + h @ w["recurrent_kernel"] + w["lstm_bias"]).chunk(4, -1)
                after = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.where(mask[:, None], torch.sigmoid(o) * torch.tanh(after), h)
                c = torch.where(mask[:, None], after, c)
            return h

        return run

    def reference(self, x: Any, embeddings: Any = None, **w: Any) -> Any:
        kept = (x != 0) if embeddings is not None else (x != 0).any(-1)
        x = (x if embeddings is None else embeddings[x]) @ w["dense_kernel"] + w["dense_bias"]
        states: Any = [np.zeros((3, 4))] * 2
        for now, mask in zip(np.moveaxis(x, 1, 0), kept.T, strict=True):
            after = step("LSTM", now, states, w["kernel"], w["recurrent_kernel"], w["lstm_bias"])
            states = [np.where(mask[:, None], new, old) for new, old in zip(after, states, strict=True)]
        return states[0]
