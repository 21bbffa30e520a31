"""Faults of metrics that are running means, of correlations and of metrics of one's own."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_rounded
from conformance_cases.faults._stand_ins import Instead, changed_result, rescaled
from pytest_fwparity import fault


@fault(case="core:metrics/Mean", side="keras", variant="elements")
def weights_of_elements_summed(keras: Any, patch: Any) -> None:
    """Weights of elements are added up over a row, not averaged."""
    from keras.src.metrics import reduction_metrics as module

    stock = module.reduce_to_samplewise_values

    def reduce(values: Any, sample_weight: Any, reduce_fn: Any, dtype: Any) -> Any:
        made, weight = stock(values, sample_weight, reduce_fn, dtype)
        return made, weight if sample_weight is None else weight * values.shape[-1]

    patch(module, "reduce_to_samplewise_values", reduce)


@fault(case="core:metrics/Mean", side="keras", variant="negative")
def negative_weights_dropped(keras: Any, patch: Any) -> None:
    """Weights below 0 count as 0."""
    stock = keras.metrics.Mean.update_state
    patch(
        keras.metrics.Mean,
        "update_state",
        lambda self, values, sample_weight=None: stock(self, values, keras.ops.relu(sample_weight)),
    )


@fault(case="core:metrics/Sum", side="keras")
def sum_off_by_one_ten_millionth(keras: Any, patch: Any) -> None:
    """The sum is 1e-7 too large."""
    rescaled(patch, keras.metrics.Sum, "result")


@fault(case="core:metrics/Metric", side="keras", variant="reset")
def reset_forgets_the_second_variable(keras: Any, patch: Any) -> None:
    """reset_state resets the first variable alone."""

    def reset(self: Any) -> None:
        self.variables[0].assign(keras.ops.zeros_like(self.variables[0]))

    patch(keras.metrics.Metric, "reset_state", reset)


@fault(case="core:metrics/MeanMetricWrapper", side="keras", variant="weighted")
def wrapper_drops_the_weights(keras: Any, patch: Any) -> None:
    """The weights do not reach the mean."""
    stock = keras.metrics.MeanMetricWrapper.update_state
    patch(
        keras.metrics.MeanMetricWrapper,
        "update_state",
        lambda self, y_true, y_pred, sample_weight=None: stock(self, y_true, y_pred),
    )


@fault(case="core:metrics/RootMeanSquaredError", side="keras")
def mean_of_roots(keras: Any, patch: Any) -> None:
    """The root is taken of each update, not of the mean of all."""
    from keras.src.metrics import regression_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, square=stock.abs, sqrt=lambda x: x))


@fault(case="core:metrics/R2Score", side="keras", variant="variance")
def score_of_unweighted_totals(keras: Any, patch: Any) -> None:
    """The average over outputs is an even one."""
    made = keras.metrics.R2Score.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.class_aggregation = "uniform_average"

    patch(keras.metrics.R2Score, "__init__", init)


@fault(case="core:metrics/CosineSimilarity", side="keras", variant="weighted")
def cosine_metric_one_ten_millionth(keras: Any, patch: Any) -> None:
    """The mean of cosines is 1e-7 too large."""
    rescaled(patch, keras.metrics.CosineSimilarity, "result")


@fault(case="core:metrics/PearsonCorrelation", side="keras", variant="second")
def correlation_along_the_last_axis(keras: Any, patch: Any) -> None:
    """The axis is not used."""
    from keras.src.metrics import correlation_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, mean=lambda x, axis=None, keepdims=False: stock.mean(x, -1, keepdims)))


@fault(case="core:metrics/ConcordanceCorrelation", side="keras")
def concordance_without_epsilon(keras: Any, patch: Any) -> None:
    """Nothing is added to the divisor, not 1e-7."""
    from keras.src.metrics import correlation_metrics as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 0.0))


@fault(case="core:metrics/SparseCategoricalCrossentropyIgnoring", side="keras", variant="weighted")
def ignored_class_weighed(keras: Any, patch: Any) -> None:
    """Samples of the ignored class keep their weight in the divisor."""
    from keras.src.metrics import reduction_metrics as module

    patch(module, "backend", Instead(module.backend, get_keras_mask=lambda values: None))


@fault(case="core:metrics/BinaryCrossentropy", side="torch", variant="smoothed")
def cross_entropy_metric_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every cross-entropy is 1e-7 too large."""
    rescaled(patch, torch.nn.functional, "binary_cross_entropy_with_logits")


@fault(case="core:metrics/BinaryAccuracy", side="keras", variant="strict")
def threshold_ignored(keras: Any, patch: Any) -> None:
    """The threshold is 0.5, whatever was asked for."""
    made = keras.metrics.BinaryAccuracy.__init__

    def init(self: Any, name: str = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        made(self, name, dtype, 0.5)

    patch(keras.metrics.BinaryAccuracy, "__init__", init)


@fault(case="core:metrics/ManyClasses", side="keras", variant="one_hot")
def class_indices_in_float16(keras: Any, patch: Any) -> None:
    """Class indices are halved, so that neighbours look alike, in every dtype."""
    from keras.src.metrics import accuracy_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, argmax=lambda x, axis=None: stock.argmax(x, axis=axis) // 2))


@fault(case="core:metrics/TopKCategoricalAccuracy", side="keras", tier="float32")
def k_one_too_large(keras: Any, patch: Any) -> None:
    """The k + 1 largest count."""
    from keras.src.metrics import accuracy_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, in_top_k=lambda y_true, y_pred, k: stock.in_top_k(y_true, y_pred, k=k + 1)))


@fault(case="core:metrics/Hinge", side="keras")
def mean_of_means(keras: Any, patch: Any) -> None:
    """Every update counts alike, whatever the number of its samples."""

    def update(self: Any, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.total.assign_add(keras.ops.mean(self._fn(y_true, y_pred)))
        self.count.assign_add(1)

    patch(keras.metrics.Hinge, "update_state", update)


@fault(case="core:metrics/SquaredHinge", side="torch", tier="float32")
def squares_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone squares are rounded to tf32."""
    changed_result(patch, torch.Tensor, "square", lambda y: torch_rounded(torch, y, 13))


@fault(case="core:metrics/CategoricalHinge", side="keras", variant="weighted")
def weight_of_zero_taken_for_none(keras: Any, patch: Any) -> None:
    """A sample whose weight is 0 weighs 1, like one that has none."""
    stock = keras.metrics.CategoricalHinge.update_state

    def update(self: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        stock(self, y_true, y_pred, keras.ops.where(sample_weight == 0, 1.0, sample_weight))

    patch(keras.metrics.CategoricalHinge, "update_state", update)


@fault(case="core:metrics/PearsonCorrelation", side="keras", variant="weighted")
def weights_divided_by_those_of_the_update(keras: Any, patch: Any) -> None:
    """The weights of every update are divided by their mean first."""
    stock = keras.metrics.PearsonCorrelation.update_state

    def update(self: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        stock(self, y_true, y_pred, sample_weight / keras.ops.mean(sample_weight))

    patch(keras.metrics.PearsonCorrelation, "update_state", update)


@fault(case="core:metrics/SparseCategoricalCrossentropy", side="keras", variant="weighted", tier="float32")
def metric_weights_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone sample weights are rounded to bfloat16."""
    stock = keras.metrics.SparseCategoricalCrossentropy.update_state

    def update(self: Any, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        stock(self, y_true, y_pred, keras_rounded(keras, sample_weight))

    patch(keras.metrics.SparseCategoricalCrossentropy, "update_state", update)
