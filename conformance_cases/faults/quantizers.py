"""Faults of quantizers and of metrics as functions."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result, with_options
from pytest_fwparity import fault


@fault(case="core:quantizers/AbsMaxQuantize", side="keras")
def last_bit_cut_off(keras: Any, patch: Any) -> None:
    """The last bit of every number is cut off."""
    changed_result(patch, keras.quantizers, "abs_max_quantize", lambda y: (y[0] // 2 * 2, y[1]))


@fault(case="core:quantizers/AbsMaxQuantizer", variant="four_bits", side="keras")
def range_is_always_that_of_bytes(keras: Any, patch: Any) -> None:
    """value_range is ignored."""
    with_options(patch, keras.quantizers.AbsMaxQuantizer, value_range=(-127, 127))


@fault(case="core:quantizers/AbsMaxQuantizeGrouped", side="keras")
def one_step_too_many(keras: Any, patch: Any) -> None:
    """The range is divided by 16 instead of 15."""
    changed_result(
        patch,
        keras.quantizers,
        "abs_max_quantize_grouped_with_zero_point",
        lambda y: (y[0], y[1] * (15 / 16), y[2]),
    )


@fault(case="core:quantizers/FakeQuantWithMinMaxVars", variant="narrow", side="keras")
def narrow_range_ignored(keras: Any, patch: Any) -> None:
    """The range is always the whole one."""
    stock = keras.quantizers.fake_quant_with_min_max_vars
    patch(
        keras.quantizers,
        "fake_quant_with_min_max_vars",
        lambda x, low, high, **options: stock(x, low, high, **{**options, "narrow_range": False}),
    )


@fault(case="core:quantizers/PackInt4", side="keras")
def nibbles_swapped(keras: Any, patch: Any) -> None:
    """The first of a pair lies in the high bits."""
    stock = keras.quantizers.pack_int4

    def pack(x: Any, axis: int, dtype: str) -> Any:
        packed, shape, length = stock(x, axis=axis, dtype=dtype)
        whole = keras.ops.cast(packed, "int32")
        turned = keras.ops.bitwise_and(whole, 15) * 16 + keras.ops.bitwise_and(keras.ops.right_shift(whole, 4), 15)
        return keras.ops.cast(turned, dtype), shape, length

    patch(keras.quantizers, "pack_int4", pack)


@fault(case="core:quantizers/UnpackInt4", side="keras")
def sign_of_four_bits_lost(keras: Any, patch: Any) -> None:
    """Negative numbers come back without their sign."""
    changed_result(patch, keras.quantizers, "unpack_int4", lambda y: keras.ops.bitwise_and(y, 15))


@fault(case="core:quantizers/ComputeFloat8Scale", variant="spare=2", side="keras")
def margin_ignored(keras: Any, patch: Any) -> None:
    """The margin is ignored."""
    stock = keras.quantizers.compute_float8_scale
    patch(
        keras.quantizers, "compute_float8_scale", lambda amax, scale, largest, margin=0: stock(amax, scale, largest, 0)
    )


@fault(case="core:quantizers/ComputeFloat8AmaxHistory", side="keras")
def history_moved_the_other_way(keras: Any, patch: Any) -> None:
    """The history is rolled forward."""

    def update(x: Any, history: Any) -> Any:
        newest = keras.ops.max(keras.ops.abs(x))
        return keras.ops.concatenate([newest[None], history[:-1]])

    patch(keras.quantizers, "compute_float8_amax_history", update)


@fault(case="core:metrics/BinaryAccuracyFunction", side="keras")
def at_the_threshold_is_above(keras: Any, patch: Any) -> None:
    """A prediction at the threshold counts as positive."""
    stock = keras.metrics.binary_accuracy
    patch(keras.metrics, "binary_accuracy", lambda t, p, threshold=0.5: stock(t, p, threshold - 1e-3))


@fault(case="core:metrics/SparseCategoricalAccuracyFunction", side="keras")
def smallest_instead_of_largest(keras: Any, patch: Any) -> None:
    """The smallest value is looked for."""
    stock = keras.metrics.sparse_categorical_accuracy
    patch(keras.metrics, "sparse_categorical_accuracy", lambda t, p: stock(t, -p))


@fault(case="core:metrics/PearsonCorrelationFunction", side="keras")
def pearson_of_samples(keras: Any, patch: Any) -> None:
    """One factor is divided by n - 1."""
    changed_result(patch, keras.metrics, "pearson_correlation", lambda y: y * (7 / 6) ** 0.5)


@fault(case="core:metrics/ConcordanceCorrelationFunction", side="keras")
def prediction_moved(keras: Any, patch: Any) -> None:
    """The prediction is moved by a ten-thousandth."""
    stock = keras.metrics.concordance_correlation
    patch(keras.metrics, "concordance_correlation", lambda t, p, axis=-1: stock(t, p + 1e-4))


@fault(case="core:quantizers/QuantizeAndDequantize", side="keras")
def largest_number_left_out(keras: Any, patch: Any) -> None:
    """Numbers are kept within 416, the last but one that float8 has."""
    stock = keras.quantizers.quantize_and_dequantize
    patch(
        keras.quantizers,
        "quantize_and_dequantize",
        lambda x, scale, *rest: stock(keras.ops.clip(x, -416 * scale, 416 * scale), scale, *rest),
    )


@fault(case="core:quantizers/PackInt4", variant="odd", side="keras")
def odd_length_made_up_by_the_last(keras: Any, patch: Any) -> None:
    """An odd length is made up by the last number, not by a zero."""
    stock = keras.quantizers.pack_int4

    def pack(x: Any, axis: int, dtype: str) -> Any:
        packed, shape, length = stock(x, axis=axis, dtype=dtype)
        if length % 2 == 0:
            return packed, shape, length
        last = keras.ops.take(x, [length - 1], axis=axis)
        return stock(keras.ops.concatenate([x, last], axis=axis), axis=axis, dtype=dtype)[0], shape, length

    patch(keras.quantizers, "pack_int4", pack)
