"""Binary cross-entropy: where probabilities are 0 or 1 every format has its own clip bound."""

from typing import Any

import numpy as np

from pytest_fwparity import LossCase, difference, named


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


def _clipped_by_a_product(torch: Any, p: Any, low: float, high: float) -> Any:
    """A clip whose gradient is the incoming one times 0 or 1, which is NaN where that has overflowed in float16."""

    class Clip(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(context: Any, p: Any) -> Any:
            context.save_for_backward(p)
            return p.clamp(low, high)

        @staticmethod
        def backward(context: Any, gradient: Any) -> Any:
            (p,) = context.saved_tensors
            gradient = torch.where(gradient.abs() > 65504, gradient * torch.inf, gradient)
            return gradient * ((p >= low) & (p <= high))

    return Clip.apply(p)


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
        sides=("keras-tensorflow", "keras-torch"),
        dtypes=("float16",),
        when=lambda case: case.saturated and case.label == 1,
    )
    def clipped_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(2**-23, 1 - 1e-7))

    @difference(
        replaces="torch",
        why="Keras' clip bound 1e-7 is 1.19e-7 in float16; the gradient of its logarithm overflows, and JAX multiplies it by 0",
        source="keras/src/backend/jax/nn.py, binary_crossentropy; jax.numpy.clip",
        sides=("keras-jax",),
        dtypes=("float16",),
        when=lambda case: case.saturated and case.label == 1,
    )
    def clipped_by_a_product_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, _clipped_by_a_product(torch, y_pred, 2**-23, 1.0))

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
        sides=("keras-tensorflow",),
        dtypes=("float16",),
    )
    def clipped_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, y_pred.clamp(2**-23, 1.0))

    @difference(
        replaces="torch",
        why="the same on JAX, which multiplies the overflowing gradient of the logarithm by 0",
        source="keras/src/backend/jax/nn.py, binary_crossentropy; jax.numpy.clip",
        sides=("keras-jax",),
        dtypes=("float16",),
    )
    def clipped_by_a_product_in_float16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return _keras_formula(y_true, _clipped_by_a_product(torch, y_pred, 2**-23, 1.0))

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
