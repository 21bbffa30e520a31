"""Faults of metrics made of the confusion matrix."""

from typing import Any

from conformance_cases.faults._stand_ins import Instead, rescaled
from pytest_fwparity import fault


def _updated(patch: Any, change: Any) -> None:
    """``change`` the arguments of the update that all these metrics share."""
    from keras.src.metrics import metrics_utils as module

    stock = module.update_confusion_matrix_variables
    patch(
        module,
        "update_confusion_matrix_variables",
        lambda *args, **options: stock(*args, **{**options, **change(options)}),
    )


@fault(case="core:metrics/Precision", side="keras", variant="weighted")
def confusion_ignores_weights(keras: Any, patch: Any) -> None:
    """Sample weights are not used."""
    _updated(patch, lambda options: {"sample_weight": None})


@fault(case="core:metrics/Precision", side="keras", variant="top")
def top_k_one_less(keras: Any, patch: Any) -> None:
    """One of the k largest is left out."""
    _updated(patch, lambda options: {"top_k": options["top_k"] - 1})


@fault(case="core:metrics/Recall", side="keras", variant="class_")
def class_id_one_less(keras: Any, patch: Any) -> None:
    """The class before the one asked for is scored."""
    _updated(patch, lambda options: {"class_id": options["class_id"] - 1})


@fault(case="core:metrics/TruePositives", side="keras", variant="even")
def even_buckets_rounded_down(keras: Any, patch: Any) -> None:
    """A prediction falls into the bucket below its own."""
    from keras.src.metrics import metrics_utils as module

    stock = module.ops
    patch(module, "ops", Instead(stock, ceil=stock.floor))


@fault(case="core:metrics/FalseNegatives", side="keras", variant="several")
def counts_one_millionth(keras: Any, patch: Any) -> None:
    """Counts are 1e-6 too large."""
    rescaled(patch, keras.metrics.FalseNegatives, "result", 1e-6)


@fault(case="core:metrics/FalsePositives", side="keras")
def threshold_at_0_51(keras: Any, patch: Any) -> None:
    """The threshold is 0.55, where 0.5 was asked for."""
    made = keras.metrics.FalsePositives.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.thresholds = [0.55]

    patch(keras.metrics.FalsePositives, "__init__", init)


@fault(case="core:metrics/TrueNegatives", side="torch", variant="elements")
def counted_by_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Sums are 1e-7 too large."""
    rescaled(patch, torch.Tensor, "sum")


@fault(case="core:metrics/FBetaScore", side="keras", variant="macro")
def f_score_epsilon_1e_6(keras: Any, patch: Any) -> None:
    """1e-6 is added to divisors, not 1e-7."""
    from keras.src.metrics import f_score_metrics as module

    patch(module, "backend", Instead(module.backend, epsilon=lambda: 1e-6))


@fault(case="core:metrics/F1Score", side="keras", variant="weighted")
def f1_weights_even(keras: Any, patch: Any) -> None:
    """The average over classes is an even one."""
    made = keras.metrics.F1Score.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.average = "macro"

    patch(keras.metrics.F1Score, "__init__", init)


@fault(case="core:metrics/AUC", side="keras", variant="gain")
def gain_below_zero_kept(keras: Any, patch: Any) -> None:
    """The area is 1e-7 too large."""
    rescaled(patch, keras.metrics.AUC, "result")


@fault(case="core:metrics/AUC", side="keras", variant="lower")
def lower_sum_is_upper(keras: Any, patch: Any) -> None:
    """The lower of two heights is the upper one."""
    from keras.src.metrics import confusion_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, minimum=stock.maximum))


@fault(case="core:metrics/AUC", side="keras", variant="label_weights")
def label_weights_ignored(keras: Any, patch: Any) -> None:
    """Labels weigh the same."""
    made = keras.metrics.AUC.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **{**options, "label_weights": None})

    patch(keras.metrics.AUC, "__init__", init)


@fault(case="core:metrics/AUC", side="keras")
def area_forgets_what_came_before(keras: Any, patch: Any) -> None:
    """True positives are those of the last update alone."""
    stock = keras.metrics.AUC.update_state

    def update(self: Any, *args: Any, **options: Any) -> Any:
        self.true_positives.assign(keras.ops.zeros_like(self.true_positives))
        return stock(self, *args, **options)

    patch(keras.metrics.AUC, "update_state", update)


@fault(case="core:metrics/SensitivityAtSpecificity", side="keras")
def strictly_greater(keras: Any, patch: Any) -> None:
    """The constraint is 0.05 too lax."""
    base = keras.metrics.SensitivityAtSpecificity.__mro__[1]
    stock = base._find_max_under_constraint

    def find(self: Any, constrained: Any, dependent: Any, predicate: Any) -> Any:
        return stock(self, constrained + 0.4, dependent, predicate)

    patch(base, "_find_max_under_constraint", find)


@fault(case="core:metrics/PrecisionAtRecall", side="keras", variant="weighted")
def first_feasible_taken(keras: Any, patch: Any) -> None:
    """The mean over thresholds is taken, not the largest."""
    from keras.src.metrics import confusion_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, max=lambda x, initial=None: stock.mean(x)))


@fault(case="core:metrics/MeanIoU", side="keras", variant="ignoring")
def ignored_class_counted(keras: Any, patch: Any) -> None:
    """The ignored class counts like any other."""
    made = keras.metrics.MeanIoU.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        made(self, *args, **options)
        self.ignore_class = None

    patch(keras.metrics.MeanIoU, "__init__", init)


@fault(case="core:metrics/IoU", side="keras", variant="weighted")
def overlap_weights_ignored(keras: Any, patch: Any) -> None:
    """Sample weights are not used."""
    stock = keras.metrics.IoU.update_state
    patch(
        keras.metrics.IoU,
        "update_state",
        lambda self, y_true, y_pred, sample_weight=None: stock(self, y_true, y_pred),
    )


@fault(case="core:metrics/BinaryIoU", side="keras", variant="second")
def union_counted_twice(keras: Any, patch: Any) -> None:
    """The overlap is taken as half of itself."""
    from keras.src.metrics import iou_metrics as module

    stock = module.ops
    patch(module, "ops", Instead(stock, diag=lambda x: stock.diag(x) // 2))
