"""Metrics as functions: one value per sample; the classes have cases of their own."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, grid, named

FLOAT32 = {
    f"keras-tensorflow:*-{kind}": "no kernel but of float32 (docs/findings/keras_tensorflow_top_k_accuracy_dtype.py)"
    for kind in ("float64", "bfloat16", "float16")
}

BOTH: tuple[str, ...] = ("grad y_true", "grad y_pred")


class PerSample(FunctionCase, abstract=True):
    """``name`` in keras.metrics, of labels and predictions."""

    level = "standard"
    speed = None
    name = ""

    def options(self) -> dict[str, Any]:
        return {}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return getattr(keras.metrics, self.name)(y_true, y_pred, **self.options())


class Hit(PerSample, abstract=True):
    """1 where ``hits`` says so, of torch or NumPy; 0 elsewhere."""

    fixed: ClassVar[tuple[str, ...]] = ("y_true", "y_pred")
    vanishing: ClassVar[tuple[str, ...]] = ("grad y_pred",)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self.hits(y_true, y_pred).to(y_pred.dtype)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return 1.0 * self.hits(y_true, y_pred)

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        raise AssertionError("required hook")


class BinaryAccuracyFunction(Hit):
    """Whether the prediction is above the threshold where the label is 1, and not where it is 0; at it is below."""

    threshold: float = 0.5
    variants = grid(threshold=[0.5, 0.25])
    vanishing = BOTH
    name = "binary_accuracy"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_pred = rng.choice([0.125, 0.25, 0.375, 0.5, 0.625, 0.875], size=(5, 6))
        return {"y_true": rng.integers(0, 2, size=(5, 6)).astype(float), "y_pred": y_pred}

    def options(self) -> dict[str, Any]:
        return {} if self.threshold == 0.5 else {"threshold": self.threshold}

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        return (y_pred > self.threshold) == (y_true == 1)


class Ranked(Hit, abstract=True):
    """Predictions of classes that all differ, of rows or of sequences of rows; the labels' ranks come in turn."""

    rank: int = 2
    sparse = True
    variants = named(default={}, sequences={"rank": 3})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        shape = (10,) if self.rank == 2 else (2, 5)
        y_pred = rng.permuted(np.tile(np.arange(6.0) / 8, (*shape, 1)), axis=-1)
        ranks = rng.permutation(np.arange(10) % 5).reshape(*shape, 1)
        y_true = np.take_along_axis(np.argsort(-y_pred, -1), ranks, -1)[..., 0]
        return {"y_true": y_true.astype(np.int32) if self.sparse else np.eye(6)[y_true], "y_pred": y_pred}


class SparseCategoricalAccuracyFunction(Ranked):
    """Whether the largest value stands at the label."""

    name = "sparse_categorical_accuracy"

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        return y_pred.argmax(-1) == y_true


class CategoricalAccuracyFunction(Ranked):
    """Whether the largest value stands where the label's does."""

    sparse = False
    vanishing: ClassVar[tuple[str, ...]] = BOTH
    name = "categorical_accuracy"

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        return y_pred.argmax(-1) == y_true.argmax(-1)


class TopKCategoricalAccuracyFunction(Ranked):
    """Whether fewer than k values are larger than the label's; k is 5 by default."""

    k: int = 5
    sparse = False
    vanishing: ClassVar[tuple[str, ...]] = BOTH
    variants = named(default={}, two={"k": 2}, sequences={"rank": 3, "k": 3})
    without: ClassVar[dict[str, str]] = FLOAT32
    name = "top_k_categorical_accuracy"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = super().inputs(rng)
        if self.k == 5:  # the last of six, which is not among five
            worst = made["y_pred"][0].argmin()
            made["y_true"][0] = worst if self.sparse else np.eye(6)[worst]
        return made

    def options(self) -> dict[str, Any]:
        return {} if self.k == 5 else {"k": self.k}

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        score = (y_true * y_pred).sum(-1)
        return (y_pred > score[..., None]).sum(-1) < self.k


class SparseTopKCategoricalAccuracyFunction(TopKCategoricalAccuracyFunction):
    """The same of whole-numbered labels."""

    sparse = True
    vanishing = ("grad y_pred",)
    name = "sparse_top_k_categorical_accuracy"

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        score = sum(y_pred[..., c] * (y_true == c) for c in range(6))
        return (y_pred > score[..., None]).sum(-1) < self.k


class SparseTopKOfSortedIds(Hit):
    """Whether the label is among the first k of a list of classes."""

    k: int = 3
    variants = grid(k=[3, 1])
    name = "sparse_top_k_categorical_accuracy"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        ids = rng.permuted(np.tile(np.arange(6), (10, 1)), axis=1)
        return {"y_true": ids[np.arange(10), np.arange(10) % 6].astype(np.int32), "y_pred": ids.astype(float)}

    def options(self) -> dict[str, Any]:
        return {"k": self.k, "from_sorted_ids": True}

    def hits(self, y_true: Any, y_pred: Any) -> Any:
        return (y_pred[:, : self.k] == y_true[:, None]).any(-1)


class PearsonCorrelationFunction(PerSample):
    """Covariance over the product of the standard deviations, along an axis."""

    axis: int = -1
    variants = grid(axis=[-1, 0])
    name = "pearson_correlation"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.normal(0.5, 1.0, size=(6, 7))
        return {"y_true": y_true, "y_pred": 0.6 * y_true + 0.4 * rng.normal(size=(6, 7))}

    def options(self) -> dict[str, Any]:
        return {} if self.axis == -1 else {"axis": self.axis}

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        if self.axis == 0:
            y_true, y_pred = y_true.T, y_pred.T
        return torch.nn.functional.cosine_similarity(
            y_true - y_true.mean(-1, keepdim=True), y_pred - y_pred.mean(-1, keepdim=True), -1
        )

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        pairs = zip(np.moveaxis(y_true, self.axis, -1), np.moveaxis(y_pred, self.axis, -1), strict=True)
        return np.array([np.corrcoef(a, b)[0, 1] for a, b in pairs])


class ConcordanceCorrelationFunction(PearsonCorrelationFunction):
    """2 cov / (var + var + (difference of the means)² + 1e-7), along an axis."""

    name = "concordance_correlation"

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self.reference(y_true, y_pred)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        m, n = y_true.mean(self.axis, keepdims=True), y_pred.mean(self.axis, keepdims=True)
        x, y = y_true - m, y_pred - n
        norm = (x * x).mean(self.axis) + (y * y).mean(self.axis) + ((m - n) ** 2).squeeze(self.axis) + 1e-7
        return 2 * (x * y).mean(self.axis) / norm
