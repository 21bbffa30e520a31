"""Faults of losses."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_scaled_gradient
from conformance_cases.faults._stand_ins import Instead, dtype_of
from pytest_fwparity import fault

_BINARY = "core:losses/BinaryCrossentropy"


@fault(case=_BINARY, side="keras", variant="confident")
def clipped_at_1e_6(keras: Any, patch: Any) -> None:
    """Probabilities are clipped at 1e-6."""
    _clipped(keras, patch, 1e-6)


def _clipped(keras: Any, patch: Any, at: float) -> None:
    from keras.src.losses import losses

    stock = losses.binary_crossentropy

    def cost(y_true: Any, y_pred: Any, *args: Any, **options: Any) -> Any:
        return stock(y_true, keras.ops.clip(y_pred, at, 1 - at), *args, **options)

    _in_loss(patch, keras.losses.BinaryCrossentropy, stock, cost)


def _in_loss(patch: Any, kind: Any, stock: Any, new: Any) -> None:
    """A loss object holds its function; it is exchanged as the object is made."""
    made = kind.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.fn = new if self.fn is stock else self.fn

    patch(kind, "__init__", init)


@fault(case=_BINARY, side="keras", variant="smoothed")
def smoothing_off_by_1e_6(keras: Any, patch: Any) -> None:
    """Labels are smoothed by 1e-6 too much."""
    made = keras.losses.BinaryCrossentropy.__init__

    def init(self: Any, from_logits: Any = False, label_smoothing: float = 0.0, **options: Any) -> None:
        made(self, from_logits, label_smoothing + 1e-6, **options)

    patch(keras.losses.BinaryCrossentropy, "__init__", init)


@fault(case=_BINARY, side="torch", variant="logits")
def logits_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient by the logits is 1e-5 too large."""
    stock, scaled = torch.nn.functional.binary_cross_entropy_with_logits, torch_scaled_gradient(torch, 1 + 1e-5)
    patch(
        torch.nn.functional,
        "binary_cross_entropy_with_logits",
        lambda x, y, **options: stock(scaled(x), y, **options),
    )


@fault(case="core:losses/Huber", side="torch")
def huber_is_smooth_l1(torch: Any, patch: Any) -> None:
    """Beyond delta the slope is 1e-6 too steep."""
    stock = torch.nn.functional.huber_loss

    def huber(x: Any, y: Any, **options: Any) -> Any:
        off = (x - y).abs()
        return stock(x, y, **options) + 1e-6 * (off - options["delta"]).clamp(min=0)

    patch(torch.nn.functional, "huber_loss", huber)


@fault(case="core:losses/Huber", side="keras")
def sample_weight_ignored(keras: Any, patch: Any) -> None:
    """Sample weights are not used."""
    from keras.src.losses import loss

    stock = loss.reduce_weighted_values

    def reduce(values: Any, sample_weight: Any = None, mask: Any = None, **options: Any) -> Any:
        return stock(values, sample_weight=None, mask=mask, **options)

    patch(loss, "reduce_weighted_values", reduce)


@fault(case="core:losses/Huber", side="keras")
def mask_ignored(keras: Any, patch: Any) -> None:
    """The mask is not used."""
    from keras.src.losses import loss

    patch(loss, "apply_mask", lambda sample_weight, mask, dtype, reduction: sample_weight)


@fault(case="core:losses/SparseCategoricalCrossentropy", side="torch")
def cross_entropy_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every loss is 1e-7 too large."""
    stock = torch.nn.functional.cross_entropy
    patch(torch.nn.functional, "cross_entropy", lambda *args, **options: stock(*args, **options) * (1 + 1e-7))


@fault(case="core:losses/KLDivergence", side="torch", variant="positive", tier="float32")
def divergence_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone each term is rounded to bfloat16."""
    stock = torch.nn.functional.kl_div

    def divergence(*args: Any, **options: Any) -> Any:
        made = stock(*args, **options)
        return made.bfloat16().float() if made.dtype == torch.float32 else made

    patch(torch.nn.functional, "kl_div", divergence)


@fault(case="core:losses/Huber", side="keras", variant="delta=0.3")
def loss_divided_by_one_less(keras: Any, patch: Any) -> None:
    """A mean over a batch is divided by its size - 1."""
    from keras.src.losses import loss

    stock = loss.reduce_values

    def reduce(values: Any, sample_weight: Any = None, reduction: str = "sum_over_batch_size") -> Any:
        made = stock(values, sample_weight, reduction)
        return made * (len(values) / (len(values) - 1)) if reduction == "sum_over_batch_size" else made

    patch(loss, "reduce_values", reduce)


@fault(case="core:losses/Huber", side="keras", variant="delta=2.5")
def loss_divided_by_samples_not_weights(keras: Any, patch: Any) -> None:
    """mean_with_sample_weight is divided by the number of samples."""
    from keras.src.losses import loss

    stock = loss.reduce_values
    patch(loss, "reduce_values", lambda values, sample_weight=None, reduction="sum": stock(values, None, reduction))


@fault(case="core:losses/SparseCategoricalCrossentropy", side="torch", variant="from_logits=False")
def label_of_the_first_ignored(torch: Any, patch: Any) -> None:
    """Samples with the label of the first cost nothing."""
    stock = torch.nn.functional.cross_entropy
    patch(torch.nn.functional, "cross_entropy", lambda x, y, **options: stock(x, y, **options, ignore_index=int(y[0])))


@fault(case="core:losses/SparseCategoricalCrossentropy", side="torch")
def cross_entropy_smoothed_by_1e_6(torch: Any, patch: Any) -> None:
    """Labels are smoothed by 1e-6."""
    stock = torch.nn.functional.cross_entropy
    patch(torch.nn.functional, "cross_entropy", lambda x, y, **options: stock(x, y, **options, label_smoothing=1e-6))


@fault(case="core:losses/KLDivergence", side="keras", variant="zeros")
def divergence_clipped_at_1e_6(keras: Any, patch: Any) -> None:
    """Probabilities are clipped at 1e-6, where 1e-7 is known."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


def _in_huber(patch: Any, keras: Any, change: Any) -> None:
    from keras.src.losses import losses as module

    stock = module.huber

    def cost(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
        return change(stock(y_true, y_pred, delta))

    _in_loss(patch, keras.losses.Huber, stock, cost)


@fault(case="core:losses/Huber", side="keras", tier="float32")
def huber_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone each sample's loss is rounded to bfloat16."""
    _in_huber(patch, keras, lambda y: keras_rounded(keras, y))


@fault(case="core:losses/Huber", side="keras", tier="float16")
def huber_wrong_in_float16_alone(keras: Any, patch: Any) -> None:
    """In float16 alone each sample's loss is 10 % too large."""
    _in_huber(patch, keras, lambda y: y * 1.1 if dtype_of(y) == "float16" else y)


@fault(case="core:losses/Huber", side="keras", variant="delta=2.5", tier="gradient")
def huber_gradient_stops(keras: Any, patch: Any) -> None:
    """Half of each loss has no gradient."""
    _in_huber(patch, keras, lambda y: y / 2 + keras.ops.stop_gradient(y) / 2)


@fault(case="core:losses/BinaryCrossentropyAtOne", side="keras", variant="certain")
def certain_errors_clipped_at_2e_7(keras: Any, patch: Any) -> None:
    """Probabilities are clipped at 2e-7, where 1e-7 is known."""
    _clipped(keras, patch, 2e-7)


@fault(case="core:losses/SparseCategoricalCrossentropyOfSequences", side="torch", variant="classes=2")
def cross_entropy_of_two_classes_alone(torch: Any, patch: Any) -> None:
    """With two classes alone every loss is 1e-7 too large."""
    stock = torch.nn.functional.cross_entropy
    patch(
        torch.nn.functional,
        "cross_entropy",
        lambda x, y, **options: stock(x, y, **options) * (1 + 1e-7 * (x.shape[1] == 2)),
    )


@fault(case="core:losses/Loss", side="torch", variant="low", tier="gradient")
def larger_of_two_shares_its_gradient(torch: Any, patch: Any) -> None:
    """A thousandth of the gradient of the larger one goes to the smaller one."""
    stock = torch.maximum

    def maximum(a: Any, b: Any) -> Any:
        off = (a - b).abs()
        return stock(a, b) - 1e-3 * (off - off.detach())

    patch(torch, "maximum", maximum)


@fault(case="core:losses/LossWeighedBySample", side="keras")
def weights_counted_at_every_step(keras: Any, patch: Any) -> None:
    """The sum of weights, by which a weighed mean is divided, counts each of them once a step."""
    from keras.src.losses import loss

    stock = loss.reduce_values

    def reduce(values: Any, sample_weight: Any = None, reduction: str = "sum_over_batch_size") -> Any:
        weight = None if sample_weight is None else sample_weight * keras.ops.ones_like(values)
        return stock(values, weight, reduction)

    patch(loss, "reduce_values", reduce)
