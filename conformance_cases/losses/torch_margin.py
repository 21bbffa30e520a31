"""Margin losses of torch: against a margin each of two scores, of many classes, of pairs and of triplets."""

from typing import Any

import numpy as np

from conformance_cases.losses._reductions import TorchLoss
from conformance_cases.losses.regression import apart
from pytest_fwparity import named


class HingeEmbeddingLoss(TorchLoss):
    """x where the label is 1, max(0, margin - x) where it is -1."""

    module, called = "HingeEmbeddingLoss", "hinge_embedding_loss"
    margin_: float = 1.0
    variants = named(default={}, sum={"reduction": "sum", "function": True}, wide={"margin_": 2.5, "reduction": "mean"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.margin_ + apart(rng, (5, 4)), "target": rng.choice([-1, 1], size=(5, 4))}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"margin": self.margin_}

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        return ops.where(target > 0, x, ops.relu(self.margin_ - x))

    def _reference(self, x: Any, target: Any) -> Any:
        return np.where(target > 0, x, np.maximum(self.margin_ - x, 0))


class SoftMarginLoss(TorchLoss):
    """log(1 + exp(-y * x))."""

    module, called = "SoftMarginLoss", "soft_margin_loss"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": 2 * rng.normal(size=(5, 4)), "target": rng.choice([-1, 1], size=(5, 4))}

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        return ops.softplus(-ops.cast(target, x.dtype) * x)

    def _reference(self, x: Any, target: Any) -> Any:
        return np.logaddexp(0, -target * x)


class MarginRankingLoss(TorchLoss):
    """max(0, -y * (x1 - x2) + margin)."""

    module, called = "MarginRankingLoss", "margin_ranking_loss"
    margin_: float = 0.5
    variants = named(default={}, sum={"reduction": "sum", "function": True}, none={"margin_": 0.0, "reduction": "mean"})

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target = rng.choice([-1, 1], size=12)
        first = rng.normal(size=12)
        return {"x1": first, "x2": first - target * (self.margin_ + apart(rng, 12)), "target": target}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"margin": self.margin_}

    def _values(self, ops: Any, x1: Any, x2: Any, target: Any) -> Any:
        return ops.relu(-ops.cast(target, x1.dtype) * (x1 - x2) + self.margin_)

    def _reference(self, x1: Any, x2: Any, target: Any) -> Any:
        return np.maximum(-target * (x1 - x2) + self.margin_, 0)


class MultiMarginLoss(TorchLoss):
    """sum over other classes of max(0, margin - x[y] + x[i])**p * weight[y] / C."""

    module, called = "MultiMarginLoss", "multi_margin_loss"
    p: int = 1
    margin_: float = 1.0
    weighted: bool = False
    variants = named(
        default={},
        square={"p": 2, "reduction": "sum", "function": True},
        weighted={"weighted": True, "margin_": 0.5, "reduction": "mean"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target = rng.integers(0, 4, size=6)
        x = rng.normal(size=(6, 4))
        x[np.arange(6), target] = 0.0
        away = np.abs(self.margin_ + x) < 0.2
        return {"x": np.where(away, x + 0.5, x) + rng.normal(size=(6, 1)), "target": target}

    def _weight(self) -> list[float]:
        return [0.5, 1.0, 2.0, 0.7] if self.weighted else [1.0] * 4

    def _options(self, torch: Any) -> dict[str, Any]:
        weight = torch.tensor(self._weight(), dtype=torch.float64) if self.weighted else None
        return {"p": self.p, "margin": self.margin_, "weight": weight}

    def torch(self, torch: Any, x: Any, target: Any) -> Any:
        options = {**self._options(torch), "reduction": self.reduction}
        options["weight"] = options["weight"] if options["weight"] is None else options["weight"].to(x.dtype)
        if self.function:
            return torch.nn.functional.multi_margin_loss(x, target, **options)
        return torch.nn.MultiMarginLoss(**options)(x, target)

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        chosen = ops.take_along_axis(x, target[:, None], axis=-1)
        cost = ops.relu(self.margin_ - chosen + x) ** self.p * (1 - ops.one_hot(target, 4, dtype=x.dtype))
        return ops.sum(cost, -1) / 4 * ops.take(ops.convert_to_tensor(self._weight(), x.dtype), target)

    def _reference(self, x: Any, target: Any) -> Any:
        chosen = np.take_along_axis(x, target[:, None], -1)
        cost = np.maximum(self.margin_ - chosen + x, 0) ** self.p * (1 - np.eye(4)[target])
        return cost.sum(-1) / 4 * np.asarray(self._weight())[target]


class MultiLabelMarginLoss(TorchLoss):
    """sum over labels j and others i of max(0, 1 - x[j] + x[i]) / C; the labels of a row end at the first -1."""

    module, called = "MultiLabelMarginLoss", "multilabel_margin_loss"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        order = np.argsort(rng.normal(size=(5, 4)), -1)
        x = 0.6 * order + rng.uniform(-0.05, 0.05, size=(5, 4))
        target = np.argsort(rng.normal(size=(5, 4)), -1)
        target[np.arange(5), [1, 2, 3, 1, 2]] = -1
        return {"x": x, "target": target}

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        ended = ops.cumsum(ops.cast(target < 0, "int32"), axis=-1) > 0
        picked = ops.one_hot(ops.where(ended, 4, target), 5, dtype=x.dtype)[:, :, :4]
        mine = ops.sum(picked, axis=1)
        pairs = ops.relu(1 - x[:, :, None] + x[:, None, :]) * mine[:, :, None] * (1 - mine[:, None, :])
        return ops.sum(pairs, axis=(1, 2)) / 4

    def _reference(self, x: Any, target: Any) -> Any:
        costs = []
        for row, labels in zip(x, target, strict=True):
            mine = list(labels[: int(np.argmax(labels < 0))])
            rest = [i for i in range(4) if i not in mine]
            costs.append(sum(max(0.0, 1 - row[j] + row[i]) for j in mine for i in rest) / 4)
        return np.array(costs)


class MultiLabelSoftMarginLoss(TorchLoss):
    """The mean over classes of the binary cross-entropy of logits, each class with its weight."""

    module, called = "MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss"
    weighted: bool = False
    variants = named(
        default={}, sum={"reduction": "sum", "function": True}, weighted={"weighted": True, "reduction": "mean"}
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": 2 * rng.normal(size=(6, 4)), "target": rng.integers(0, 2, size=(6, 4))}

    def torch(self, torch: Any, x: Any, target: Any) -> Any:
        weight = torch.tensor(self._weight(), dtype=x.dtype) if self.weighted else None
        if self.function:
            return torch.nn.functional.multilabel_soft_margin_loss(x, target, weight, reduction=self.reduction)
        return torch.nn.MultiLabelSoftMarginLoss(weight, reduction=self.reduction)(x, target)

    def _weight(self) -> list[float]:
        return [0.5, 1.0, 2.0, 0.7] if self.weighted else [1.0] * 4

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        cost = ops.binary_crossentropy(ops.cast(target, x.dtype), x, from_logits=True)
        return ops.mean(cost * ops.convert_to_tensor(self._weight(), x.dtype), axis=-1)

    def _reference(self, x: Any, target: Any) -> Any:
        return ((np.logaddexp(0, x) - target * x) * self._weight()).mean(-1)


class CosineEmbeddingLoss(TorchLoss):
    """1 - cos where the label is 1, max(0, cos - margin) where it is -1; 1e-12 is added to each squared norm."""

    module, called = "CosineEmbeddingLoss", "cosine_embedding_loss"
    margin_: float = 0.0
    variants = named(
        default={}, sum={"reduction": "sum", "function": True}, margin={"margin_": 0.4, "reduction": "mean"}
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        x1 = rng.uniform(0.5, 2.0, size=(6, 3))
        near = np.arange(6) % 3 > 0
        x2 = np.where(near[:, None], x1 * [1.6, 1.0, 0.3], -x1 * [1.0, 0.4, 1.5])
        return {"x1": x1, "x2": x2, "target": np.array([1, 1, -1, -1, -1, 1])}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"margin": self.margin_}

    def _values(self, ops: Any, x1: Any, x2: Any, target: Any) -> Any:
        squares = (ops.sum(ops.square(x), -1) + 1e-12 for x in (x1, x2))
        norms = ops.sqrt(ops.prod(ops.stack(list(squares)), axis=0))
        cos = ops.sum(x1 * x2, -1) / norms
        return ops.where(target > 0, 1 - cos, ops.relu(cos - self.margin_))

    def _reference(self, x1: Any, x2: Any, target: Any) -> Any:
        cos = (x1 * x2).sum(-1) / np.sqrt(((x1**2).sum(-1) + 1e-12) * ((x2**2).sum(-1) + 1e-12))
        return np.where(target > 0, 1 - cos, np.maximum(cos - self.margin_, 0))


class TripletMarginLoss(TorchLoss):
    """max(0, d(a, p) - d(a, n) + margin), d the p-norm of the difference + eps; swapped, the smaller of d(a, n), d(p, n)."""

    module, called = "TripletMarginLoss", "triplet_margin_loss"
    margin_: float = 1.0
    p: float = 2.0
    swap: bool = False
    variants = named(
        default={},
        swapped={"swap": True, "reduction": "sum", "function": True},
        cubic={"p": 3.0, "margin_": 0.5, "reduction": "mean"},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        anchor = rng.normal(size=(6, 3))
        # clear of the kink: half of the negatives are nearer than the positives, half are far beyond the margin
        far = np.where(np.arange(6) % 2, 6.0, 0.4)[:, None]
        way = apart(rng, (6, 3), 0.8, 1.2)
        # swapped, the negative lies behind the positive, and so nearer to it than to the anchor
        off = np.abs(apart(rng, (6, 3), 0.8, 1.2)) * np.sign(way) if self.swap else apart(rng, (6, 3), 0.8, 1.2)
        positive = anchor + way
        return {"anchor": anchor, "positive": positive, "negative": (positive if self.swap else anchor) + far * off}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"margin": self.margin_, "p": self.p, "swap": self.swap}

    def _values(self, ops: Any, anchor: Any, positive: Any, negative: Any) -> Any:
        def distance(a: Any, b: Any) -> Any:
            return ops.sum(ops.abs(a - b + 1e-6) ** self.p, axis=-1) ** (1 / self.p)

        away = distance(anchor, negative)
        if self.swap:
            away = ops.minimum(away, distance(positive, negative))
        return ops.relu(distance(anchor, positive) - away + self.margin_)

    def _reference(self, anchor: Any, positive: Any, negative: Any) -> Any:
        def distance(a: Any, b: Any) -> Any:
            return (np.abs(a - b + 1e-6) ** self.p).sum(-1) ** (1 / self.p)

        away = distance(anchor, negative)
        if self.swap:
            away = np.minimum(away, distance(positive, negative))
        return np.maximum(distance(anchor, positive) - away + self.margin_, 0)


class TripletMarginWithDistanceLoss(TripletMarginLoss):
    """The same with a distance of one's own, here the sum of absolute differences."""

    variants = named(default={}, swapped={"swap": True, "reduction": "sum", "function": True})

    def torch(self, torch: Any, anchor: Any, positive: Any, negative: Any) -> Any:
        def distance(a: Any, b: Any) -> Any:
            return (a - b).abs().sum(-1)

        options = {"margin": self.margin_, "swap": self.swap, "reduction": self.reduction}
        if self.function:
            cost = torch.nn.functional.triplet_margin_with_distance_loss
            return cost(anchor, positive, negative, distance_function=distance, **options)
        return torch.nn.TripletMarginWithDistanceLoss(distance_function=distance, **options)(anchor, positive, negative)

    def _values(self, ops: Any, anchor: Any, positive: Any, negative: Any) -> Any:
        def distance(a: Any, b: Any) -> Any:
            return ops.sum(ops.abs(a - b), axis=-1)

        away = distance(anchor, negative)
        if self.swap:
            away = ops.minimum(away, distance(positive, negative))
        return ops.relu(distance(anchor, positive) - away + self.margin_)

    def _reference(self, anchor: Any, positive: Any, negative: Any) -> Any:
        def distance(a: Any, b: Any) -> Any:
            return np.abs(a - b).sum(-1)

        away = distance(anchor, negative)
        if self.swap:
            away = np.minimum(away, distance(positive, negative))
        return np.maximum(distance(anchor, positive) - away + self.margin_, 0)
