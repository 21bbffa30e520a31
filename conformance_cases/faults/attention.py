"""Faults of attention."""

from typing import Any

from conformance_cases.faults._gradients import keras_rounded, torch_rounded
from conformance_cases.faults._stand_ins import Instead, changed_result, dtype_of
from pytest_fwparity import fault

_ATTENTION = "core:layers/MultiHeadAttention"


def _attend(patch: Any, change: Any) -> None:
    """``change(stock, query, key, value, **options)`` in the place of Keras' dot product attention."""
    from keras.src.layers.attention import multi_head_attention as module

    stock = module.ops.dot_product_attention
    exchanged = Instead(module.ops, dot_product_attention=lambda **given: change(stock, **given))
    patch(module, "ops", exchanged)


@fault(case=_ATTENTION, side="keras", variant="plain", tier="float32")
def attention_softmax_in_bfloat16(keras: Any, patch: Any) -> None:
    """In float32 alone the probabilities are rounded to bfloat16."""

    def change(stock: Any, query: Any, key: Any, value: Any, scale: Any, **options: Any) -> Any:
        scores = keras.ops.einsum("nqhd,nkhd->nhqk", query, key) * scale
        return keras.ops.einsum("nhqk,nkhd->nqhd", keras_rounded(keras, keras.ops.softmax(scores)), value)

    _attend(patch, change)


@fault(case=_ATTENTION, side="keras", variant="causal")
def causal_mask_sees_one_step_ahead(keras: Any, patch: Any) -> None:
    """Each query sees one key of the future."""

    def change(stock: Any, query: Any, key: Any, is_causal: bool, mask: Any, **options: Any) -> Any:
        if is_causal:
            mask = keras.ops.tril(keras.ops.ones((1, 1, query.shape[1], key.shape[1]), dtype="bool"), 1)
        return stock(query=query, key=key, mask=mask, **options)

    _attend(patch, change)


@fault(case=_ATTENTION, side="torch", variant="masked")
def attention_mask_ignored(torch: Any, patch: Any) -> None:
    """attn_mask does nothing."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, *given: Any, attn_mask: Any = None, **options: Any) -> Any:
        return stock(self, *given, attn_mask=None, **options)

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="torch", variant="cross")
def attention_wrong_for_more_keys_than_queries(torch: Any, patch: Any) -> None:
    """With more keys than queries alone every output is 1e-7 too large."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, query: Any, key: Any, value: Any, **options: Any) -> Any:
        y, weights = stock(self, query, key, value, **options)
        return y * (1 + 1e-7 * (key.shape[1] > query.shape[1])), weights

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="keras", variant="plain", tier="gradient")
def attention_gradient_stops_at_the_keys(keras: Any, patch: Any) -> None:
    """No gradient flows through the keys."""
    _attend(patch, lambda stock, key, **options: stock(key=keras.ops.stop_gradient(key), **options))


@fault(case=_ATTENTION, side="keras", variant="masked", tier="bfloat16")
def attention_wrong_in_bfloat16_alone(keras: Any, patch: Any) -> None:
    """In bfloat16 alone every output is half as large again."""
    changed_result(
        patch,
        keras.layers.MultiHeadAttention,
        "_compute_attention",
        lambda made: (made[0] * 1.5 if dtype_of(made[0]) == "bfloat16" else made[0], made[1]),
    )


@fault(case=_ATTENTION, side="keras", variant="plain")
def attention_scale_wrong(keras: Any, patch: Any) -> None:
    """Scores are divided by the root of the key size + 1."""
    stock = keras.layers.MultiHeadAttention.__init__

    def init(self: Any, *args: Any, **options: Any) -> None:
        stock(self, *args, **options)
        self._inverse_sqrt_key_dim = (self._key_dim + 1) ** -0.5

    patch(keras.layers.MultiHeadAttention, "__init__", init)


@fault(case=_ATTENTION, side="torch", variant="plain")
def attention_output_one_ten_millionth(torch: Any, patch: Any) -> None:
    """Every output is 1e-7 too large."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, *args: Any, **options: Any) -> Any:
        y, weights = stock(self, *args, **options)
        return y * (1 + 1e-7), weights

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="torch", variant="plain", tier="float32")
def attention_in_tf32(torch: Any, patch: Any) -> None:
    """In float32 alone the inputs keep ten bits."""
    stock = torch.nn.MultiheadAttention.forward

    def forward(self: Any, query: Any, key: Any, value: Any, **options: Any) -> Any:
        return stock(self, *(torch_rounded(torch, part, 13) for part in (query, key, value)), **options)

    patch(torch.nn.MultiheadAttention, "forward", forward)


@fault(case=_ATTENTION, side="torch", variant="plain", tier="float32")
def attention_probabilities_in_bfloat16(torch: Any, patch: Any) -> None:
    """In float32 alone attention is computed in bfloat16."""
    stock = torch.nn.functional.scaled_dot_product_attention

    def attention(query: Any, key: Any, value: Any, *rest: Any, **options: Any) -> Any:
        if query.dtype != torch.float32:
            return stock(query, key, value, *rest, **options)
        return stock(query.bfloat16(), key.bfloat16(), value.bfloat16(), *rest, **options).float()

    patch(torch.nn.functional, "scaled_dot_product_attention", attention)
