"""Attention."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, named


class MultiHeadAttention(LayerCase):
    """Keras' mask is true where to look, torch's where not to; a key's bias moves all scores alike."""

    causal: bool = False
    masked: bool = False
    keys: int = 5
    variants = named(plain={}, causal={"causal": True}, masked={"masked": True}, cross={"keys": 7, "masked": True})
    vanishing = ("grad key_bias",)
    speed = "quick"
    kernels = {"torch": ("aten::scaled_dot_product_attention",)}

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
