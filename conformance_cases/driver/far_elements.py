"""Elements beyond the reach of a 32-bit index."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase


class FarElements(FunctionCase):
    """The last rows of 2 GiB and a little more of int8: their sums and some of their elements, by slice and by index.

    Three rows in turn, so that no row equals the one 2**15 or 2**16 rows before it, where a wrapped index would read.
    """

    rows: int = 2**15 + 4
    level = "exhaustive"
    speed = None
    checks = ("agree",)
    without = {"*16": "whole numbers: float32 asks it all"}

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"block": rng.integers(-100, 100, size=(3, 65536)).astype(np.int32)}

    def keras(self, keras: Any, block: Any) -> Any:
        ops = keras.ops
        many = ops.tile(ops.cast(block, "int8"), (self.rows // 3, 1))
        last = ops.cast(many[-2:], "int32")
        taken = ops.take(many, ops.array([0, self.rows - 1]), axis=0)
        sums = ops.sum(ops.reshape(last, (2, 8, -1)), axis=2)
        return {"sums": sums, "taken": ops.cast(taken[:, ::8191], "int32")}

    def torch(self, torch: Any, block: Any) -> Any:
        many = block.to(torch.int8).repeat(self.rows // 3, 1)
        taken = torch.index_select(many, 0, torch.tensor([0, self.rows - 1], device=block.device))
        sums = many[-2:].reshape(2, 8, -1).sum(2, dtype=torch.int32)
        return {"sums": sums, "taken": taken[:, ::8191].to(torch.int32)}

    def reference(self, block: Any) -> dict[str, Any]:
        small = block.astype(np.int32)
        sums = small[-2:].reshape(2, 8, -1).sum(2).astype(np.int32)
        return {"sums": sums, "taken": small[[0, -1], ::8191]}
