"""Faults of losses of real values, of hinges, overlaps and embeddings."""

from typing import Any

from conformance_cases.faults._gradients import keras_scaled_gradient
from conformance_cases.faults._stand_ins import Instead, after_init, rescaled
from pytest_fwparity import fault


def _ops(patch: Any, **exchanged: Any) -> None:
    """Operations of the module of losses alone are exchanged."""
    from keras.src.losses import losses as module

    patch(module, "ops", Instead(module.ops, **exchanged))


@fault(case="core:losses/MeanSquaredError", side="keras", tier="gradient")
def square_gradient_scaled(keras: Any, patch: Any) -> None:
    """The gradient of the square is 1e-4 too large."""
    stock = keras.ops.square
    _ops(patch, square=lambda x: keras_scaled_gradient(keras, stock(x), 1 + 1e-4))


@fault(case="core:losses/MeanSquaredError", side="keras", variant="squeezed")
def labels_broadcast(keras: Any, patch: Any) -> None:
    """Labels without the last axis are broadcast against it, not expanded."""
    from keras.src.losses import losses as module

    patch(module, "squeeze_or_expand_to_same_rank", lambda x1, x2, *args, **options: (x1, x2))


@fault(case="core:losses/MeanAbsoluteError", side="torch")
def absolute_error_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every absolute error is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "l1_loss")


@fault(case="core:losses/MeanAbsolutePercentageError", side="keras", variant="zero")
def percentage_divisor_1e_6(keras: Any, patch: Any) -> None:
    """The divisor is at least 1e-6, not 1e-7."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


@fault(case="core:losses/MeanSquaredLogarithmicError", side="keras", variant="negative")
def logarithm_of_negative_values_floored_at_1e_6(keras: Any, patch: Any) -> None:
    """Negative values count as 1e-6, not 1e-7."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


@fault(case="core:losses/LogCosh", side="keras")
def log_cosh_softplus_one_ten_millionth(keras: Any, patch: Any) -> None:
    """The softplus is 1e-6 of itself too large."""
    stock = keras.ops.softplus
    _ops(patch, softplus=lambda x: stock(x) * (1 + 1e-6))


@fault(case="core:losses/CosineSimilarity", side="torch", variant="long")
def cosine_epsilon_added(torch: Any, patch: Any) -> None:
    """1e-3 is added to the product of the norms, 1e-6 of it."""
    stock = torch.nn.functional.cosine_similarity

    def cosine(x: Any, y: Any, dim: int = 1, eps: float = 1e-8) -> Any:
        norms = x.norm(dim=dim) * y.norm(dim=dim)
        return stock(x, y, dim, eps) * norms / (norms + 1e-3)

    patch(torch.nn.functional, "cosine_similarity", cosine)


@fault(case="core:losses/CosineSimilarityAlongTheSecondAxis", side="keras")
def cosine_along_the_last_axis(keras: Any, patch: Any) -> None:
    """Vectors are normalised along the last axis, whatever was asked for."""
    from keras.src.losses import losses as module

    stock = module.normalize
    patch(module, "normalize", lambda x, axis=-1: stock(x, axis=-1))


@fault(case="core:losses/Hinge", side="keras", variant="binary")
def binary_labels_not_converted(keras: Any, patch: Any) -> None:
    """Labels of 0 and 1 stay what they are."""
    from keras.src.losses import losses as module

    patch(module, "convert_binary_labels_to_hinge", lambda y_true: y_true)


@fault(case="core:losses/SquaredHinge", side="keras", variant="signed")
def squared_hinge_margin_short(keras: Any, patch: Any) -> None:
    """The margin is 1 - 1e-6."""
    stock = keras.ops.maximum
    _ops(patch, maximum=lambda x, y: stock(x - 1e-6, y))


@fault(case="core:losses/CategoricalHinge", side="keras", variant="negative")
def categorical_hinge_floor_forgotten(keras: Any, patch: Any) -> None:
    """The right class does not take part with 0 in the largest wrong score."""
    stock = keras.ops.max
    _ops(patch, max=lambda x, axis=None: stock(keras.ops.where(x == 0, -1e9, x), axis=axis))


@fault(case="core:losses/Dice", side="keras", variant="everything")
def dice_epsilon_1e_6(keras: Any, patch: Any) -> None:
    """1e-6 is added to the divisor, not 1e-7."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


@fault(case="core:losses/Tversky", side="keras", variant="uneven")
def tversky_weights_exchanged(keras: Any, patch: Any) -> None:
    """alpha and beta are exchanged."""
    from keras.src.losses import losses as module

    made = keras.losses.Tversky.__init__
    stock = module.tversky

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.fn = lambda y_true, y_pred, alpha, beta, axis: stock(y_true, y_pred, beta, alpha, axis)

    patch(keras.losses.Tversky, "__init__", init)


@fault(case="core:losses/Circle", side="keras")
def circle_softplus_off_by_1e_6(keras: Any, patch: Any) -> None:
    """Every loss is 1e-6 larger."""
    stock = keras.ops.softplus
    _ops(patch, softplus=lambda x: stock(x) + 1e-6)


@fault(case="core:losses/Loss", side="keras", variant="high")
def base_weights_squared(keras: Any, patch: Any) -> None:
    """Sample weights are raised to the power 1 + 1e-6."""
    from keras.src.losses import loss

    stock = loss.reduce_weighted_values

    def reduce(values: Any, sample_weight: Any = None, mask: Any = None, **options: Any) -> Any:
        weight = None if sample_weight is None else sample_weight ** (1 + 1e-6)
        return stock(values, sample_weight=weight, mask=mask, **options)

    patch(loss, "reduce_weighted_values", reduce)


@fault(case="core:losses/HuberFunction", side="keras")
def huber_function_straight_above_half(keras: Any, patch: Any) -> None:
    """The straight part begins 1e-5 too late."""
    stock = keras.losses.huber
    patch(keras.losses, "huber", lambda y_true, y_pred, delta=1.0: stock(y_true, y_pred, delta + 1e-5))


@fault(case="core:losses/Circle", side="keras", variant="kept")
def diagonal_always_removed(keras: Any, patch: Any) -> None:
    """remove_diagonal=False does nothing."""
    after_init(patch, keras.losses.Circle, lambda self: self._fn_kwargs.update(remove_diagonal=True))


@fault(case="core:losses/CircleWithALoneSample", side="keras")
def lone_samples_counted_in_the_mean(keras: Any, patch: Any) -> None:
    """Samples alone in their class count in the number that the sum is divided by."""
    from keras.src.losses import losses as module

    patch(module, "backend", Instead(module.backend, set_keras_mask=lambda x, mask: None))


@fault(case="core:losses/DiceOfEachSample", side="keras", variant="each")
def empty_masks_cost_nothing(keras: Any, patch: Any) -> None:
    """Where nothing is common to both masks the loss is 0, not 1."""
    stock = keras.ops.divide
    _ops(patch, divide=lambda a, b: keras.ops.where(a == 0, 1.0, stock(a, b)))


@fault(case="core:losses/PoissonFunction", side="torch")
def poisson_function_epsilon(torch: Any, patch: Any) -> None:
    """1e-8 is added before the logarithm, as torch does unless told otherwise."""
    stock = torch.nn.functional.poisson_nll_loss
    patch(
        torch.nn.functional,
        "poisson_nll_loss",
        lambda *args, eps=1e-8, **options: stock(*args, eps=1e-8, **options),
    )


@fault(case="core:losses/BinaryFocalCrossentropyFunction", side="keras", variant="exported_by=metrics")
def balanced_by_the_other_class(keras: Any, patch: Any) -> None:
    """Under its name in keras.metrics alone alpha weighs the other class."""
    stock = keras.metrics.binary_focal_crossentropy
    patch(
        keras.metrics,
        "binary_focal_crossentropy",
        lambda *args, alpha, **options: stock(*args, alpha=1 - alpha, **options),
    )
