"""Rows of a table: with a padding row, in bags, and back again to scores."""

import itertools
from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, distinct, named


class EmbeddingPadding(LayerCase):
    """The row at padding_idx is read like any other, but has no gradient, so that the gradient is no slope."""

    spelling: str = "module"
    padding: int = 0
    variants = named(first={}, last={"padding": -1}, functional={"spelling": "functional", "padding": 3})
    level = "standard"
    checks = ("agree", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x = rng.integers(0, 10, size=(4, 6))
        x[0, 0], x[3, 5] = self.padding % 10, (self.padding + 1) % 10
        return {"x": x}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"embeddings": rng.normal(size=(10, 5))}

    def keras(self, keras: Any) -> Any:
        padding = self.padding % 10

        class Padded(keras.layers.Embedding):  # type: ignore[misc]
            def call(self, x: Any) -> Any:
                rows = super().call(x)
                return keras.ops.where(keras.ops.equal(x, padding)[..., None], keras.ops.stop_gradient(rows), rows)

        return Padded(10, 5)

    def torch(self, torch: Any) -> Any:
        if self.spelling == "functional":
            return lambda x, weight: torch.nn.functional.embedding(x, weight, padding_idx=self.padding)
        return torch.nn.Embedding(10, 5, padding_idx=self.padding)

    def torch_weights(self, torch: Any, embeddings: Any) -> dict[str, Any]:
        return {"weight": embeddings}

    def reference(self, x: Any, embeddings: Any) -> Any:
        return embeddings[x]


class EmbeddingBag(LayerCase):
    """The sum, mean or largest of the rows of each bag; the third of four bags is empty, and gives zeros.

    Keras on torch fails in float64, rightly: docs/findings/torch_segment_reductions_in_float32.py.
    """

    mode: str = "sum"
    spelling: str = "module"
    offsets: bool = True
    weighted: bool = False
    padding: int | None = None
    last_offset: bool = False
    variants = named(
        sum={},
        mean={"mode": "mean"},
        max={"mode": "max"},
        weighted={"weighted": True, "spelling": "functional"},
        padding={"mode": "mean", "padding": 7},
        square={"mode": "mean", "offsets": False},
        last_offset={"last_offset": True},
        functional={"mode": "max", "spelling": "functional", "padding": 7},
    )
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        given: dict[str, Any] = {"ids": rng.permutation(10)[:9]}
        if not self.offsets:
            return {"ids": given["ids"].reshape(3, 3)}
        if self.padding is not None:
            given["ids"][given["ids"] == self.padding] = given["ids"][0]
            given["ids"][0] = self.padding
        given["offsets"] = np.array(_BAGS[: 5 if self.last_offset else 4])
        return {**given, "share": rng.normal(size=9)} if self.weighted else given

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"embeddings": 0.9 * distinct(rng, (10, 5))}

    def keras(self, keras: Any) -> Any:
        ops, mode, padding = keras.ops, self.mode, self.padding
        bags, count = (np.repeat(range(4), np.diff(_BAGS)), 4) if self.offsets else (np.repeat(range(3), 3), 3)

        class Bag(keras.layers.Layer):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.embedding = keras.layers.Embedding(10, 5)

            def call(self, ids: Any, share: Any = None) -> Any:
                ids = ops.reshape(ids, (-1,))
                rows = self.embedding(ids)
                rows = rows if share is None else rows * share[:, None]
                held = ops.convert_to_tensor(bags, "int32")  # a row more for what is left out
                held = held if padding is None else ops.where(ops.equal(ids, padding), count, held)
                filled = ops.segment_sum(ops.ones_like(held), held, num_segments=count + 1)[:count, None]
                if mode == "max":
                    y = ops.segment_max(rows, held, num_segments=count + 1)[:count]
                    return ops.where(ops.greater(filled, 0), y, ops.zeros_like(y))
                y = ops.segment_sum(rows, held, num_segments=count + 1)[:count]
                return y / ops.cast(ops.maximum(filled, 1), y.dtype) if mode == "mean" else y

        return Bag()

    def keras_call(self, keras: Any, layer: Any, ids: Any, offsets: Any = None, share: Any = None) -> Any:
        return layer(ids, share=share)

    def torch(self, torch: Any) -> Any:
        options = {"mode": self.mode, "padding_idx": self.padding, "include_last_offset": self.last_offset}
        if self.spelling == "functional":
            bag = torch.nn.functional.embedding_bag
            return lambda ids, offsets, weight, share=None: bag(
                ids, weight, offsets, per_sample_weights=share, **options
            )
        return torch.nn.EmbeddingBag(10, 5, **options)

    def torch_call(self, torch: Any, module: Any, ids: Any, offsets: Any = None, share: Any = None) -> Any:
        return module(ids, offsets) if share is None else module(ids, offsets, share=share)

    def torch_weights(self, torch: Any, embeddings: Any) -> dict[str, Any]:
        return {"weight": embeddings}

    def reference(self, ids: Any, embeddings: Any, offsets: Any = None, share: Any = 1.0) -> Any:
        ends = _BAGS if self.offsets else (0, 3, 6, 9)
        ids, share, y = ids.reshape(-1), share * np.ones(9), []
        for begin, end in itertools.pairwise(ends):
            held = [at for at in range(begin, end) if ids[at] != self.padding]
            rows = embeddings[ids[held]] * share[held][:, None] if held else np.zeros((1, 5))
            y.append({"sum": rows.sum, "mean": rows.mean, "max": rows.max}[self.mode](0))
        return np.stack(y)


#: where the bags begin, and the end of the last
_BAGS = (0, 4, 6, 6, 9)


class ReversibleEmbedding(LayerCase):
    """Rows by index and, reversed, scores of every row: x @ embeddings.T, or by a matrix of its own; softly capped."""

    tied: bool = True
    cap: float | None = None
    variants = named(tied={}, untied={"tied": False}, capped={"cap": 2.0})
    level = "standard"
    #: docs/findings/jax_python_float_under_bfloat16.py
    without = {
        "keras-jax:capped-bfloat16": "Keras on JAX divides by a Python float in float32 where floatx is bfloat16"
    }
    outputs = ("rows", "scores")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"ids": rng.integers(0, 10, size=(2, 4)), "x": rng.normal(size=(2, 4, 5))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {"embeddings": rng.normal(size=(10, 5))}
        return made if self.tied else {**made, "reverse_embeddings": rng.normal(size=(5, 10))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.ReversibleEmbedding(10, 5, tie_weights=self.tied, logit_soft_cap=self.cap)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        made = {"embeddings": layer.embeddings}
        return made if self.tied else {**made, "reverse_embeddings": layer.reverse_embeddings}

    def keras_call(self, keras: Any, layer: Any, ids: Any, x: Any) -> Any:
        return layer(ids), layer(x, reverse=True)

    def torch(self, torch: Any) -> Any:
        def run(ids: Any, x: Any, embeddings: Any, reverse_embeddings: Any = None) -> Any:
            functional = torch.nn.functional
            scores = functional.linear(x, embeddings if reverse_embeddings is None else reverse_embeddings.T)
            capped = scores if self.cap is None else torch.tanh(scores / self.cap) * self.cap
            return functional.embedding(ids, embeddings), capped

        return run

    def reference(self, ids: Any, x: Any, embeddings: Any, reverse_embeddings: Any = None) -> Any:
        scores = x @ (embeddings.T if reverse_embeddings is None else reverse_embeddings)
        return embeddings[ids], scores if self.cap is None else np.tanh(scores / self.cap) * self.cap
