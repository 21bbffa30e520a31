"""Faults of Transformer blocks and of attention in its other forms."""

from typing import Any

from conformance_cases.faults._gradients import torch_rounded, torch_scaled_gradient
from conformance_cases.faults._stand_ins import Instead, after_init, changed_result, with_options
from pytest_fwparity import fault

_ENCODER, _DECODER = "core:layers/TransformerEncoderLayer", "core:layers/TransformerDecoderLayer"
_GROUPED, _SCALED = "core:layers/GroupQueryAttention", "core:layers/ScaledDotProductAttention"


@fault(case=_ENCODER, side="torch", variant="plain")
def norm_epsilon_one_ten_millionth(torch: Any, patch: Any) -> None:
    """The epsilon of both norms is 1e-7 larger."""
    stock = torch.nn.functional.layer_norm
    patch(
        torch.nn.functional,
        "layer_norm",
        lambda x, shape, weight=None, bias=None, eps=1e-5: stock(x, shape, weight, bias, eps + 1e-7),
    )


@fault(case=_ENCODER, side="torch", variant="plain")
def block_takes_the_other_gelu(torch: Any, patch: Any) -> None:
    """The activation is the tanh form of gelu."""
    gelu = torch.nn.functional.gelu
    after_init(
        patch,
        torch.nn.TransformerEncoderLayer,
        lambda self: setattr(self, "activation", lambda x: gelu(x, approximate="tanh")),
    )


@fault(case=_ENCODER, side="torch", variant="norm_first", tier="gradient")
def dense_block_gradient_scaled(torch: Any, patch: Any) -> None:
    """The gradient through the dense layers is 1e-3 too large; its slope is not."""
    stock, scaled = torch.nn.TransformerEncoderLayer._ff_block, torch_scaled_gradient(torch, 1 + 1e-3)
    patch(torch.nn.TransformerEncoderLayer, "_ff_block", lambda self, x: scaled(stock(self, x)))


@fault(case=_ENCODER, side="torch", variant="padded", tier="float32")
def block_weights_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone dense layers round their input to bfloat16."""
    stock = torch.nn.functional.linear
    patch(torch.nn.functional, "linear", lambda x, *rest: stock(torch_rounded(torch, x), *rest))


@fault(case=_DECODER, side="torch", variant="padded")
def memory_padding_ignored(torch: Any, patch: Any) -> None:
    """Padded steps of the memory are attended to."""
    stock = torch.nn.TransformerDecoderLayer._mha_block
    patch(
        torch.nn.TransformerDecoderLayer,
        "_mha_block",
        lambda self, x, memory, mask, padding, causal=False: stock(self, x, memory, mask, None, causal),
    )


@fault(case=_DECODER, side="keras", variant="plain")
def decoder_sees_one_step_ahead(keras: Any, patch: Any) -> None:
    """Each step of the target sees the next one."""
    from keras.src.layers.attention import multi_head_attention as module

    stock = module.ops.dot_product_attention

    def attend(query: Any, key: Any, is_causal: bool = False, mask: Any = None, **options: Any) -> Any:
        if is_causal:
            mask = keras.ops.tril(keras.ops.ones((1, 1, query.shape[1], key.shape[1]), dtype="bool"), 1)
        return stock(query=query, key=key, mask=mask, **options)

    patch(module, "ops", Instead(module.ops, dot_product_attention=attend))


@fault(case=_GROUPED, side="keras", variant="plain")
def shared_heads_interleaved(keras: Any, patch: Any) -> None:
    """Keys serve heads 0 and 2, 1 and 3, where neighbours should share."""
    from keras.src.layers.attention import grouped_query_attention as module

    def repeat(x: Any, count: int, axis: int) -> Any:
        return keras.ops.concatenate([x] * count, axis=axis)

    patch(module, "ops", Instead(module.ops, repeat=repeat))


@fault(case=_GROUPED, side="keras", variant="window")
def window_one_step_wider(keras: Any, patch: Any) -> None:
    """The sliding window takes in one step more."""
    with_options(patch, keras.layers.GroupQueryAttention, sliding_window=3)


@fault(case=_SCALED, side="torch", variant="cross")
def attention_scale_ignored(torch: Any, patch: Any) -> None:
    """scale does nothing."""
    stock = torch.nn.functional.scaled_dot_product_attention
    patch(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *given, scale=None, **options: stock(*given, **options),
    )


@fault(case="core:layers/Attention", side="keras", variant="masked")
def masked_queries_kept(keras: Any, patch: Any) -> None:
    """The mask of the queries does nothing."""
    stock = keras.layers.Attention.call

    def call(self: Any, inputs: Any, mask: Any = None, **options: Any) -> Any:
        return stock(self, inputs, mask=None if mask is None else [None, *mask[1:]], **options)

    patch(keras.layers.Attention, "call", call)


@fault(case="core:layers/AdditiveAttention", side="keras", variant="plain")
def additive_scores_one_ten_millionth(keras: Any, patch: Any) -> None:
    """Every score is 1e-7 too large."""
    changed_result(patch, keras.layers.AdditiveAttention, "_calculate_scores", lambda y: y * (1 + 1e-7))


@fault(case="core:layers/MultiHeadAttentionMore", side="torch", variant="zero")
def zero_key_left_out(torch: Any, patch: Any) -> None:
    """The zero key has no share of what is read: add_zero_attn does nothing to the output."""
    stock = torch.nn.functional.multi_head_attention_forward

    def forward(*given: Any, **options: Any) -> Any:
        y, shares = stock(*given, **options)
        return stock(*given[:9], False, *given[10:], **options)[0], shares + 0 * y.sum()

    patch(torch.nn.functional, "multi_head_attention_forward", forward)
