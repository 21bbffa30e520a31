"""Blocks of a Transformer: in Keras from its layers, in NumPy for references; the names of their weights in each."""

from typing import Any

import numpy as np

#: features, heads, features of a head, features between the two dense layers
SIZE, HEADS, DEPTH, WIDE = 8, 2, 4, 12
_PARTS = ("query", "key", "value")


def drawn(rng: Any, cross: bool, prefix: str = "") -> dict[str, Any]:
    """Weights of an encoder's block, or of a decoder's, which attends across, too.

    What all keys or all values have in common cancels in the gradients of attention, unseen by the movement; so it is small.
    """
    made: dict[str, Any] = {}
    for attention in ("self", "cross") if cross else ("self",):
        for name in _PARTS:
            made[f"{attention}_{name}_kernel"] = rng.normal(size=(SIZE, HEADS, DEPTH)) / 3
            made[f"{attention}_{name}_bias"] = rng.normal(size=(HEADS, DEPTH)) / (3 if name == "query" else 30)
        made[f"{attention}_output_kernel"] = rng.normal(size=(HEADS, DEPTH, SIZE)) / 3
        made[f"{attention}_output_bias"] = rng.normal(size=SIZE) / 3
    for name, shape in {"first": (SIZE, WIDE), "second": (WIDE, SIZE)}.items():
        made[f"{name}_kernel"], made[f"{name}_bias"] = rng.normal(size=shape) / 3, rng.normal(size=shape[1]) / 3
    for at in (1, 2, 3) if cross else (1, 2):
        made |= norm_drawn(rng, f"norm{at}_")
    return {prefix + name: value for name, value in made.items()}


def norm_drawn(rng: Any, prefix: str) -> dict[str, Any]:
    return {f"{prefix}gamma": rng.uniform(0.8, 1.2, SIZE), f"{prefix}beta": rng.normal(size=SIZE) / 10}


def keras_norm(keras: Any) -> Any:
    return keras.layers.LayerNormalization(epsilon=1e-5)


def keras_block(keras: Any, cross: bool, norm_first: bool = False) -> Any:
    """Attention, attention across, two dense layers, each around a residual; the norm before each or behind."""

    class Block(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.attention = keras.layers.MultiHeadAttention(HEADS, DEPTH)
            self.across: Any = keras.layers.MultiHeadAttention(HEADS, DEPTH) if cross else None
            self.first = keras.layers.Dense(WIDE, activation=keras.activations.gelu)
            self.second = keras.layers.Dense(SIZE)
            self.norms = [keras_norm(keras) for _ in range(3 if cross else 2)]

        def call(
            self, x: Any, memory: Any = None, mask: Any = None, memory_mask: Any = None, causal: bool = False
        ) -> Any:
            parts: list[Any] = [
                lambda y: self.attention(y, y, attention_mask=mask, use_causal_mask=causal),
                *([lambda y: self.across(y, memory, attention_mask=memory_mask)] if cross else []),
                lambda y: self.second(self.first(y)),
            ]
            for part, norm in zip(parts, self.norms, strict=True):
                x = x + part(norm(x)) if norm_first else norm(x + part(x))
            return x

    return Block()


def keras_names(block: Any, prefix: str = "") -> dict[str, Any]:
    """Name to variable of a block."""
    found: dict[str, Any] = {}
    for way, layer in (("self", block.attention), ("cross", block.across)):
        if layer is not None:
            parts = zip(
                (*_PARTS, "output"),
                (layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense),
                strict=True,
            )
            for name, part in parts:
                found |= {f"{way}_{name}_kernel": part.kernel, f"{way}_{name}_bias": part.bias}
    for name in ("first", "second"):
        layer = getattr(block, name)
        found |= {f"{name}_kernel": layer.kernel, f"{name}_bias": layer.bias}
    for at, norm in enumerate(block.norms, 1):
        found |= {f"norm{at}_gamma": norm.gamma, f"norm{at}_beta": norm.beta}
    return {prefix + name: value for name, value in found.items()}


def torch_names(torch: Any, weights: Any, path: str = "") -> dict[str, Any]:
    """Weights of a block under torch's names, with ``path`` before each."""
    made: dict[str, Any] = {}
    for way, name in (("self", "self_attn"), ("cross", "multihead_attn")):
        if f"{way}_query_kernel" in weights:
            kernels = [weights[f"{way}_{part}_kernel"].flatten(1).T for part in _PARTS]
            made[f"{name}.in_proj_weight"] = torch.cat(kernels)
            made[f"{name}.in_proj_bias"] = torch.cat([weights[f"{way}_{part}_bias"].flatten() for part in _PARTS])
            made[f"{name}.out_proj.weight"] = weights[f"{way}_output_kernel"].flatten(0, 1).T
            made[f"{name}.out_proj.bias"] = weights[f"{way}_output_bias"]
    for at, name in enumerate(("first", "second"), 1):
        made |= {f"linear{at}.weight": weights[f"{name}_kernel"].T, f"linear{at}.bias": weights[f"{name}_bias"]}
    for name in ("norm1", "norm2", "norm3"):
        if f"{name}_gamma" in weights:
            made |= {f"{name}.weight": weights[f"{name}_gamma"], f"{name}.bias": weights[f"{name}_beta"]}
    return {path + name: value for name, value in made.items()}


def under(weights: Any, prefix: str) -> dict[str, Any]:
    """The weights whose names begin with ``prefix``, without it."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def norm(x: Any, gamma: Any, beta: Any) -> Any:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * gamma + beta


def block(
    x: Any, w: Any, memory: Any = None, mask: Any = None, memory_mask: Any = None, norm_first: bool = False
) -> Any:
    """A block in NumPy."""
    import math

    def attend(way: str, y: Any, other: Any, seen: Any) -> Any:
        q, k, v = (
            np.einsum("nle,ehd->nhld", z, w[f"{way}_{part}_kernel"]) + w[f"{way}_{part}_bias"][:, None]
            for part, z in zip(_PARTS, (y, other, other), strict=True)
        )
        scores = np.einsum("nhqd,nhkd->nhqk", q, k) / 2
        scores = scores if seen is None else np.where(seen[:, None], scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return np.einsum("nhqk,nhkd,hde->nqe", shares, v, w[f"{way}_output_kernel"]) + w[f"{way}_output_bias"]

    def dense(y: Any) -> Any:
        y = y @ w["first_kernel"] + w["first_bias"]
        return y * np.vectorize(math.erfc)(-y / math.sqrt(2)) / 2 @ w["second_kernel"] + w["second_bias"]

    parts: list[Any] = [lambda y: attend("self", y, y, mask), dense]
    if memory is not None:
        parts.insert(1, lambda y: attend("cross", y, memory, memory_mask))
    for at, part in enumerate(parts, 1):
        gamma, beta = w[f"norm{at}_gamma"], w[f"norm{at}_beta"]
        x = x + part(norm(x, gamma, beta)) if norm_first else norm(x + part(x), gamma, beta)
    return x
