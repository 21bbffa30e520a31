"""Cross-entropy over classes: axes, smoothing, soft and unnormalised labels, saturated probabilities."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, LossCase, difference, named


def one_hot(rng: np.random.Generator, rows: tuple[int, ...], classes: int) -> Any:
    """Random labels as rows of zeros and a one."""
    return np.eye(classes)[rng.integers(0, classes, size=rows)]


def log_softmax(x: Any, axis: int = -1) -> Any:
    """In NumPy, stable."""
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


class CategoricalCrossentropy(LossCase):
    """-sum(y * log p) over one-hot or soft labels; probabilities are divided by their sum, then clipped at 1e-7."""

    from_logits: bool = True
    label_smoothing: float = 0.0
    soft: bool = False
    scale: float = 1.0
    saturated: bool = False
    variants = named(
        logits={},
        smoothed={"label_smoothing": 0.1},
        soft={"soft": True},
        large={"scale": 50.0},
        probabilities={"from_logits": False, "label_smoothing": 0.1},
        saturated={"from_logits": False, "saturated": True},
    )
    quick = ("logits", "probabilities")
    domains = {"y_true": (0, 1)}
    fixed = ("y_true",)
    without = {
        "large-*16": "a rounding of a logit of 50 in half precision moves probabilities by a tenth and more",
        "saturated-float16": "the clip bound 1e-7 is no float16: the nearest is 19 % larger",
    }

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = one_hot(rng, (6,), 5)
        if self.soft:
            y_true = rng.multinomial(8, np.full(5, 0.2), size=6) / 8
        y_pred = self.scale * rng.normal(size=(6, 5)) if self.from_logits else rng.uniform(0.05, 0.95, size=(6, 5))
        if self.saturated:
            y_true[0], y_pred[0] = np.eye(5)[0], (1e-9, 0.4, 0.3, 0.2, 0.1)
        return {"y_true": y_true, "y_pred": y_pred}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalCrossentropy(self.from_logits, self.label_smoothing, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        cost = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=self.label_smoothing)
        return cost(y_pred if self.from_logits else y_pred.log(), y_true)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        y_true = y_true * (1 - self.label_smoothing) + self.label_smoothing / 5
        p = np.clip(y_pred / y_pred.sum(-1, keepdims=True), 1e-7, 1 - 1e-7)
        return -(y_true * (log_softmax(y_pred) if self.from_logits else np.log(p))).sum(-1)

    @difference(
        replaces="torch",
        why="Keras clips probabilities to [1e-7, 1 - 1e-7] after it has divided them by their sum; torch takes no probabilities",
        source="keras/src/backend/tensorflow/nn.py, categorical_crossentropy",
        when=lambda case: case.saturated,
    )
    def clipped(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        p = (y_pred / y_pred.sum(-1, keepdim=True)).clamp(1e-7, 1 - 1e-7)
        return -(y_true * p.log()).sum(-1)


class CategoricalCrossentropyOfImages(LossCase):
    """Classes along axis 1, one value and one weight for every pixel of a row; smoothing spreads over the classes."""

    label_smoothing: float = 0.0
    variants = named(plain={}, smoothed={"label_smoothing": 0.2})
    sample_rank = 2
    level = "standard"
    speed = None
    fixed = ("y_true",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": np.moveaxis(one_hot(rng, (4, 5), 3), -1, 1)[:, :, :3], "y_pred": rng.normal(size=(4, 3, 3))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalCrossentropy(True, self.label_smoothing, axis=1, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.cross_entropy(y_pred, y_true, reduction="none", label_smoothing=self.label_smoothing)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        y_true = y_true * (1 - self.label_smoothing) + self.label_smoothing / y_true.shape[1]
        return -(y_true * log_softmax(y_pred, 1)).sum(1)


class UnnormalisedLabels(LossCase):
    """Labels that do not sum to 1, as of a padded row (0) and of two classes at once (2): -sum(y * log p) all the same."""

    variants = named(default={})
    level = "standard"
    speed = None
    fixed = ("y_true",)
    # the slope check has nothing to add where TensorFlow's gradient is known not to be that of its value
    checks = ("agree", "repeat")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = one_hot(rng, (6,), 4)
        y_true[0], y_true[1] = 0.0, (1.0, 0.0, 1.0, 0.0)
        return {"y_true": y_true, "y_pred": rng.normal(size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.CategoricalCrossentropy(from_logits=True, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return -(y_true * y_pred.log_softmax(-1)).sum(-1)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return -(y_true * log_softmax(y_pred)).sum(-1)

    @difference(
        replaces="torch",
        why="TensorFlow's gradient is softmax(x) - y, which is that of the loss only where y sums to 1: a row without a label trains",
        source="tensorflow/python/ops/nn_grad.py, _SoftmaxCrossEntropyWithLogitsGrad; tf.nn.softmax_cross_entropy_with_logits",
        sides=("keras-tensorflow",),
    )
    def gradient_of_normalised_labels(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        class Cost(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(context: Any, y_true: Any, y_pred: Any) -> Any:
                context.save_for_backward(y_true, y_pred)
                return -(y_true * y_pred.log_softmax(-1)).sum(-1)

            @staticmethod
            def backward(context: Any, gradient: Any) -> Any:
                y_true, y_pred = context.saved_tensors
                return None, gradient[:, None] * (y_pred.softmax(-1) - y_true)

        return Cost.apply(y_true, y_pred)


class SmoothedOverTheWrongAxis(FunctionCase):
    """Classes along axis 1 of (batch, classes, width): Keras takes the number of classes from the last axis."""

    focal: bool = False
    variants = named(plain={}, focal={"focal": True})
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = np.moveaxis(one_hot(rng, (4, 2), 5), -1, 1)
        return {"y_true": y_true.astype(int), "y_pred": rng.uniform(0.2, 0.8, size=(4, 5, 2))}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        losses = keras.losses
        cost = losses.categorical_focal_crossentropy if self.focal else losses.categorical_crossentropy
        return cost(y_true, y_pred, label_smoothing=0.2, axis=1)

    def _cost(self, y_true: Any, y_pred: Any, classes: int, log: Any) -> Any:
        p = y_pred / y_pred.sum(1)[:, None]
        factor = 0.25 * (1 - p) ** 2 if self.focal else 1.0
        return -(factor * (y_true * 0.8 + 0.2 / classes) * log(p)).sum(1)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self._cost(y_true, y_pred, 5, torch.log)

    def reference(self, y_true: Any, y_pred: Any) -> Any:  # as Keras has it, see below
        return self._cost(y_true, y_pred, 2, np.log)

    @difference(
        replaces="torch",
        why="Keras spreads the smoothed mass over as many classes as the last axis is long, whatever `axis` says",
        source="keras/src/losses/losses.py, categorical_crossentropy: num_classes = ops.shape(y_true)[-1]",
    )
    def classes_of_the_last_axis(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return self._cost(y_true, y_pred, 2, torch.log)
