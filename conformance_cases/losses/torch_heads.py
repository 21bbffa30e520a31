"""Losses of torch that hold the last layer: adaptive softmax and the fused linear cross-entropy."""

from typing import Any

import numpy as np

from conformance_cases.losses.categorical import log_softmax
from pytest_fwparity import FunctionCase, named


class AdaptiveLogSoftmaxWithLoss(FunctionCase):
    """Frequent classes have a logit in the head; a rarer one that of its cluster there, and its own of a narrower projection.

    The logarithm of the probability of a rare class is that of its cluster plus that within the cluster.
    """

    head_bias: bool = False
    variants = named(default={}, bias={"head_bias": True})
    outputs = ("chosen", "loss", "logs")
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        weights = {
            "head": rng.normal(size=(4, 4)),
            "down1": rng.normal(size=(2, 4)),
            "up1": rng.normal(size=(3, 2)),
            "down2": rng.normal(size=(1, 4)),
            "up2": rng.normal(size=(2, 1)),
        }
        bias = {"bias": rng.normal(size=4)} if self.head_bias else {}
        return {"x": rng.normal(size=(6, 4)), "target": np.array([1, 0, 2, 4, 5, 6]), **weights, **bias}

    def _logs(self, matmul: Any, softmax: Any, concatenate: Any, x: Any, parts: list[Any], bias: Any) -> Any:
        head, down1, up1, down2, up2 = parts
        made = softmax(matmul(x, head) + bias)
        one, two = softmax(matmul(matmul(x, down1), up1)), softmax(matmul(matmul(x, down2), up2))
        return concatenate([made[:, :2], made[:, 2:3] + one, made[:, 3:] + two], -1)

    def keras(self, keras: Any, x: Any, target: Any, head: Any, bias: Any = 0.0, **tail: Any) -> Any:
        ops = keras.ops
        parts = [ops.transpose(part) for part in (head, *tail.values())]
        logs = self._logs(ops.matmul, ops.log_softmax, ops.concatenate, x, parts, bias)
        chosen = ops.take_along_axis(logs, target[:, None], axis=-1)[:, 0]
        return chosen, -ops.mean(chosen), logs

    def torch(self, torch: Any, x: Any, target: Any, head: Any, bias: Any = None, **tail: Any) -> Any:
        class Both(torch.nn.AdaptiveLogSoftmaxWithLoss):  # type: ignore[misc]
            def forward(self, x: Any, target: Any) -> Any:
                found = super().forward(x, target)
                return found.output, found.loss, self.log_prob(x)

        module = Both(4, 7, [2, 5], div_value=2.0, head_bias=self.head_bias)
        weights = {"head.weight": head, **({} if bias is None else {"head.bias": bias})}
        names = ("tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight")
        return torch.func.functional_call(
            module, {**weights, **dict(zip(names, tail.values(), strict=True))}, (x, target)
        )

    def reference(self, x: Any, target: Any, head: Any, bias: Any = 0.0, **tail: Any) -> Any:
        parts = [part.T for part in (head, *tail.values())]
        logs = self._logs(np.matmul, log_softmax, np.concatenate, x, parts, bias)
        chosen = np.take_along_axis(logs, target[:, None], -1)[:, 0]
        return chosen, -chosen.mean(), logs


class LinearCrossEntropyLoss(FunctionCase):
    """The cross-entropy of x @ weight.T + bias, whole or in chunks that never hold all logits."""

    function: bool = False
    reduction: str = "mean"
    chunked: bool = False
    label_smoothing: float = 0.0
    ignore_index: int | None = None
    variants = named(
        default={},
        sum={"reduction": "sum", "function": True, "label_smoothing": 0.1},
        ignoring={"ignore_index": 1, "function": True},
        chunked={"chunked": True, "function": True},
    )
    needs = {"torch": "2.13"}
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "x": rng.normal(size=(8, 4)),
            "weight": rng.normal(size=(5, 4)),
            "bias": rng.normal(size=5),
            "target": np.array([0, 1, 2, 3, 4, 1, 0, 2]),
        }

    def keras(self, keras: Any, x: Any, weight: Any, bias: Any, target: Any) -> Any:
        ops = keras.ops
        logits = ops.matmul(x, ops.transpose(weight)) + bias
        labels = ops.one_hot(target, 5, dtype=x.dtype) * (1 - self.label_smoothing) + self.label_smoothing / 5
        cost = ops.categorical_crossentropy(labels, logits, from_logits=True)
        kept = ops.cast(target != (-100 if self.ignore_index is None else self.ignore_index), x.dtype)
        return ops.sum(cost * kept) / (ops.sum(kept) if self.reduction == "mean" else 1.0)

    def torch(self, torch: Any, x: Any, weight: Any, bias: Any, target: Any) -> Any:
        options: dict[str, Any] = {"reduction": self.reduction, "label_smoothing": self.label_smoothing}
        if self.ignore_index is not None:
            options["ignore_index"] = self.ignore_index
        if self.chunked:
            options["options"] = torch.nn.LinearCrossEntropyOptions(batch_chunk_size=4, allow_retain_graph=True)
        if self.function:
            return torch.nn.functional.linear_cross_entropy(x, weight, target, linear_bias=bias, **options)
        module = torch.nn.LinearCrossEntropyLoss(4, 5, bias=True, **options)
        return torch.func.functional_call(module, {"linear.weight": weight, "linear.bias": bias}, (x, target))

    def reference(self, x: Any, weight: Any, bias: Any, target: Any) -> Any:
        labels = np.eye(5)[target] * (1 - self.label_smoothing) + self.label_smoothing / 5
        cost = -(labels * log_softmax(x @ weight.T + bias)).sum(-1)
        kept = target != (-100 if self.ignore_index is None else self.ignore_index)
        return (cost * kept).sum() / (kept.sum() if self.reduction == "mean" else 1.0)
