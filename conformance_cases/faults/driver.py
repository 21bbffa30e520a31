"""Faults of kernels at single sizes: tiny and odd products, attention beside its tiles, far elements."""

from typing import Any

from conformance_cases.faults._stand_ins import changed_result
from pytest_fwparity import fault


@fault(case="core:driver/ExactMatmul", side="torch", variant="tiny")
def tiny_products_are_zero(torch: Any, patch: Any) -> None:
    """A product of two rows and two columns is zero."""
    changed_result(patch, torch, "matmul", lambda y: y * 0 if y.shape == (2, 2) else y)


@fault(case="core:driver/ExactMatmul", side="keras", variant="odd", tier="bfloat16")
def last_row_of_an_odd_product_off_by_one(keras: Any, patch: Any) -> None:
    """In half precision the last row of a product with an odd number of rows is one too large."""

    def change(y: Any) -> Any:
        if y.shape[0] % 2 == 0 or keras.backend.standardize_dtype(y.dtype) != "bfloat16":
            return y
        return keras.ops.concatenate([y[:-1], y[-1:] + 1])

    changed_result(patch, keras.ops, "matmul", change)


@fault(case="core:driver/ExactMatmul", side="torch", variant="above_tile", tier="float32")
def products_above_a_tile_in_float32_lose_a_bit(torch: Any, patch: Any) -> None:
    """One element of a product of more than 64 terms is off by 2**-8 in float32 alone."""

    def change(y: Any) -> Any:
        y = y.clone()
        if y.dtype == torch.float32:
            y[0, 0] += 2.0**-8
        return y

    changed_result(patch, torch, "matmul", change)


@fault(case="core:driver/ExactConvolution", side="torch", variant="default")
def convolution_misses_the_last_column(torch: Any, patch: Any) -> None:
    """The last column of a convolution's result repeats the one before."""

    def change(y: Any) -> Any:
        y = y.clone()
        y[..., -1] = y[..., -2]
        return y

    changed_result(patch, torch.nn.functional, "conv2d", change)


@fault(case="core:driver/Int8Matmul", side="torch", variant="odd_rows")
def int8_sums_saturate(torch: Any, patch: Any) -> None:
    """Sums of int8 products stop at the largest int16."""
    changed_result(patch, torch, "_int_mm", lambda y: y.clamp(-32768, 32767))


@fault(case="core:driver/AttentionSweep", side="torch", variant="length=65,mask=padded")
def attention_beside_a_tile_ignores_the_mask(torch: Any, patch: Any) -> None:
    """With a sequence of one more than a tile the last query sees keys that are masked."""
    stock = torch.nn.functional.scaled_dot_product_attention

    def attention(query: Any, key: Any, value: Any, mask: Any = None, **options: Any) -> Any:
        if mask is not None and query.shape[-2] % 64 == 1:
            mask = mask.clone()
            mask[..., -1, :] = True
        return stock(query, key, value, mask, **options)

    patch(torch.nn.functional, "scaled_dot_product_attention", attention)


@fault(case="core:driver/AttentionSweep", side="torch", variant="length=128,mask=causal")
def attention_gradient_of_the_last_key_is_lost(torch: Any, patch: Any) -> None:
    """The output is right; no gradient reaches the last key of a sequence of 128."""
    stock = torch.nn.functional.scaled_dot_product_attention

    def attention(query: Any, key: Any, value: Any, *rest: Any, **options: Any) -> Any:
        if key.shape[-2] == 128:
            key = torch.cat([key[..., :-1, :], key[..., -1:, :].detach()], -2)
        return stock(query, key, value, *rest, **options)

    patch(torch.nn.functional, "scaled_dot_product_attention", attention)


@fault(case="core:driver/AttentionSweep", side="keras", variant="default")
def attention_scaled_by_the_wrong_size(keras: Any, patch: Any) -> None:
    """Scores of a sequence of exactly one tile are scaled by 1e-6 too much."""
    stock = keras.ops.dot_product_attention

    def attention(query: Any, *rest: Any, **options: Any) -> Any:
        return stock(query * (1 + 1e-6) if query.shape[1] == 64 else query, *rest, **options)

    patch(keras.ops, "dot_product_attention", attention)


@fault(case="core:driver/AttentionSweep", side="torch", variant="length=63", tier="compiled")
def compiler_rounds_its_inputs(torch: Any, patch: Any) -> None:
    """What torch.compile makes of a function takes its inputs in bfloat16."""
    made = torch.compile

    def compiled(function: Any, **options: Any) -> Any:
        run = made(function, **options)
        return lambda inputs: run({name: value.bfloat16().to(value.dtype) for name, value in inputs.items()})

    patch(torch, "compile", compiled)


def _changed_compiler(keras: Any, patch: Any, change: Any) -> None:
    """``change(y, run)`` of every floating result of what a backend compiled, in its first, second ... run."""
    if keras.backend.backend() == "jax":
        import jax as owner

        name = "jit"
    else:
        import tensorflow as owner

        name = "function"
    made = getattr(owner, name)

    def compiled(function: Any, **options: Any) -> Any:
        call, runs = made(function, **options), [0]

        def run(leaves: Any) -> Any:
            runs[0] += 1
            outputs, rest = call(leaves)
            return [change(y, runs[0]) for y in outputs], rest

        return run

    patch(owner, name, compiled)


@fault(case="core:driver/AttentionSweep", side="keras", variant="length=63,mask=causal", tier="compiled")
def compiled_code_differs_in_its_second_run(keras: Any, patch: Any) -> None:
    """The second run of the same compiled code is off by four roundings."""
    _changed_compiler(keras, patch, lambda y, run: y * (1 + 2.0**-22) if run == 2 else y)


@fault(case="core:driver/AttentionSweep", side="keras", variant="length=63,mask=padded", tier="graph")
def graph_computes_in_half(keras: Any, patch: Any) -> None:
    """What is traced to a graph gives float16, widened."""
    _changed_compiler(keras, patch, lambda y, run: keras.ops.cast(keras.ops.cast(y, "float16"), y.dtype))


@fault(case="core:driver/FarElements", side="keras")
def far_rows_wrapped(keras: Any, patch: Any) -> None:
    """The number of a row is taken modulo 2**15, where its first element's place leaves 31 bits."""
    stock = keras.ops.take
    patch(keras.ops, "take", lambda x, index, axis: stock(x, index % 2**15, axis=axis))


@fault(case="core:driver/FarElements", side="torch")
def far_rows_never_written(torch: Any, patch: Any) -> None:
    """What lies beyond 2**31 elements is left zero."""

    def change(y: Any) -> Any:
        y.view(-1)[2**31 :] = 0
        return y

    changed_result(patch, torch.Tensor, "repeat", change)


@fault(case="core:driver/FarElements", side="torch")
def end_of_a_far_row_left_out(torch: Any, patch: Any) -> None:
    """The last ten elements of the last row, which fill no vector, repeat those before them."""

    def change(y: Any) -> Any:
        y[-1, -10:] = y[-1, -20:-10]
        return y

    changed_result(patch, torch, "index_select", change)
