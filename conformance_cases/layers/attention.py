"""Attention."""

from typing import Any, ClassVar

import numpy as np

from pytest_fwparity import LayerCase, named


class MultiHeadAttention(LayerCase):
    """Keras' mask is true where to look, torch's where not to; a key's bias moves all scores alike."""

    causal: bool = False
    masked: bool = False
    keys: int = 5
    variants = named(plain={}, causal={"causal": True}, masked={"masked": True}, cross={"keys": 7, "masked": True})
    vanishing: ClassVar[tuple[str, ...]] = ("grad key_bias",)
    speed: ClassVar[str | None] = "quick"
    kernels: ClassVar[Any] = {"torch": ("aten::scaled_dot_product_attention",)}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        lengths = {"query": 5, "key": self.keys, "value": self.keys}
        arrays = {name: rng.normal(size=(2, length, 8)) / 2 for name, length in lengths.items()}
        mask = rng.uniform(size=(2, 5, self.keys)) < 0.6
        mask[..., :2] = True  # of one key alone the share is 1, whatever its score
        return {**arrays, "mask": mask} if self.masked else arrays

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {}
        for name in ("query", "key", "value"):
            made[f"{name}_kernel"] = rng.normal(size=(8, 2, 4)) / 3
            made[f"{name}_bias"] = rng.normal(size=(2, 4)) / 3
        return {**made, "output_kernel": rng.normal(size=(2, 4, 8)) / 3, "output_bias": rng.normal(size=8)}

    def keras(self, keras: Any) -> Any:
        return keras.layers.MultiHeadAttention(2, 4)

    def keras_call(self, keras: Any, layer: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        return layer(query=query, key=key, value=value, attention_mask=mask, use_causal_mask=self.causal)

    def reference(self, query: Any, key: Any, value: Any, mask: Any = None, **weights: Any) -> Any:
        given = {"query": query, "key": key, "value": value}
        q, k, v = (
            np.einsum("nle,ehd->nhld", x, weights[f"{name}_kernel"]) + weights[f"{name}_bias"][:, None]
            for name, x in given.items()
        )
        scores = np.einsum("nhqd,nhkd->nhqk", q, k) / 2  # the root of a key's 4 features
        if mask is not None:
            scores = np.where(mask[:, None], scores, -np.inf)
        if self.causal:
            scores = np.where(np.tri(5, dtype=bool), scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        seen = np.einsum("nhqk,nhkd->nhqd", shares / shares.sum(-1, keepdims=True), v)
        return np.einsum("nhqd,hde->nqe", seen, weights["output_kernel"]) + weights["output_bias"]

    def torch(self, torch: Any) -> Any:
        return torch.nn.MultiheadAttention(8, 2, batch_first=True)

    def torch_call(self, torch: Any, module: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        blocked = None if mask is None else (~mask).repeat_interleave(2, 0)
        if self.causal:
            blocked = torch.ones(5, 5, dtype=torch.bool, device=query.device).triu(1)
        return module(query, key, value, attn_mask=blocked, need_weights=False)[0]

    def torch_weights(self, torch: Any, output_kernel: Any, output_bias: Any, **rest: Any) -> dict[str, Any]:
        names = ("query", "key", "value")
        return {
            "in_proj_weight": torch.cat([rest[f"{name}_kernel"].reshape(8, 8).T for name in names]),
            "in_proj_bias": torch.cat([rest[f"{name}_bias"].reshape(8) for name in names]),
            "out_proj.weight": output_kernel.reshape(8, 8).T,
            "out_proj.bias": output_bias,
        }


class MultiHeadAttentionScores(MultiHeadAttention):
    """Keys and values of other sizes than the queries, without biases; the share of each key comes back, head by head."""

    averaged: bool = False
    masked: bool = True
    variants = named(heads={}, averaged={"averaged": True}, causal={"causal": True, "masked": False})
    vanishing = ()
    kernels = {}
    level = "standard"
    speed = None
    outputs = ("y", "shares")
    sizes = {"query": 8, "key": 5, "value": 6}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        arrays = {name: rng.normal(size=(2, self.keys, size)) / 2 for name, size in self.sizes.items()}
        mask = rng.uniform(size=(2, 5, self.keys)) < 0.6
        mask[..., :2] = True
        return {**arrays, "mask": mask} if self.masked else arrays

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        made = {f"{name}_kernel": rng.normal(size=(size, 2, 4)) / 3 for name, size in self.sizes.items()}
        return {**made, "output_kernel": rng.normal(size=(2, 4, 8)) / 3}

    def keras(self, keras: Any) -> Any:
        return keras.layers.MultiHeadAttention(2, 4, use_bias=False)

    def keras_call(  # type: ignore[override]
        self, keras: Any, layer: Any, mask: Any = None, **given: Any
    ) -> Any:
        options = {"attention_mask": mask, "use_causal_mask": self.causal, "return_attention_scores": True}
        y, shares = layer(**given, **options)
        return y, keras.ops.mean(shares, axis=1) if self.averaged else shares

    def torch(self, torch: Any) -> Any:
        return torch.nn.MultiheadAttention(8, 2, bias=False, kdim=5, vdim=6, batch_first=True)

    def torch_call(self, torch: Any, module: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        blocked = None if mask is None else (~mask).repeat_interleave(2, 0)
        if self.causal:
            blocked = torch.ones(5, 5, dtype=torch.bool, device=query.device).triu(1)
        return module(query, key, value, attn_mask=blocked, average_attn_weights=self.averaged)

    def torch_weights(  # type: ignore[override]
        self, torch: Any, output_kernel: Any, **rest: Any
    ) -> dict[str, Any]:
        made = {f"{name[0]}_proj_weight": rest[f"{name}_kernel"].flatten(1).T for name in self.sizes}
        return {**made, "out_proj.weight": output_kernel.flatten(0, 1).T}

    def reference(self, query: Any, key: Any, value: Any, mask: Any = None, **weights: Any) -> Any:
        given = {"query": query, "key": key, "value": value}
        q, k, v = (np.einsum("nle,ehd->nhld", x, weights[f"{name}_kernel"]) for name, x in given.items())
        scores = np.einsum("nhqd,nhkd->nhqk", q, k) / 2
        mask = np.tri(5, dtype=bool)[None] if self.causal else mask
        scores = np.where(mask[:, None], scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        y = np.einsum("nhqk,nhkd,hde->nqe", shares, v, weights["output_kernel"])
        return y, shares.mean(1) if self.averaged else shares


class Attention(LayerCase):
    """softmax(query @ key.T * scale) @ value, the scale a weight; a masked query gives zeros."""

    scaled: bool = False
    causal: bool = False
    masked: bool = False
    keyed: bool = True
    variants = named(
        plain={}, scaled={"scaled": True}, causal={"causal": True}, masked={"masked": True, "keyed": False}
    )
    quick = ("plain", "masked")
    without = {"scaled-bfloat16": "the gradient by one number is a sum that cancels to a few roundings of bfloat16"}
    speed = None
    outputs = ("y", "shares")

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        lengths = {"query": 4, "value": 5, "key": 5}
        arrays = {name: rng.normal(size=(2, length, 6)) / 2 for name, length in lengths.items()}
        if not self.keyed:
            del arrays["key"]
        kept = {"query_mask": np.arange(4) < [[3], [4]], "value_mask": np.arange(5)[::-1] < [[5], [2]]}
        return {**arrays, **kept} if self.masked else arrays

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"scale": np.array(0.7)} if self.scaled else {}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Attention(use_scale=self.scaled)

    def keras_call(self, keras: Any, layer: Any, query: Any, value: Any, key: Any = None, **masks: Any) -> Any:
        given = [query, value] if key is None else [query, value, key]
        mask = list(masks.values()) or None
        return layer(given, mask=mask, use_causal_mask=self.causal, return_attention_scores=True)

    def torch(self, torch: Any) -> Any:
        attend = torch.nn.functional.scaled_dot_product_attention

        def run(
            query: Any, value: Any, key: Any = None, query_mask: Any = None, value_mask: Any = None, scale: Any = 1.0
        ) -> Any:
            key = value if key is None else key
            mask = None if value_mask is None else value_mask[:, None].expand(-1, query.shape[1], -1)
            options = {"attn_mask": mask, "is_causal": self.causal, "scale": 1.0}
            y = attend(query * scale, key, value, **options)
            shares = attend(query * scale, key, torch.eye(5, dtype=query.dtype).expand(2, 5, 5), **options)
            return y if query_mask is None else y * query_mask[..., None], shares

        return run

    def reference(self, query: Any, value: Any, key: Any = None, **rest: Any) -> Any:
        scores = query @ np.swapaxes(value if key is None else key, 1, 2) * rest.get("scale", 1.0)
        if self.causal:
            scores = np.where(np.tri(4, 5, dtype=bool), scores, -np.inf)
        if self.masked:
            scores = np.where(rest["value_mask"][:, None], scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        y = shares @ value
        return y * rest["query_mask"][..., None] if self.masked else y, shares


class AdditiveAttention(LayerCase):
    """softmax(sum of scale * tanh(query + key)) @ value; Attention says the same with one number for every feature."""

    concat: bool = False
    masked: bool = False
    use_scale: bool = True
    variants = named(plain={}, masked={"masked": True}, unscaled={"use_scale": False}, concat={"concat": True})
    without = {"concat-bfloat16": "the gradient by one number is a sum that cancels to a few roundings of bfloat16"}
    level = "standard"

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        arrays = {name: rng.normal(size=(2, length, 6)) for name, length in {"query": 4, "value": 5, "key": 5}.items()}
        return {**arrays, "mask": np.arange(5) < [[3], [5]]} if self.masked else arrays

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.concat:
            return {"scale": np.array(0.7), "concat_score_weight": np.array(0.9)}
        return {"scale": rng.normal(size=6)} if self.use_scale else {}

    def keras(self, keras: Any) -> Any:
        if self.concat:
            return keras.layers.Attention(use_scale=True, score_mode="concat")
        return keras.layers.AdditiveAttention(use_scale=self.use_scale)

    def keras_weights(self, layer: Any) -> dict[str, Any]:
        names = ("scale", "concat_score_weight") if self.concat else ("scale",) if self.use_scale else ()
        return {name: getattr(layer, name) for name in names}

    def keras_call(self, keras: Any, layer: Any, query: Any, value: Any, key: Any, mask: Any = None) -> Any:
        return layer([query, value, key], mask=None if mask is None else [None, mask])

    def torch(self, torch: Any) -> Any:
        def run(
            query: Any, value: Any, key: Any, scale: Any = 1.0, mask: Any = None, concat_score_weight: Any = None
        ) -> Any:
            pairs = query[:, :, None] + key[:, None]
            if concat_score_weight is None:
                scores = (scale * torch.tanh(pairs)).sum(-1)
            else:
                scores = concat_score_weight * torch.tanh(scale * pairs).sum(-1)
            scores = scores if mask is None else scores.masked_fill(~mask[:, None], -torch.inf)
            return torch.softmax(scores, -1) @ value

        return run

    def reference(self, query: Any, value: Any, key: Any, scale: Any = 1.0, mask: Any = None, **weight: Any) -> Any:
        pairs = query[:, :, None] + key[:, None]
        scores = (
            weight["concat_score_weight"] * np.tanh(scale * pairs).sum(-1)
            if weight
            else (scale * np.tanh(pairs)).sum(-1)
        )
        scores = scores if mask is None else np.where(mask[:, None], scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        return shares / shares.sum(-1, keepdims=True) @ value
