"""torch's losses of classes under its own reductions, with class weights and ignored labels: a mean divides by weights."""

from typing import Any

import numpy as np

from conformance_cases.losses._reductions import TorchLoss
from conformance_cases.losses.categorical import log_softmax
from pytest_fwparity import FunctionCase, named

WEIGHTS = (0.5, 1.0, 2.0, 0.7)


class CrossEntropyLoss(FunctionCase):
    """-weight[y] * ((1 - s) * log p[y] + s / C * sum(weight * log p) / weight[y]), 0 where the label is ignored.

    A mean is divided by the sum of the weights of the labels that count; classes stand second, the rest may follow.
    """

    reduction: str = "mean"
    function: bool = False
    weighted: bool = False
    ignore_index: int = -100
    label_smoothing: float = 0.0
    shape: list[int] = [6]
    from_logits: bool = True
    variants = named(
        default={},
        weighted={"weighted": True},
        ignoring={"ignore_index": 2, "weighted": True, "function": True},
        smoothed={"label_smoothing": 0.2, "weighted": True, "reduction": "sum"},
        images={"shape": [2, 3, 2], "function": True, "reduction": "none", "ignore_index": 1},
        logarithms={"from_logits": False, "weighted": True, "ignore_index": -1},
        function={"from_logits": False, "function": True, "weighted": True, "reduction": "sum"},
    )
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        batch, *rest = self.shape
        target = rng.integers(0, 4, size=self.shape)
        if self.ignore_index != -100:
            target.flat[2] = self.ignore_index
        return {"x": rng.normal(size=(batch, 4, *rest)), "target": target}

    def keras(self, keras: Any, x: Any, target: Any) -> Any:
        ops = keras.ops
        logs = ops.moveaxis(ops.log_softmax(x, axis=1) if self.from_logits else x, 1, -1)
        kept = ops.cast(target != self.ignore_index, x.dtype)
        weight = ops.convert_to_tensor(WEIGHTS if self.weighted else (1.0,) * 4, x.dtype)
        label = ops.one_hot(ops.where(target == self.ignore_index, 0, target), 4, dtype=x.dtype)
        smooth = self.label_smoothing
        cost = -kept * ops.sum(weight * logs * (label * (1 - smooth) + smooth / 4), axis=-1)
        if self.reduction == "none":
            return cost
        divisor = ops.sum(kept * ops.sum(weight * label, axis=-1)) if self.reduction == "mean" else 1.0
        return ops.sum(cost) / divisor

    def torch(self, torch: Any, x: Any, target: Any) -> Any:
        weight = torch.tensor(WEIGHTS, dtype=x.dtype) if self.weighted else None
        options: dict[str, Any] = {"reduction": self.reduction, "ignore_index": self.ignore_index}
        functional, nn = torch.nn.functional, torch.nn
        if not self.from_logits:
            cost = functional.nll_loss if self.function else None
            return cost(x, target, weight, **options) if cost else nn.NLLLoss(weight, **options)(x, target)
        options["label_smoothing"] = self.label_smoothing
        if self.function:
            return functional.cross_entropy(x, target, weight, **options)
        return nn.CrossEntropyLoss(weight, **options)(x, target)

    def reference(self, x: Any, target: Any) -> Any:
        logs = np.moveaxis(log_softmax(x, 1) if self.from_logits else x, 1, -1)
        kept = target != self.ignore_index
        weight = np.asarray(WEIGHTS if self.weighted else (1.0,) * 4)
        label = np.eye(4)[np.where(kept, target, 0)]
        smooth = self.label_smoothing
        cost = -1.0 * kept * (weight * logs * (label * (1 - smooth) + smooth / 4)).sum(-1)
        if self.reduction == "none":
            return cost
        return cost.sum() / ((kept * (weight * label).sum(-1)).sum() if self.reduction == "mean" else 1.0)


class BCELoss(TorchLoss):
    """-w * (y * log(p) + (1 - y) * log(1 - p)), each logarithm at least -100."""

    module, called = "BCELoss", "binary_cross_entropy"
    weighted: bool = False
    saturated: bool = False
    variants = named(
        default={},
        weighted={"weighted": True, "reduction": "sum", "function": True},
        mean={"reduction": "mean", "weighted": True},
        saturated={"saturated": True},
    )
    without = {"saturated-float16": "torch's gradient there is 0 / 0: its floor of 1e-12 is 0 in float16"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target, p = rng.integers(0, 2, size=(5, 4)), rng.uniform(0.1, 0.9, size=(5, 4))
        if self.saturated:
            target[0, 0], p[0, 0] = 0, 1e-9
        return {"p": p, "target": target}

    def torch(self, torch: Any, p: Any, target: Any) -> Any:
        weight = torch.tensor(WEIGHTS, dtype=p.dtype) if self.weighted else None
        target = target.to(p.dtype)
        if self.function:
            return torch.nn.functional.binary_cross_entropy(p, target, weight, reduction=self.reduction)
        return torch.nn.BCELoss(weight, reduction=self.reduction)(p, target)

    def _values(self, ops: Any, p: Any, target: Any) -> Any:
        target = ops.cast(target, p.dtype)
        cost = -target * ops.maximum(ops.log(p), -100.0) - (1 - target) * ops.maximum(ops.log1p(-p), -100.0)
        return cost * ops.convert_to_tensor(WEIGHTS, p.dtype) if self.weighted else cost

    def _reference(self, p: Any, target: Any) -> Any:
        cost = -target * np.log(p) - (1 - target) * np.log1p(-p)
        return cost * WEIGHTS if self.weighted else cost


class BCEWithLogitsLoss(TorchLoss):
    """-w * (pos * y * log(sigmoid(x)) + (1 - y) * log(1 - sigmoid(x))), stable for large logits."""

    module, called = "BCEWithLogitsLoss", "binary_cross_entropy_with_logits"
    weighted: bool = False
    scale: float = 2.0
    variants = named(
        default={},
        weighted={"weighted": True, "reduction": "sum", "function": True},
        mean={"reduction": "mean", "weighted": True},
        large={"scale": 50.0},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": self.scale * rng.normal(size=(5, 4)), "target": rng.integers(0, 2, size=(5, 4))}

    def torch(self, torch: Any, x: Any, target: Any) -> Any:
        options: dict[str, Any] = {"reduction": self.reduction}
        if self.weighted:
            options |= {"weight": torch.tensor(WEIGHTS, dtype=x.dtype)}
            options |= {"pos_weight": torch.tensor(WEIGHTS[::-1], dtype=x.dtype)}
        if self.function:
            return torch.nn.functional.binary_cross_entropy_with_logits(x, target.to(x.dtype), **options)
        return torch.nn.BCEWithLogitsLoss(**options)(x, target.to(x.dtype))

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        target = ops.cast(target, x.dtype)
        if not self.weighted:
            return ops.binary_crossentropy(target, x, from_logits=True)
        weight, positive = (ops.convert_to_tensor(value, x.dtype) for value in (WEIGHTS, WEIGHTS[::-1]))
        return weight * (positive * target * ops.softplus(-x) + (1 - target) * ops.softplus(x))

    def _reference(self, x: Any, target: Any) -> Any:
        weight, positive = (np.asarray(WEIGHTS), np.asarray(WEIGHTS[::-1])) if self.weighted else (1.0, 1.0)
        return weight * (positive * target * np.logaddexp(0, -x) + (1 - target) * np.logaddexp(0, x))


class KLDivLoss(TorchLoss):
    """y * (log(y) - x) of logarithms x; exp(y) * (y - x) of logarithms of both; ``batchmean`` is sum / rows."""

    module, called = "KLDivLoss", "kl_div"
    log_target: bool = False
    variants = named(
        default={},
        sum={"reduction": "sum", "function": True},
        batchmean={"reduction": "batchmean", "log_target": True},
        elements={"reduction": "mean", "log_target": True, "function": True},
    )

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        p, q = rng.dirichlet(np.ones(4), size=5) * 0.9 + 0.025, rng.dirichlet(np.ones(4), size=5) * 0.9 + 0.025
        return {"x": np.log(q), "target": np.log(p) if self.log_target else p}

    def _options(self, torch: Any) -> dict[str, Any]:
        return {"log_target": self.log_target}

    def keras(self, keras: Any, x: Any, target: Any) -> Any:
        values = self._values(keras.ops, x, target)
        if self.reduction == "batchmean":
            return keras.ops.sum(values) / x.shape[0]
        return {"none": lambda x: x, "sum": keras.ops.sum, "mean": keras.ops.mean}[self.reduction](values)

    def _values(self, ops: Any, x: Any, target: Any) -> Any:
        return ops.exp(target) * (target - x) if self.log_target else target * (ops.log(target) - x)

    def reference(self, x: Any, target: Any) -> Any:
        if self.reduction == "batchmean":
            return self._reference(x, target).sum() / len(x)
        return super().reference(x=x, target=target)

    def _reference(self, x: Any, target: Any) -> Any:
        return np.exp(target) * (target - x) if self.log_target else target * (np.log(target) - x)


class CTCLoss(FunctionCase):
    """torch's reductions of CTC: a mean divides each loss by its label's length first; impossible labels may cost 0."""

    reduction: str = "mean"
    function: bool = False
    zero_infinity: bool = False
    variants = named(
        default={}, sum={"reduction": "sum", "function": True}, impossible={"zero_infinity": True, "reduction": "none"}
    )
    level = "standard"
    speed = None
    fixed = ("lengths", "steps")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        target = np.stack([rng.permutation(4)[:3] + 1 for _ in range(3)])
        steps = np.array([6, 5, 2 if self.zero_infinity else 4])
        return {"x": rng.normal(size=(3, 6, 5)), "target": target, "steps": steps, "lengths": np.array([2, 1, 3])}

    def keras(self, keras: Any, x: Any, target: Any, steps: Any, lengths: Any) -> Any:
        ops = keras.ops
        losses = ops.cast(ops.ctc_loss(target, x, lengths, steps, mask_index=0), x.dtype)
        if self.zero_infinity:
            losses = ops.where(ops.convert_to_tensor([True, True, False]), losses, 0.0)
        if self.reduction == "mean":
            return ops.mean(losses / ops.cast(lengths, x.dtype))
        return ops.sum(losses) if self.reduction == "sum" else losses

    def torch(self, torch: Any, x: Any, target: Any, steps: Any, lengths: Any) -> Any:
        logs = x.log_softmax(-1).transpose(0, 1)
        options = {"reduction": self.reduction, "zero_infinity": self.zero_infinity}
        if self.function:
            return torch.nn.functional.ctc_loss(logs, target, steps, lengths, **options)
        return torch.nn.CTCLoss(**options)(logs, target, steps, lengths)
