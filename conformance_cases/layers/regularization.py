"""Regularization."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, distinct, grid


class Dropout(LayerCase):
    """In training: which values are kept is each side's own, what happens to them is not."""

    rate: float = 0.5
    form: str = "module"
    variants = grid(rate=[0.5, 0.75, 0.875]) | grid(form=["function"])
    quick = ("default", "rate=0.75", "rate=0.875")
    checks = ("holds",)

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (64, 64))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dropout(self.rate, seed=1)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=True)

    def torch(self, torch: Any) -> Any:
        if self.form == "function":
            return lambda x: torch.nn.functional.dropout(x, self.rate, training=True)
        return torch.nn.Dropout(self.rate)

    def holds(self, x: Any, y: Any, grad_x: Any) -> dict[str, bool]:
        kept, share = y != 0, 1 - self.rate
        off = abs(kept.sum() - x.size * share)
        return {
            "what is kept is divided by 1 - rate": np.array_equal(y, kept * x / share),
            "the share kept is 1 - rate": bool(off < 5 * np.sqrt(x.size * share * self.rate)),
            "a gradient comes back where a value is kept, and only there": np.array_equal(grad_x != 0, kept),
        }


class DropoutInference(LayerCase):
    """In inference nothing is dropped and nothing is scaled."""

    rate: float = 0.5
    variants = grid(rate=[0.1, 0.5])

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.normal(size=(4, 6))}

    def keras(self, keras: Any) -> Any:
        return keras.layers.Dropout(self.rate)

    def keras_call(self, keras: Any, layer: Any, x: Any) -> Any:
        return layer(x, training=False)

    def torch(self, torch: Any) -> Any:
        return torch.nn.Dropout(self.rate).eval()

    def reference(self, x: Any) -> Any:
        return x
