"""Focal and generalised cross-entropy: losses that weigh easy and wrongly labelled samples less."""

from typing import Any

import numpy as np

from conformance_cases.losses.categorical import log_softmax, one_hot
from pytest_fwparity import LossCase, difference, grid, named


class BinaryFocalCrossentropy(LossCase):
    """(1 - p_t)**gamma times the binary cross-entropy, p_t the probability given to the label; alpha balances classes."""

    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    variants = named(
        probabilities={},
        balanced={"apply_class_balancing": True, "alpha": 0.4},
        logits={"from_logits": True, "gamma": 1.5},
        smoothed={"label_smoothing": 0.1},
    )
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_pred = rng.normal(size=(6, 4)) if self.from_logits else rng.uniform(0.2, 0.8, size=(6, 4))
        return {"y_true": rng.integers(0, 2, size=(6, 4)).astype(float), "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.BinaryFocalCrossentropy(
            self.apply_class_balancing,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            reduction=reduction,
        )

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        p = y_pred.sigmoid() if self.from_logits else y_pred
        y = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        cost = torch.nn.BCELoss(reduction="none")(p, y)
        cost = (1 - (y * p + (1 - y) * (1 - p))) ** self.gamma * cost
        if self.apply_class_balancing:
            cost = (y * self.alpha + (1 - y) * (1 - self.alpha)) * cost
        return cost.mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        p = 1 / (1 + np.exp(-y_pred)) if self.from_logits else y_pred
        y = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        cost = -y * np.log(p) - (1 - y) * np.log(1 - p)
        balance = y * self.alpha + (1 - y) * (1 - self.alpha) if self.apply_class_balancing else 1.0
        return (balance * (y + p - 2 * y * p) ** self.gamma * cost).mean(-1)


class CategoricalFocalCrossentropy(LossCase):
    """-alpha * sum((1 - p)**gamma * y * log(p))."""

    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    variants = named(
        probabilities={},
        logits={"from_logits": True, "gamma": 1.5},
        smoothed={"label_smoothing": 0.1},
    )
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_pred = rng.normal(size=(6, 4)) if self.from_logits else rng.uniform(0.2, 0.8, size=(6, 4))
        return {"y_true": one_hot(rng, (6,), 4), "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalFocalCrossentropy(
            self.alpha, self.gamma, self.from_logits, self.label_smoothing, reduction=reduction
        )

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        p = y_pred.softmax(-1) if self.from_logits else y_pred / y_pred.sum(-1, keepdim=True)
        y = y_true * (1 - self.label_smoothing) + self.label_smoothing / 4
        return -(self.alpha * (1 - p) ** self.gamma * y * p.log()).sum(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        p = np.exp(log_softmax(y_pred)) if self.from_logits else y_pred / y_pred.sum(-1, keepdims=True)
        y = y_true * (1 - self.label_smoothing) + self.label_smoothing / 4
        return -(self.alpha * (1 - p) ** self.gamma * y * np.log(p)).sum(-1)


class FocalWeightsOfClasses(LossCase):
    """-sum(alpha * (1 - p)**gamma * y * log(p)) with one alpha for each class, given as a list."""

    alpha: list[float] = [0.2, 0.5, 0.7, 1.0]
    level = "standard"
    speed = None
    fixed = ("y_true",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": one_hot(rng, (6,), 4), "y_pred": rng.uniform(0.2, 0.8, size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalFocalCrossentropy(list(self.alpha), reduction=reduction)

    def _cost(self, torch: Any, alpha: Any, y_true: Any, y_pred: Any) -> Any:
        p = y_pred / y_pred.sum(-1, keepdim=True)
        return -(alpha * (1 - p).square() * y_true * p.log()).sum(-1)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self._cost(torch, torch.tensor(self.alpha, dtype=y_pred.dtype), y_true, y_pred)

    @difference(
        replaces="torch",
        why="TensorFlow makes a list of Python floats float32 before it meets a float64 tensor",
        source="tensorflow#57779; keras/src/losses/losses.py, categorical_focal_crossentropy: ops.multiply(factor, alpha)",
        sides=("keras-tensorflow",),
    )
    def alpha_in_float32(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self._cost(torch, torch.tensor(self.alpha, dtype=torch.float32).to(y_pred.dtype), y_true, y_pred)


class CategoricalGeneralizedCrossEntropy(LossCase):
    """(1 - p**q) / q of the probability p of the label: between cross-entropy (q = 0) and absolute error (q = 1)."""

    q: float = 0.5
    variants = grid(q=[0.5, 0.1, 0.9])
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": rng.integers(0, 4, size=6), "y_pred": rng.uniform(0.2, 0.8, size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalGeneralizedCrossEntropy(q=self.q, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return (1 - y_pred.gather(-1, y_true[:, None])[:, 0] ** self.q) / self.q

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return (1 - np.take_along_axis(y_pred, y_true[:, None], -1)[:, 0] ** self.q) / self.q
