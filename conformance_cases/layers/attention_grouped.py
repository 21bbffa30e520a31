"""Attention whose heads share keys, and torch's attention as functions of everything."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import FunctionCase, LayerCase, difference, named


def softmax(scores: Any) -> Any:
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


class GroupQueryAttention(LayerCase):
    """Four heads of queries, two of keys and values: each of these serves two neighbouring heads of queries."""

    causal: bool = False
    masked: bool = False
    window: int | None = None
    gated: bool = False
    variants = named(
        plain={},
        causal={"causal": True},
        masked={"masked": True},
        window={"window": 2, "causal": True},
        gated={"gated": True},
    )
    vanishing = ("grad key_bias",)
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        arrays = {name: rng.normal(size=(2, 5, 8)) / 2 for name in ("query", "value", "key")}
        mask = rng.uniform(size=(2, 5, 5)) < 0.5
        mask[..., :2] = True
        return {**arrays, "mask": mask} if self.masked else arrays

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        heads = {"query": 4, "key": 2, "value": 2, **({"gate": 4} if self.gated else {})}
        made = {f"{name}_kernel": rng.normal(size=(8, count, 3)) / 3 for name, count in heads.items()}
        made |= {f"{name}_bias": rng.normal(size=(count, 3)) / 3 for name, count in heads.items()}
        return {**made, "output_kernel": rng.normal(size=(4, 3, 8)) / 3, "output_bias": rng.normal(size=8)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.GroupQueryAttention(3, 4, 2, sliding_window=self.window, use_gate=self.gated)

    def keras_call(self, keras: Any, layer: Any, query: Any, value: Any, key: Any, mask: Any = None) -> Any:
        return layer(query=query, value=value, key=key, attention_mask=mask, use_causal_mask=self.causal)

    @property
    def seen(self) -> Any:
        """What causality and the window let each query see; None for everything."""
        apart = np.arange(5)[:, None] - np.arange(5)
        if self.window is not None:
            return (apart >= 0) & (apart < self.window)
        return apart >= 0 if self.causal else None

    def torch(self, torch: Any) -> Any:
        def run(query: Any, value: Any, key: Any, mask: Any = None, **w: Any) -> Any:
            def heads(name: str, x: Any) -> Any:
                return torch.einsum("nle,ehd->nhld", x, w[f"{name}_kernel"]) + w[f"{name}_bias"][:, None]

            seen = torch.as_tensor(self.seen, device=query.device) if self.seen is not None else None
            y = torch.nn.functional.scaled_dot_product_attention(
                heads("query", query),
                heads("key", key),
                heads("value", value),
                attn_mask=seen if mask is None else mask[:, None],
                enable_gqa=True,
            )
            y = y * torch.sigmoid(heads("gate", query)) if self.gated else y
            return torch.einsum("nhld,hde->nle", y, w["output_kernel"]) + w["output_bias"]

        return run

    def reference(self, query: Any, value: Any, key: Any, mask: Any = None, **w: Any) -> Any:
        def heads(name: str, x: Any) -> Any:
            return np.einsum("nle,ehd->nhld", x, w[f"{name}_kernel"]) + w[f"{name}_bias"][:, None]

        k, v = (np.repeat(heads(name, x), 2, 1) for name, x in (("key", key), ("value", value)))
        seen = np.ones((5, 5), bool) if self.seen is None else self.seen
        seen = seen if mask is None else mask[:, None]
        y = softmax(np.where(seen, np.einsum("nhqd,nhkd->nhqk", heads("query", query), k) / np.sqrt(3), -np.inf)) @ v
        if self.gated:
            y = y / (1 + np.exp(-heads("gate", query)))
        return np.einsum("nhld,hde->nle", y, w["output_kernel"]) + w["output_bias"]


class ScaledDotProductAttention(FunctionCase):
    """softmax(q @ k.T * scale + mask) @ v; Keras has heads last but one, torch before the length."""

    causal: bool = False
    mask: str = ""
    scale: float | None = None
    keys: int = 5
    variants = named(
        plain={},
        causal={"causal": True},
        cross={"keys": 7, "scale": 0.3},
        boolean={"mask": "boolean"},
        additive={"mask": "additive"},
    )
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        lengths = {"query": 4 if self.keys == 7 else 5, "key": self.keys, "value": self.keys}
        arrays = {name: rng.normal(size=(2, length, 2, 4)) / 2 for name, length in lengths.items()}
        if self.mask == "additive":
            return {**arrays, "mask": rng.normal(size=(2, 1, 5, 5))}
        kept = rng.uniform(size=(2, 1, 5, 5)) < 0.5
        kept[..., :2] = True
        if self.mask == "none":
            kept[1, 0, 3] = False
        return {**arrays, "mask": kept} if self.mask else arrays

    def keras(self, keras: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        given = {"mask": mask} if self.mask in ("boolean", "none") else {"bias": mask} if self.mask else {}
        return keras.ops.dot_product_attention(query, key, value, scale=self.scale, is_causal=self.causal, **given)

    def torch(self, torch: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        q, k, v = (x.transpose(1, 2) for x in (query, key, value))
        attend = torch.nn.functional.scaled_dot_product_attention
        return attend(q, k, v, attn_mask=mask, is_causal=self.causal, scale=self.scale).transpose(1, 2)

    def reference(self, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        scores = np.einsum("nqhd,nkhd->nhqk", query, key) * (self.scale or 0.5)
        if self.causal:
            scores = np.where(np.tri(scores.shape[2], scores.shape[3], dtype=bool), scores, -np.inf)
        if self.mask == "additive":
            scores = scores + mask
        elif self.mask:
            scores = np.where(mask, scores, -1e300)
        return np.einsum("nhqk,nkhd->nqhd", softmax(scores), value)


class AttentionNothingSeen(ScaledDotProductAttention):
    """Where a mask leaves a query nothing, torch gives zeros and Keras the mean of the values.

    The gradient of Keras on torch is that of no function, docs/findings/torch_attention_masked_row_gradient.py.
    """

    mask: str = "none"
    variants = named(default={})
    checks = ("agree", "repeat")
    without = {
        "*-float16": "Keras on torch adds -45856, which in float16 does not swallow the scores as it does in float64"
    }

    @difference(
        replaces="torch",
        why="where a mask leaves nothing, torch gives zeros and Keras the mean of the values",
        source="aten/src/ATen/native/transformers/attention.cpp, _safe_softmax; keras/src/backend/tensorflow/nn.py, _apply_masks",
        sides=("keras-tensorflow", "keras-jax"),
    )
    def mean_of_values(self, torch: Any, query: Any, key: Any, value: Any, mask: Any) -> Any:
        y = ScaledDotProductAttention.torch(self, torch, query, key, value, mask)
        nothing = ~mask.any(-1).transpose(1, 2)[..., None]
        return torch.where(nothing, value.mean(1, keepdim=True), y)

    @difference(
        replaces="torch",
        why="Keras on torch adds the lowest number to the scores, whose gradient torch's fused kernel gets wrong",
        source="keras/src/backend/torch/nn.py, dot_product_attention; aten/src/ATen/native/cpu/FlashAttentionKernel.cpp",
        sides=("keras-torch",),
    )
    def lowest_number_added(self, torch: Any, query: Any, key: Any, value: Any, mask: Any) -> Any:
        added = torch.where(mask, 0.0, torch.finfo(query.dtype).min * 0.7).to(query.dtype)
        return ScaledDotProductAttention.torch(self, torch, query, key, value, added)


class MultiHeadAttentionForward(FunctionCase):
    """torch's attention with everything given: weights apart or joined, masks of both kinds; length before batch."""

    padded: bool = False
    additive: bool = False
    learned: bool = False
    zero: bool = False
    separate: bool = False
    variants = named(plain={}, masks={"padded": True, "additive": True}, separate={"separate": True})
    level = "standard"
    outputs = ("y", "shares")
    vanishing: ClassVar[tuple[str, ...]] = ("grad key_bias",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        arrays: dict[str, Any] = {
            name: rng.normal(size=(length, 2, 8)) / 2 for name, length in {"query": 4, "key": 5, "value": 5}.items()
        }
        arrays |= {f"{name}_kernel": rng.normal(size=(8, 8)) / 3 for name in ("query", "key", "value", "output")}
        arrays |= {f"{name}_bias": rng.normal(size=8) / 3 for name in ("query", "key", "value", "output")}
        if self.padded:
            arrays["padding"] = np.arange(5) >= [[3], [5]]
        if self.additive:
            arrays["mask"] = rng.normal(size=(4, 5))
        return {**arrays, **{f"{n}_more": rng.normal(size=(1, 1, 8)) / 2 for n in "kv"}} if self.learned else arrays

    def keras(self, keras: Any, query: Any, key: Any, value: Any, **w: Any) -> Any:
        ops = keras.ops
        given = {"query": query, "key": key, "value": value}
        q, k, v = (ops.matmul(x, ops.transpose(w[f"{n}_kernel"])) + w[f"{n}_bias"] for n, x in given.items())
        blocked = w.get("padding", np.zeros((2, 5), bool))
        if self.learned:
            k, v = (ops.concatenate([x, ops.tile(w[f"{n}_more"], (1, 2, 1))]) for n, x in (("k", k), ("v", v)))
        if self.zero:
            k, v = (ops.pad(x, ((0, 1), (0, 0), (0, 0))) for x in (k, v))
        blocked = ops.pad(ops.cast(blocked, "int32"), ((0, 0), (0, k.shape[0] - 5)))
        q, k, v = (ops.reshape(x, (x.shape[0], 2, 2, 4)) for x in (q, k, v))
        scores = ops.einsum("qnhd,knhd->nhqk", q, k) * 0.5
        scores = scores + w["mask"] if self.additive else scores
        scores = ops.where(ops.cast(blocked, "bool")[:, None, None], -float("inf"), scores) if self.padded else scores
        shares = ops.softmax(scores, axis=-1)
        seen = ops.reshape(ops.einsum("nhqk,knhd->qnhd", shares, v), (4, 2, 8))
        y = ops.matmul(seen, ops.transpose(w["output_kernel"])) + w["output_bias"]
        return y, ops.mean(shares, axis=1)

    def torch(self, torch: Any, query: Any, key: Any, value: Any, **w: Any) -> Any:
        names = ("query", "key", "value")
        kernels = [w[f"{name}_kernel"] for name in names]
        apart = dict(zip(("q_proj_weight", "k_proj_weight", "v_proj_weight"), kernels, strict=True))
        return torch.nn.functional.multi_head_attention_forward(
            query,
            key,
            value,
            8,
            2,
            None if self.separate else torch.cat(kernels),
            torch.cat([w[f"{name}_bias"] for name in names]),
            w.get("k_more"),
            w.get("v_more"),
            self.zero,
            0.0,
            w["output_kernel"],
            w["output_bias"],
            key_padding_mask=self.padding(torch, w),
            attn_mask=w.get("mask"),
            use_separate_proj_weight=self.separate,
            **(apart if self.separate else {}),
        )

    def padding(self, torch: Any, w: Any) -> Any:
        """Both masks must be of one kind, or torch warns."""
        if not self.padded or not self.additive:
            return w.get("padding")
        return torch.zeros(2, 5, dtype=w["mask"].dtype).masked_fill(w["padding"], -torch.inf)

    def reference(self, query: Any, key: Any, value: Any, **w: Any) -> Any:
        given = {"query": query, "key": key, "value": value}
        q, k, v = (x @ w[f"{name}_kernel"].T + w[f"{name}_bias"] for name, x in given.items())
        more = [np.tile(w[f"{n}_more"], (1, 2, 1)) if self.learned else np.zeros((int(self.zero), 2, 8)) for n in "kv"]
        k, v = np.concatenate([k, more[0]]), np.concatenate([v, more[1]])
        blocked = np.zeros((2, len(k)), bool)
        blocked[:, :5] = w.get("padding", False)
        q, k, v = (x.reshape(len(x), 2, 2, 4) for x in (q, k, v))
        scores = np.einsum("qnhd,knhd->nhqk", q, k) / 2 + w.get("mask", 0.0)
        shares = softmax(np.where(blocked[:, None, None], -np.inf, scores))
        seen = np.einsum("nhqk,knhd->qnhd", shares, v).reshape(4, 2, 8)
        return seen @ w["output_kernel"].T + w["output_bias"], shares.mean(1)


class MultiHeadAttentionMore(MultiHeadAttentionForward):
    """A key and a value more than were given, learned or zero, so that a key's bias counts."""

    learned: bool = True
    padded: bool = True
    variants = named(learned={}, zero={"zero": True, "learned": False, "padded": False})
    vanishing = ()
