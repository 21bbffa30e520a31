"""Losses of probabilities and logits."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, difference, grid, named


def _keras_formula(y_true: Any, p: Any) -> Any:
    """Keras' own sum of two logarithms, without torch's bound on them."""
    return -(y_true * p.log() + (1 - y_true) * (1 - p).log()).mean(-1)


def _without_a_floor(torch: Any, p: Any, y_true: Any) -> Any:
    """torch's binary cross-entropy with 0 in the place of the 1e-12 that its gradient divides by at least."""

    class Cost(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, p: Any, y_true: Any) -> Any:
            context.save_for_backward(p, y_true)
            return -(y_true * p.log().clamp(min=-100) + (1 - y_true) * (1 - p).log().clamp(min=-100))

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            p, y_true = context.saved_tensors
            return gradient * (p - y_true) / (p * (1 - p)), None

    return Cost.apply(p, y_true)


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
        y_pred = rng.normal(size=(6, 4)) if self.from_logits else rng.uniform(0.2, 0.8, size=(6, 4))
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

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        y_true = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        if self.from_logits:
            costs = np.maximum(y_pred, 0) - y_pred * y_true + np.log1p(np.exp(-np.abs(y_pred)))
        else:
            p = np.clip(y_pred, 1e-7, 1 - 1e-7)
            costs = -y_true * np.log(p) - (1 - y_true) * np.log(1 - p)
        return costs.mean(-1)

    @difference(
        replaces="torch",
        why="Keras clips probabilities to [1e-7, 1 - 1e-7], torch their logarithms to at least -100",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy; torch.nn.BCELoss documentation",
        when=lambda case: case.saturated,
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return BinaryCrossentropy.torch(self, torch, y_true, y_pred.clamp(1e-7, 1 - 1e-7))

    @difference(
        replaces="torch",
        why="Keras' clip bound 1e-7 is 1.19e-7 in float16",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy",
        sides=("keras-*",),
        dtypes=("float16",),
        when=lambda case: case.saturated and case.label == 1,
    )
    def clipped_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(2**-23, 1 - 1e-7))

    @difference(
        replaces="torch",
        why="torch's gradient divides by p * (1 - p), at least 1e-12, which is 0 in float16",
        source="aten/src/ATen/native/Loss.cpp, binary_cross_entropy_backward",
        sides=("torch",),
        dtypes=("float16",),
        when=lambda case: case.saturated,
    )
    def no_floor_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _without_a_floor(torch, y_pred, y_true).mean(-1)


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


class BinaryCrossentropyAtOne(LossCase):
    """Probabilities of exactly 0 and 1, as a saturated sigmoid gives them: both frameworks clip."""

    variants = named(certain={})
    domains = {"y_true": (0, 1)}
    # the largest weight below 1 is a rounding away, which the moves of the referee must not pass
    fixed = ("y_true", "y_pred")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.integers(0, 2, size=(6, 4)).astype(float)
        y_pred = rng.uniform(0.1, 0.9, size=(6, 4))
        y_true[0], y_pred[0] = (0.0, 1.0, 0.0, 1.0), (0.0, 1.0, 1.0, 0.0)
        return {"y_true": y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.BinaryCrossentropy(reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.binary_cross_entropy(y_pred, y_true, reduction="none").mean(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        p = np.clip(y_pred, 1e-7, 1 - 1e-7)
        return (-y_true * np.log(p) - (1 - y_true) * np.log(1 - p)).mean(-1)

    @difference(
        replaces="torch",
        why="Keras clips probabilities to [1e-7, 1 - 1e-7], torch their logarithms to at least -100",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy; torch.nn.BCELoss documentation",
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return BinaryCrossentropyAtOne.torch(self, torch, y_true, y_pred.clamp(1e-7, 1 - 1e-7))

    @difference(
        replaces="torch",
        why="Keras' clip bound 1 - 1e-7 is 1 - 2**-23 in float32: the loss of a certain error is 0.5 % smaller",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy",
        sides=("keras-*",),
        dtypes=("float32",),
    )
    def clipped_in_float32(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(1e-7, 1 - 2**-23))

    @difference(
        replaces="torch",
        why="Keras' clip bound 1 - 1e-7 is 1 in bfloat16: the logarithm of 0 makes the loss infinite or NaN",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("bfloat16",),
    )
    def clipped_in_bfloat16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(1e-7, 1.0))

    @difference(
        replaces="torch",
        why="Keras' clip bounds 1e-7 and 1 - 1e-7 are 1.19e-7 and 1 in float16: the loss becomes infinite or NaN",
        source="keras/src/backend/tensorflow/nn.py, binary_crossentropy",
        sides=("keras-tensorflow", "keras-jax"),
        dtypes=("float16",),
    )
    def clipped_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(2**-23, 1.0))

    @difference(
        replaces="torch",
        why="Keras' clip bound 1 - 1e-7 is 1 in bfloat16, where torch's own kernel bounds the logarithm at -100",
        source="keras/src/backend/torch/nn.py, binary_crossentropy",
        sides=("keras-torch",),
        dtypes=("bfloat16",),
    )
    def bounded_in_bfloat16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return BinaryCrossentropyAtOne.torch(self, torch, y_true, y_pred.clamp(1e-7, 1.0))

    @difference(
        replaces="torch",
        why="Keras' clip bounds are 1.19e-7 and 1 in float16, where torch's own kernel bounds the logarithm at -100",
        source="keras/src/backend/torch/nn.py, binary_crossentropy",
        sides=("keras-torch",),
        dtypes=("float16",),
    )
    def bounded_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _without_a_floor(torch, y_pred.clamp(2**-23, 1.0), y_true).mean(-1)

    @difference(
        replaces="torch",
        why="torch's gradient divides by p * (1 - p), at least 1e-12, which is 0 in float16",
        source="aten/src/ATen/native/Loss.cpp, binary_cross_entropy_backward",
        sides=("torch",),
        dtypes=("float16",),
    )
    def no_floor_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _without_a_floor(torch, y_pred, y_true).mean(-1)
