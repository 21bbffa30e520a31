"""Faults of trainings, mixed precision, replicas and initializers."""

from typing import Any

from pytest_fwparity import fault

_CLASSIFIER, _FLOAT16 = "core:training/Classifier", "core:mixed_precision/TrainingInFloat16"


@fault(case=_CLASSIFIER, side="torch")
def training_rate_off_in_batch_three(torch: Any, patch: Any) -> None:
    """The third batch alone is trained at a rate 1e-4 too large."""
    stock = torch.optim.SGD.step

    def step(self: Any, closure: Any = None) -> Any:
        self.fwparity_step = getattr(self, "fwparity_step", -1) + 1
        (group,) = self.param_groups
        rate, group["lr"] = group["lr"], group["lr"] * (1 + 1e-4 * (self.fwparity_step == 2))
        made = stock(self)
        group["lr"] = rate
        return made

    patch(torch.optim.SGD, "step", step)


@fault(case=_CLASSIFIER, side="keras")
def fit_scales_the_loss(keras: Any, patch: Any) -> None:
    """fit minimises 1 + 1e-6 times the loss."""
    stock = keras.Model.compute_loss
    patch(keras.Model, "compute_loss", lambda self, *args, **options: stock(self, *args, **options) * (1 + 1e-6))


@fault(case=_CLASSIFIER, side="torch", tier="float32")
def training_gradients_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone gradients are rounded to bfloat16 before the step."""
    stock = torch.optim.SGD.step

    def step(self: Any, closure: Any = None) -> Any:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None and parameter.grad.dtype == torch.float32:
                    parameter.grad.copy_(parameter.grad.bfloat16())
        return stock(self)

    patch(torch.optim.SGD, "step", step)


@fault(case="core:mixed_precision/MixedDense", side="keras", tier="mixed_bfloat16")
def mixed_layer_does_not_mix(keras: Any, patch: Any) -> None:
    """A layer under a mixed policy computes in float32."""
    made = keras.layers.Dense.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, "dtype": "float32"})

    patch(keras.layers.Dense, "__init__", init)


@fault(case="core:mixed_precision/MixedDense", side="torch", tier="mixed_float16")
def autocast_does_not_cast(torch: Any, patch: Any) -> None:
    """autocast does nothing."""
    import contextlib

    patch(torch, "autocast", lambda *args, **options: contextlib.nullcontext())


@fault(case=_FLOAT16, side="torch", tier="mixed_float16")
def loss_scale_is_not_halved(torch: Any, patch: Any) -> None:
    """After an overflow the loss scale stays."""
    made = torch.amp.GradScaler.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, "backoff_factor": 0.999999})

    patch(torch.amp.GradScaler, "__init__", init)


@fault(case=_FLOAT16, side="keras", tier="mixed_float16")
def loss_scale_grows_late(keras: Any, patch: Any) -> None:
    """The loss scale doubles one step later than it should."""
    kind = keras.mixed_precision.LossScaleOptimizer
    made = kind.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.dynamic_growth_steps += 1

    patch(kind, "__init__", init)


@fault(case="core:initializers/GlorotUniform", side="torch", tier="float32")
def initializer_three_percent_wide(torch: Any, patch: Any) -> None:
    """Values are 3 % too large."""
    stock = torch.nn.init.xavier_uniform_
    patch(torch.nn.init, "xavier_uniform_", lambda tensor, *args, **options: stock(tensor, 1.03))


@fault(case="core:initializers/HeUniform", side="keras", tier="float32")
def initializer_counts_outputs(keras: Any, patch: Any) -> None:
    """Outputs are counted in the place of inputs."""
    made = keras.initializers.HeUniform.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.mode = "fan_out"

    patch(keras.initializers.HeUniform, "__init__", init)


@fault(case="core:ops/Sum", side="torch", variant="count=1000000")
def sum_drops_one_of_a_million(torch: Any, patch: Any) -> None:
    """One of a million values is left out of the sum."""
    stock = torch.Tensor.sum
    patch(
        torch.Tensor,
        "sum",
        lambda self, *args, **options: stock(self[1:] if self.dim() == 1 else self, *args, **options),
    )


@fault(case="core:ops/Sum", side="torch", variant="count=1000000", tier="float32")
def sum_in_sequence(torch: Any, patch: Any) -> None:
    """In float32 alone the values are added one after the other."""
    stock = torch.Tensor.sum

    def added(self: Any, *args: Any, **options: Any) -> Any:
        if self.dtype != torch.float32 or self.dim() != 1:
            return stock(self, *args, **options)
        import numpy as np

        total = torch.as_tensor(np.add.accumulate(self.detach().numpy())[-1])
        exact = stock(self)
        return exact + (total - exact).detach()

    patch(torch.Tensor, "sum", added)


@fault(case="core:layers/Gate", side="torch")
def sigmoid_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every sigmoid is 1e-7 too large."""
    stock = torch.sigmoid
    patch(torch, "sigmoid", lambda x: stock(x) * (1 + 1e-7))


@fault(case="core:layers/DepthwiseConv2D", side="torch", variant="plain")
def depthwise_bias_off_by_1e_6(torch: Any, patch: Any) -> None:
    """The bias is 1e-6 too small."""
    stock = torch.nn.functional.conv2d
    patch(torch.nn.functional, "conv2d", lambda x, w, bias=None, *rest: stock(x, w, bias * (1 - 1e-6), *rest))
