"""Attention at sequence lengths round the tiles of fused kernels, with masks and gradients."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, grid


class AttentionSweep(FunctionCase):
    """softmax(q k' / sqrt(d) + mask) v; batch 1, 2 heads of 16, queries and keys of one length.

    A mask leaves some keys out in every row, none of the first.
    """

    length: int = 64
    mask: str = "none"
    variants = grid(length=[63, 64, 65, 127, 128, 129, 192], mask=["none", "causal", "padded"])
    level = "standard"
    speed = None
    quick = ()
    #: so that a record tells which of its kernels ran (flash, memory-efficient, cuDNN, plain)
    kernels = {"torch": ("aten::scaled_dot_product_attention",)}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        made: dict[str, Any] = {name: rng.normal(size=(1, self.length, 2, 16)) for name in ("query", "key", "value")}
        if self.mask == "padded":
            made["seen"] = np.tile(np.arange(self.length) % 3 != 1, (1, 1, self.length, 1))
        return made

    def keras(self, keras: Any, query: Any, key: Any, value: Any, seen: Any = None) -> Any:
        return keras.ops.dot_product_attention(query, key, value, mask=seen, is_causal=self.mask == "causal")

    def torch(self, torch: Any, query: Any, key: Any, value: Any, seen: Any = None) -> Any:
        q, k, v = (x.transpose(1, 2) for x in (query, key, value))
        y = torch.nn.functional.scaled_dot_product_attention(q, k, v, seen, is_causal=self.mask == "causal")
        return y.transpose(1, 2)

    def reference(self, query: Any, key: Any, value: Any, seen: Any = None) -> Any:
        scores = np.einsum("bqhd,bkhd->bhqk", query, key) / 4
        if seen is not None:
            scores = np.where(seen, scores, -np.inf)
        if self.mask == "causal":
            scores = np.where(np.tril(np.ones((self.length, self.length), bool)), scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        return np.einsum("bhqk,bkhd->bqhd", shares / shares.sum(-1, keepdims=True), value)
