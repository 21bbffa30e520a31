"""Faults of tables, bags and their way back to scores."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded
from conformance_cases.faults._stand_ins import Instead, changed_result, with_options
from pytest_fwparity import fault

_BAG, _REVERSIBLE = "core:layers/EmbeddingBag", "core:layers/ReversibleEmbedding"


@fault(case=_BAG, side="keras", variant="mean")
def bag_mean_divides_by_one_more(keras: Any, patch: Any) -> None:
    """The mean of a bag of n rows is divided by n + 1."""
    changed_result(patch, keras.ops, "segment_sum", lambda y: y + 1 if "int" in str(y.dtype) else y)


def _bag(torch: Any, patch: Any, **forced: Any) -> None:
    stock = torch.nn.functional.embedding_bag
    patch(torch.nn.functional, "embedding_bag", lambda *given, **options: _without(stock, given, options, forced))


def _without(stock: Any, given: Any, options: Any, forced: Any) -> Any:
    """``stock`` with options forced, which a module gives by position."""
    import inspect

    bound = inspect.signature(stock).bind(*given, **options).arguments
    return stock(**{**bound, **forced})


@fault(case=_BAG, side="torch", variant="weighted")
def bag_weights_ignored(torch: Any, patch: Any) -> None:
    """per_sample_weights does nothing."""
    _bag(torch, patch, per_sample_weights=None)


@fault(case=_BAG, side="torch", variant="padding")
def bag_padding_counted(torch: Any, patch: Any) -> None:
    """padding_idx does nothing, so that the padding row is part of the mean."""
    _bag(torch, patch, padding_idx=None)


@fault(case=_BAG, side="keras", variant="max", tier="float32")
def bag_max_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the largest rows are rounded to bfloat16."""
    changed_result(patch, keras.ops, "segment_max", lambda y: keras_rounded(keras, y))


@fault(case=_REVERSIBLE, side="keras", variant="capped")
def soft_cap_ignored(keras: Any, patch: Any) -> None:
    """logit_soft_cap does nothing."""
    with_options(patch, keras.layers.ReversibleEmbedding, logit_soft_cap=None)


@fault(case=_REVERSIBLE, side="keras", variant="tied", tier="gradient")
def tied_weight_without_gradient_of_scores(keras: Any, patch: Any) -> None:
    """The table's gradient comes from the rows that are read alone, not from the scores."""
    from keras.src.layers.core import reversible_embedding as module

    stock = module.ops.transpose
    exchanged = Instead(module.ops, transpose=lambda x: keras.ops.stop_gradient(stock(x)))
    patch(module, "ops", exchanged)
