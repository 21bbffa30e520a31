"""Faults of losses of classes: smoothing, clipping, ignored classes, focal factors."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import Instead, rescaled
from pytest_fwparity import fault

_CATEGORICAL = "core:losses/CategoricalCrossentropy"


@fault(case=_CATEGORICAL, side="keras", variant="smoothed")
def categorical_smoothing_over_one_class_more(keras: Any, patch: Any) -> None:
    """Labels are smoothed towards 1 / (C + 1)."""
    from keras.src.losses import losses as module

    stock = module.ops

    def shape(x: Any) -> Any:
        found = stock.shape(x)
        return (*found[:-1], found[-1] + 1)

    patch(module, "ops", Instead(stock, shape=shape))


@fault(case=_CATEGORICAL, side="keras", variant="probabilities")
def probabilities_not_normalised(keras: Any, patch: Any) -> None:
    """Probabilities are divided by 1 + 1e-7 times their sum."""
    from keras.src.losses import losses as module

    stock = module.ops

    def cost(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
        made = stock.categorical_crossentropy(target, output, from_logits=from_logits, axis=axis)
        return made if from_logits else made + 1e-7 * stock.sum(target, axis=axis)

    patch(module, "ops", Instead(stock, categorical_crossentropy=cost))


@fault(case=_CATEGORICAL, side="torch", variant="large")
def large_logits_clipped_at_100(torch: Any, patch: Any) -> None:
    """Logits beyond 100 count as 100."""
    stock = torch.nn.functional.cross_entropy
    patch(
        torch.nn.functional,
        "cross_entropy",
        lambda x, *args, **options: stock(x.clamp(-60, 60), *args, **options),
    )


@fault(case="core:losses/CategoricalCrossentropyOfImages", side="keras", variant="plain")
def classes_taken_from_the_last_axis(keras: Any, patch: Any) -> None:
    """The axis of the classes is not used."""
    from keras.src.losses import losses as module

    stock = module.ops
    patch(
        module,
        "ops",
        Instead(
            stock,
            categorical_crossentropy=lambda target, output, from_logits=False, axis=-1: stock.categorical_crossentropy(
                target, output, from_logits=from_logits, axis=-1
            ),
        ),
    )


@fault(case="core:losses/BinaryFocalCrossentropy", side="torch", variant="balanced")
def focal_cross_entropy_one_ten_millionth(torch: Any, patch: Any) -> None:
    """The cross-entropy beneath is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "binary_cross_entropy")


@fault(case="core:losses/CategoricalFocalCrossentropy", side="keras", variant="logits")
def focal_gamma_off_by_1e_6(keras: Any, patch: Any) -> None:
    """The exponent is 1e-6 too large."""
    from keras.src.losses import losses as module

    stock = module.ops
    patch(module, "ops", Instead(stock, power=lambda x, y: stock.power(x, y + 1e-6)))


@fault(case="core:losses/CategoricalGeneralizedCrossEntropy", side="keras", variant="q=0.1")
def generalized_q_floored(keras: Any, patch: Any) -> None:
    """The exponent is at least 0.10001."""
    from keras.src.losses import losses as module

    stock = module.ops
    patch(module, "ops", Instead(stock, power=lambda x, y: stock.power(x, max(y, 0.10001))))


@fault(case="core:losses/Poisson", side="keras")
def poisson_epsilon_1e_6(keras: Any, patch: Any) -> None:
    """1e-6 is added before the logarithm, not 1e-7."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


@fault(case="core:losses/MeanOverWhatIsNotIgnored", side="keras", variant="inside")
def ignored_samples_counted_in_the_mean(keras: Any, patch: Any) -> None:
    """The mean is over the ignored samples too."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, set_keras_mask=lambda x, mask: None))


@fault(case="core:losses/CTC", side="keras", variant="repeated", tier="float32")
def ctc_label_one_shorter(keras: Any, patch: Any) -> None:
    """The last label of each sample is not read."""
    from keras.src.losses import losses as module

    stock = module.ops
    patch(
        module,
        "ops",
        Instead(
            stock,
            ctc_loss=lambda target, output, length, steps, mask_index=0: stock.ctc_loss(
                target, output, stock.maximum(length - 1, 1), steps, mask_index=mask_index
            ),
        ),
    )


@fault(case="core:losses/CTC", side="torch", variant="full", tier="float32")
def ctc_last_step_not_read(torch: Any, patch: Any) -> None:
    """In float32 alone the last step of every sequence is not read."""
    stock = torch.nn.functional.ctc_loss

    def loss(logs: Any, target: Any, steps: Any, *rest: Any, **options: Any) -> Any:
        return stock(logs, target, steps - 1 if logs.dtype == torch.float32 else steps, *rest, **options)

    patch(torch.nn.functional, "ctc_loss", loss)


@fault(case="core:losses/CTC", side="keras", tier="float32")
def ctc_logits_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone logits are rounded to bfloat16."""
    from keras.src.losses import losses as module

    stock = module.ops
    patch(
        module,
        "ops",
        Instead(
            stock,
            ctc_loss=lambda target, output, *lengths, **options: stock.ctc_loss(
                target, keras_rounded(keras, output), *lengths, **options
            ),
        ),
    )


@fault(case="core:losses/MeanOverWhatIsNotIgnored", side="keras", variant="outside")
def weights_of_ignored_samples_in_the_divisor(keras: Any, patch: Any) -> None:
    """The sum of weights, by which a weighed mean is divided, holds those of ignored samples."""
    from keras.src.losses import loss

    stock = loss.apply_mask

    def apply(sample_weight: Any, mask: Any, dtype: Any, reduction: str) -> Any:
        return stock(sample_weight, None if reduction == "mean_with_sample_weight" else mask, dtype, reduction)

    patch(loss, "apply_mask", apply)


@fault(case="core:losses/ManyClasses", side="torch", tier="float16")
def class_indices_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float16 alone class indices go through bfloat16, which takes 257 for 256."""
    stock = torch.nn.functional.nll_loss

    def loss(x: Any, target: Any, **options: Any) -> Any:
        return stock(x, target.bfloat16().long() if x.dtype == torch.float16 else target, **options)

    patch(torch.nn.functional, "nll_loss", loss)
