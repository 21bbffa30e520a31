"""Losses of probabilities and logits."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, difference, grid, named


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

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        logits = y_pred if self.from_logits else np.log(y_pred)
        return np.log(np.exp(logits).sum(-1)) - np.take_along_axis(logits, y_true[:, None], -1)[:, 0]


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
        q[:, 0] /= 8  # far from p: a small divergence is a difference of large terms
        if self.zeros:
            p[:3, 0] = 0.0
        return {"y_true": p / p.sum(-1, keepdims=True), "y_pred": q / q.sum(-1, keepdims=True)}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.KLDivergence(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.kl_div(y_pred.log(), y_true, reduction="none").sum(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        p, q = (np.clip(value, 1e-7, 1.0) for value in (y_true, y_pred))
        return (p * np.log(p / q)).sum(-1)

    @difference(
        replaces="torch",
        why="Keras clips both to [1e-7, 1], so that p = 0 adds 1e-7 * log(1e-7 / q); torch adds nothing",
        source="keras/src/losses/losses.py, kl_divergence; torch.nn.KLDivLoss documentation",
        when=lambda case: case.zeros,
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return KLDivergence.torch(self, torch, y_true.clamp(1e-7, 1), y_pred.clamp(1e-7, 1))

    @difference(
        replaces="torch",
        why="in float16 the inverse of p / q at the clipped p = 1.19e-7 overflows in Keras' gradient",
        source="keras/src/losses/losses.py, kl_divergence",
        sides=("keras-tensorflow",),
        dtypes=("float16",),
        when=lambda case: case.zeros,
    )
    def inverse_overflows_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        class Log(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(context: Any, ratio: Any) -> Any:
                context.save_for_backward(ratio)
                return ratio.log()

            @staticmethod
            def backward(context: Any, gradient: Any) -> Any:
                (ratio,) = context.saved_tensors
                inverse = 1 / ratio
                gradient = torch.where(gradient.abs() <= 2**-25, 0.0, gradient)
                return gradient * torch.where(inverse > 65504, torch.inf, inverse)

        p, q = y_true.clamp(2**-23, 1), y_pred.clamp(2**-23, 1)
        return (p * Log.apply(p / q)).sum(-1)


class Poisson(LossCase):
    """mean(p - y * log(p + 1e-7)) over the last axis."""

    zeros: bool = False
    variants = named(default={}, zeros={"zeros": True})
    fixed = ("y_true",)
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.integers(1, 3, size=(6, 4)).astype(float)  # every term is above 0: no sum of them cancels
        if self.zeros:
            y_true[:, 0] = 0.0
        return {"y_true": y_true, "y_pred": rng.uniform(2.0, 4.0, size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.Poisson(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.PoissonNLLLoss(log_input=False, eps=1e-7, reduction="none")(y_pred, y_true).mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return (y_pred - y_true * np.log(y_pred + 1e-7)).mean(-1)
