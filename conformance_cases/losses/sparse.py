"""Cross-entropy of whole-numbered labels: ignored classes, and more classes than half precision can number."""

from typing import Any

import numpy as np

from conformance_cases.losses.categorical import log_softmax
from pytest_fwparity import FunctionCase, LossCase, difference, named


class SparseCategoricalCrossentropyIgnoring(LossCase):
    """Samples of the ignored class cost nothing; their mean is the case below."""

    ignore_class: int = 2
    variants = named(inside={}, outside={"ignore_class": -1})
    reductions = ("none", "sum")
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        y_true = rng.integers(0, 2, size=6)
        y_true[3:5] = self.ignore_class
        return {"y_true": y_true, "y_pred": rng.normal(size=(6, 4))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(True, self.ignore_class, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.NLLLoss(reduction="none", ignore_index=self.ignore_class)(y_pred.log_softmax(-1), y_true)

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        kept = y_true != self.ignore_class
        chosen = np.take_along_axis(log_softmax(y_pred), np.where(kept, y_true, 0)[:, None], -1)[:, 0]
        return np.where(kept, -chosen, 0.0)


class MeanOverWhatIsNotIgnored(FunctionCase):
    """Means are over the samples that are not ignored: their number, or the sum of their weights."""

    ignore_class: int = 2
    variants = named(inside={}, outside={"ignore_class": -1})
    outputs = ("mean", "weighted", "weighted_mean")
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made = SparseCategoricalCrossentropyIgnoring(ignore_class=self.ignore_class).inputs(rng)
        return {**made, "weight": rng.uniform(0.5, 2.0, size=6)}

    def keras(self, keras: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
        mean, weighted = (
            keras.losses.SparseCategoricalCrossentropy(True, self.ignore_class, reduction=reduction)
            for reduction in ("sum_over_batch_size", "mean_with_sample_weight")
        )
        return mean(y_true, y_pred), mean(y_true, y_pred, weight), weighted(y_true, y_pred, weight)

    def torch(self, torch: Any, y_true: Any, y_pred: Any, weight: Any) -> Any:
        cost = torch.nn.functional.cross_entropy
        mean = cost(y_pred, y_true, ignore_index=self.ignore_class)
        kept = y_true != self.ignore_class
        values = cost(y_pred[kept], y_true[kept], reduction="none") * weight[kept]
        return mean, values.mean(), values.sum() / weight[kept].sum()

    def reference(self, y_true: Any, y_pred: Any, weight: Any) -> Any:
        kept = y_true != self.ignore_class
        values = -np.take_along_axis(log_softmax(y_pred[kept]), y_true[kept][:, None], -1)[:, 0]
        weight = weight[kept]
        return values.mean(), (values * weight).mean(), (values * weight).sum() / weight.sum()


class ManyClasses(LossCase):
    """Class indices beyond 256 and 2048, which half precision cannot tell apart, choose their own logit."""

    classes: int = 300
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"y_true": 257 + 2 * rng.permutation(20)[:6], "y_pred": rng.normal(size=(6, self.classes))}

    def keras(self, keras: Any, reduction: str) -> Any:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=reduction)

    def torch(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        return torch.nn.functional.nll_loss(y_pred.log_softmax(-1), y_true, reduction="none")

    def reference(self, y_true: Any, y_pred: Any) -> Any:
        return -np.take_along_axis(log_softmax(y_pred), y_true[:, None], -1)[:, 0]

    @difference(
        replaces="torch",
        why="Keras casts the labels to the dtype of the loss, so that bfloat16 makes 257 the class 256",
        source="keras/src/losses/loss.py, Loss.__call__",
        sides=("keras-*",),
        dtypes=("bfloat16",),
    )
    def labels_in_bfloat16(self, torch: Any, y_true: Any, y_pred: Any) -> Any:
        y_true = y_true.to(torch.bfloat16).to(torch.int64)
        return torch.nn.functional.nll_loss(y_pred.log_softmax(-1), y_true, reduction="none")
