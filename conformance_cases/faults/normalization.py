"""Faults of normalization layers."""

from typing import Any

from conformance_cases.faults._gradients import torch_rounded
from pytest_fwparity import fault

_BATCH, _LAYER = "core:layers/BatchNormalization", "core:layers/LayerNormalization"


def _batch_norm(torch: Any, patch: Any, change: Any) -> None:
    """``change(stock, x, mean, variance, weight, bias, training, momentum, eps)`` in the place of torch's batch_norm."""
    stock = torch.nn.functional.batch_norm

    def batch_norm(
        x: Any,
        mean: Any,
        variance: Any,
        weight: Any = None,
        bias: Any = None,
        training: bool = False,
        momentum: float = 0.1,
        eps: float = 1e-5,
    ) -> Any:
        return change(stock, x, mean, variance, weight, bias, training, momentum, eps)

    patch(torch.nn.functional, "batch_norm", batch_norm)


@fault(case=_BATCH, side="torch", variant="training")
def batch_norm_epsilon_off_by_1e_7(torch: Any, patch: Any) -> None:
    """Epsilon is 1e-7 too large."""
    _batch_norm(torch, patch, lambda stock, *given: stock(*given[:-1], given[-1] + 1e-7))


@fault(case=_BATCH, side="torch", variant="training")
def batch_norm_momentum_off_by_1e_7(torch: Any, patch: Any) -> None:
    """The moving statistics alone move 1e-7 too far."""
    _batch_norm(torch, patch, lambda stock, *given: stock(*given[:-2], given[-2] + 1e-7, given[-1]))


@fault(case=_BATCH, side="torch", variant="unscaled")
def batch_norm_by_unbiased_variance(torch: Any, patch: Any) -> None:
    """The output is divided by the unbiased deviation."""

    def change(stock: Any, x: Any, *given: Any) -> Any:
        n = x.numel() // x.shape[1]
        return stock(x, *given) * ((n - 1) / n) ** 0.5

    _batch_norm(torch, patch, change)


@fault(case=_BATCH, side="torch", variant="training", tier="gradient")
def batch_norm_gradient_stops_at_the_variance(torch: Any, patch: Any) -> None:
    """No gradient flows through the variance."""

    def change(stock: Any, x: Any, mean: Any, variance: Any, weight: Any, bias: Any, *rest: Any) -> Any:
        y = stock(x, mean, variance, weight, bias, *rest)
        axes = [0, *range(2, x.dim())]
        deviation = (x.var(axes, correction=0, keepdim=True) + rest[-1]).sqrt().detach()
        shape = [1, -1] + [1] * (x.dim() - 2)
        stopped = (x - x.mean(axes, keepdim=True)) / deviation * weight.view(shape) + bias.view(shape)
        return y.detach() + stopped - stopped.detach()

    _batch_norm(torch, patch, change)


@fault(case=_BATCH, side="keras", variant="inference")
def batch_norm_trains_in_inference(keras: Any, patch: Any) -> None:
    """training=False is not heard."""
    stock = keras.layers.BatchNormalization.call
    patch(
        keras.layers.BatchNormalization,
        "call",
        lambda self, inputs, training=None, mask=None: stock(self, inputs, training=True, mask=mask),
    )


def _layer_norm(torch: Any, patch: Any, change: Any) -> None:
    stock = torch.nn.functional.layer_norm

    def layer_norm(x: Any, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
        return change(stock, x, shape, weight, bias, eps)

    patch(torch.nn.functional, "layer_norm", layer_norm)


@fault(case=_LAYER, side="torch", variant="far")
def layer_norm_epsilon_off_by_1e_7(torch: Any, patch: Any) -> None:
    """Epsilon is 1e-7 too large, where the mean is 1000."""
    _layer_norm(torch, patch, lambda stock, *given: stock(*given[:-1], given[-1] + 1e-7))


@fault(case=_LAYER, side="torch", variant="bare")
def layer_norm_by_unbiased_variance(torch: Any, patch: Any) -> None:
    """The output is divided by the unbiased deviation."""
    _layer_norm(torch, patch, lambda stock, x, shape, *rest: stock(x, shape, *rest) * (7 / 8) ** 0.5)


@fault(case=_LAYER, side="torch", variant="far", tier="float32")
def layer_norm_variance_in_one_pass(torch: Any, patch: Any) -> None:
    """In float32 alone the variance is E[x^2] - E[x]^2."""

    def change(stock: Any, x: Any, shape: Any, weight: Any, bias: Any, eps: float) -> Any:
        if x.dtype != torch.float32:
            return stock(x, shape, weight, bias, eps)
        mean = x.mean(-1, keepdim=True)
        variance = (x * x).mean(-1, keepdim=True) - mean * mean
        return (x - mean) * torch.rsqrt(variance + eps) * weight + bias

    _layer_norm(torch, patch, change)


@fault(case=_LAYER, side="torch", variant="plain", tier="float32")
def layer_norm_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone the input is rounded to bfloat16."""
    _layer_norm(torch, patch, lambda stock, x, *rest: stock(torch_rounded(torch, x), *rest))
