"""Losses of probabilities and logits."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, difference, grid, named


class BinaryCrossentropy(LossCase):
    """The mean over the last axis is one sample's loss; smoothed labels move towards 1/2."""

    from_logits: bool = True
    label_smoothing: float = 0.0
    saturated: bool = False
    label: float = 0.0
    variants = named(
        logits={},
        smoothed={"label_smoothing": 0.1},
        probabilities={"from_logits": False},
        saturated={"from_logits": False, "saturated": True},
        confident={"from_logits": False, "saturated": True, "label": 1.0},
    )
    domains = {"y_true": (0, 1)}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.integers(0, 2, size=(6, 4)).astype(float)
        y_pred = rng.normal(size=(6, 4)) if self.from_logits else rng.uniform(0.05, 0.95, size=(6, 4))
        if self.saturated:
            y_true[0, 0], y_pred[0, 0] = self.label, 1e-9
        return {"y_true": y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.BinaryCrossentropy(self.from_logits, self.label_smoothing, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        functional = torch.nn.functional
        cost = functional.binary_cross_entropy
        if self.from_logits:
            cost = functional.binary_cross_entropy_with_logits
        y_true = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        return cost(y_pred, y_true, reduction="none").mean(-1)

    @difference(
        replaces="torch",
        why="Keras clips probabilities to [1e-7, 1 - 1e-7], torch their logarithms to at least -100",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy; torch.nn.BCELoss documentation",
        when=lambda case: case.saturated,
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return BinaryCrossentropy.torch(self, torch, y_true, y_pred.clamp(1e-7, 1 - 1e-7))


class SparseCategoricalCrossentropy(LossCase):
    """Integer labels; from probabilities Keras normalises each row, as a softmax of their logarithms does."""

    from_logits: bool = True
    variants = grid(from_logits=[True, False])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_pred = rng.normal(size=(6, 5)) if self.from_logits else rng.uniform(0.05, 0.95, size=(6, 5))
        return {"y_true": rng.integers(0, 5, size=6), "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(self.from_logits, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        logits = y_pred if self.from_logits else y_pred.log()
        return torch.nn.functional.cross_entropy(logits, y_true, reduction="none")


class SparseCategoricalCrossentropyOfSequences(LossCase):
    """One label and one weight for every step: Keras keeps the classes last, torch takes them second."""

    classes: int = 5
    variants = grid(classes=[2, 5])
    sample_rank = 2

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        size = (3, 4, self.classes)
        return {"y_true": rng.integers(0, self.classes, size=size[:2]), "y_pred": rng.normal(size=size)}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.cross_entropy(y_pred.movedim(-1, 1), y_true, reduction="none")


class KLDivergence(LossCase):
    """sum(p * log(p / q)); torch takes log q first and p second."""

    zeros: bool = False
    variants = named(positive={}, zeros={"zeros": True})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        p, q = rng.uniform(0.1, 1.0, size=(6, 5)), rng.uniform(0.1, 1.0, size=(6, 5))
        if self.zeros:
            p[:3, 0] = 0.0
        return {"y_true": p / p.sum(-1, keepdims=True), "y_pred": q / q.sum(-1, keepdims=True)}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.KLDivergence(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.kl_div(y_pred.log(), y_true, reduction="none").sum(-1)

    @difference(
        replaces="torch",
        why="Keras clips both to [1e-7, 1], so that p = 0 adds 1e-7 * log(1e-7 / q); torch adds nothing",
        source="keras/src/losses/losses.py, kl_divergence; torch.nn.KLDivLoss documentation",
        when=lambda case: case.zeros,
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return KLDivergence.torch(self, torch, y_true.clamp(1e-7, 1), y_pred.clamp(1e-7, 1))
