"""Faults of normalization layers."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_rounded
from conformance_cases.faults._stand_ins import after_init, changed_result, dtype_of, rescaled
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


def _keras_epsilon(patch: Any, kind: Any, by: float) -> None:
    after_init(patch, kind, lambda self: setattr(self, "epsilon", self.epsilon + by))


@fault(case=_BATCH, side="keras", variant="inference")
def batch_norm_epsilon_off_by_1e_8(keras: Any, patch: Any) -> None:
    """Epsilon is 1e-8 too large."""
    _keras_epsilon(patch, keras.layers.BatchNormalization, 1e-8)


@fault(case=_LAYER, side="keras", variant="far")
def layer_norm_epsilon_off_by_1e_8(keras: Any, patch: Any) -> None:
    """Epsilon is 1e-8 too large, where the mean is 1000."""
    _keras_epsilon(patch, keras.layers.LayerNormalization, 1e-8)


def _moments(patch: Any, keras: Any, change: Any) -> None:
    """``change(mean, variance, inputs)`` of a batch."""
    stock = keras.layers.BatchNormalization._moments
    patch(
        keras.layers.BatchNormalization,
        "_moments",
        lambda self, inputs, mask: change(*stock(self, inputs, mask), inputs),
    )


@fault(case=_BATCH, side="keras", variant="image")
def batch_norm_gradient_stops_in_keras(keras: Any, patch: Any) -> None:
    """No gradient flows through the variance; values are right."""
    _moments(patch, keras, lambda mean, variance, x: (mean, keras.ops.stop_gradient(variance)))


@fault(case=_BATCH, side="keras", variant="far", tier="float32")
def batch_norm_variance_in_one_pass(keras: Any, patch: Any) -> None:
    """In float32 alone the variance is E[x^2] - E[x]^2."""

    def change(mean: Any, variance: Any, x: Any) -> Any:
        if dtype_of(x) != "float32":
            return mean, variance
        return mean, keras.ops.mean(x * x, 0) - mean * mean

    _moments(patch, keras, change)


@fault(case=_BATCH, side="keras", variant="image")
def batch_norm_moving_mean_alone(keras: Any, patch: Any) -> None:
    """The moving mean alone moves 1e-6 too far; outputs are right."""
    stock = keras.layers.BatchNormalization.call

    def call(self: Any, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        before = self.moving_mean.value
        y = stock(self, inputs, training=training, mask=mask)
        if training:
            self.moving_mean.assign(self.moving_mean + 1e-6 * (self.moving_mean - before))
        return y

    patch(keras.layers.BatchNormalization, "call", call)


@fault(case=_BATCH, side="torch", variant="inference")
def batch_norm_in_inference_one_ten_millionth(torch: Any, patch: Any) -> None:
    """In inference alone every output is 1e-7 too large."""
    _batch_norm(torch, patch, lambda stock, *given: stock(*given) * (1 if given[5] else 1 + 1e-7))


@fault(case=_BATCH, side="keras", variant="unscaled", tier="bfloat16")
def batch_norm_wrong_in_bfloat16_alone(keras: Any, patch: Any) -> None:
    """In bfloat16 alone every output is 20 % too large."""
    rescaled(patch, keras.layers.BatchNormalization, "call", 0.2, dtype="bfloat16")


@fault(case=_LAYER, side="keras", variant="two_axes", tier="float32")
def layer_norm_in_bfloat16_in_keras(keras: Any, patch: Any) -> None:
    """In float32 alone outputs are rounded to bfloat16."""
    changed_result(patch, keras.layers.LayerNormalization, "call", lambda y: keras_rounded(keras, y))


@fault(case=_LAYER, side="torch", variant="uncentered")
def layer_norm_without_beta_adds_one(torch: Any, patch: Any) -> None:
    """Without beta alone 1e-6 is added."""
    _layer_norm(torch, patch, lambda stock, *given: stock(*given) + 1e-6 * (given[3] is None))
