"""The bare functions of ``keras.losses``, which ``keras.metrics`` exports too, with gradients by labels as well."""

from typing import Any, ClassVar

import numpy as np

from conformance_cases.losses import (
    binary,
    categorical,
    focal,
    hinge,
    probabilistic,
    ranking,
    regression,
    segmentation,
    sequence,
)
from pytest_fwparity import FunctionCase, LossCase, grid, named


class LossFunction(FunctionCase, abstract=True):
    """One value per sample; inputs, formula and reference are those of the loss ``of`` made with ``options``."""

    exported_by: str = "losses"
    variants = grid(exported_by=["losses", "metrics"])
    level = "standard"
    speed = None
    of: ClassVar[type[LossCase]]
    called: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    #: labels are whole numbers, by which nothing has a gradient
    labels: ClassVar[bool] = False

    def _loss(self) -> Any:
        return self.of(**self.options)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = self._loss().inputs(rng)
        return {**made, "y_true": made["y_true"].astype(int)} if self.labels else made

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return getattr(getattr(keras, self.exported_by), self.called)(y_true, y_pred, **self.options)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        floats = self.labels and y_true.ndim == y_pred.ndim
        return self._loss().torch(torch, y_true=y_true.to(y_pred.dtype) if floats else y_true, y_pred=y_pred)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return self._loss().reference(y_true=y_true, y_pred=y_pred)


class MeanSquaredErrorFunction(LossFunction):
    """The function of that loss."""

    of, called = regression.MeanSquaredError, "mean_squared_error"

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.mse_loss(y_pred, y_true, reduction="none").mean(-1)


class MeanAbsoluteErrorFunction(LossFunction):
    """The function of that loss."""

    of, called = regression.MeanAbsoluteError, "mean_absolute_error"

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.l1_loss(y_pred, y_true, reduction="none").mean(-1)


class MeanAbsolutePercentageErrorFunction(LossFunction):
    """The function of that loss."""

    of, called = regression.MeanAbsolutePercentageError, "mean_absolute_percentage_error"


class MeanSquaredLogarithmicErrorFunction(LossFunction):
    """The function of that loss."""

    of, called = regression.MeanSquaredLogarithmicError, "mean_squared_logarithmic_error"
    without = {"*-*16": "its epsilon is float32 on TensorFlow and torch, so that the result is float32 too"}


class HuberFunction(LossFunction):
    """The function of that loss."""

    of, called, options = regression.Huber, "huber", {"delta": 0.5}

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.HuberLoss(reduction="none", delta=0.5)(y_pred, y_true).mean(-1)


class LogCoshFunction(LossFunction):
    """The function of that loss."""

    of, called = regression.LogCosh, "log_cosh"


class KLDivergenceFunction(LossFunction):
    """The function of that loss."""

    of, called = probabilistic.KLDivergence, "kl_divergence"

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.KLDivLoss(reduction="none")(y_pred.log(), y_true).sum(-1)


class PoissonFunction(LossFunction):
    """The function of that loss."""

    of, called = probabilistic.Poisson, "poisson"

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        cost = torch.nn.functional.poisson_nll_loss
        return cost(y_pred, y_true, log_input=False, eps=1e-7, reduction="none").mean(-1)


class BinaryCrossentropyFunction(LossFunction):
    """The function of that loss."""

    of, called, labels = binary.BinaryCrossentropy, "binary_crossentropy", True
    options = {"from_logits": True, "label_smoothing": 0.1}


class BinaryFocalCrossentropyFunction(LossFunction):
    """The function of that loss."""

    of, called, labels = focal.BinaryFocalCrossentropy, "binary_focal_crossentropy", True
    options = {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}


class CategoricalCrossentropyFunction(LossFunction):
    """The function of that loss."""

    of, called, labels = categorical.CategoricalCrossentropy, "categorical_crossentropy", True
    options = {"from_logits": True, "label_smoothing": 0.1}


class CategoricalFocalCrossentropyFunction(LossFunction):
    """The function of that loss."""

    of, called, labels = focal.CategoricalFocalCrossentropy, "categorical_focal_crossentropy", True
    options = {"alpha": 0.4, "gamma": 1.5}


class SparseCategoricalCrossentropyFunction(LossFunction):
    """The function of that loss."""

    of, called = probabilistic.SparseCategoricalCrossentropy, "sparse_categorical_crossentropy"
    options = {"from_logits": True}


class HingeFunction(LossFunction):
    """The function of that loss; whole-numbered labels of -1 and 1."""

    of, called, labels = hinge.Hinge, "hinge", True


class SquaredHingeFunction(LossFunction):
    """The function of that loss; whole-numbered labels of 0 and 1."""

    of, called, labels, options = hinge.SquaredHinge, "squared_hinge", True, {}

    def _loss(self) -> Any:
        return self.of(binary=True)


class CategoricalHingeFunction(LossFunction):
    """The function of that loss."""

    of, called, labels = hinge.CategoricalHinge, "categorical_hinge", True


class OfLossesAlone(LossFunction, abstract=True):
    """A function that ``keras.metrics`` does not export."""

    variants = named(default={})


class CosineSimilarityFunction(OfLossesAlone):
    """-cos along an axis."""

    of, called = regression.CosineSimilarity, "cosine_similarity"
    without = {"keras-jax:*-bfloat16": "with floatx bfloat16 the epsilon of normalize is float32 to Keras on JAX"}

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return -torch.nn.functional.cosine_similarity(y_true, y_pred, dim=-1, eps=1e-7)


class CategoricalGeneralizedCrossEntropyFunction(OfLossesAlone):
    """The function of that loss."""

    of, called = focal.CategoricalGeneralizedCrossEntropy, "categorical_generalized_cross_entropy"
    options = {"q": 0.3}


class CircleFunction(OfLossesAlone):
    """The function of that loss."""

    of, called = ranking.Circle, "circle"

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.circle(y_true, y_pred, gamma=8.0, margin=0.4)


class CTCFunction(OfLossesAlone):
    """The function of that loss."""

    of, called = sequence.CTC, "ctc"
    without = {"*-*16": "every backend computes it in float32, as ``tf.nn.ctc_loss`` does, and gives float32"}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.ctc(y_true, y_pred)


class DiceFunction(OfLossesAlone):
    """The function of that loss, over all axes but the first."""

    of, called, labels, options = segmentation.Dice, "dice", True, {"axis": [1, 2]}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.dice(y_true, y_pred, axis=(1, 2))


class TverskyFunction(OfLossesAlone):
    """The function of that loss, over all axes but the first."""

    of, called, labels, options = segmentation.Tversky, "tversky", True, {"axis": [1, 2], "alpha": 0.3, "beta": 0.7}

    def keras(self, keras: Any, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.tversky(y_true, y_pred, alpha=0.3, beta=0.7, axis=(1, 2))
