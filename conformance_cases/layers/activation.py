"""Activation layers with weights."""

from typing import Any

import numpy as np

from pytest_fwparity import LayerCase, distinct, grid


class PRelu(LayerCase):
    """A slope below zero for each element, or shared along axes; torch shares along all but the channels, or along all."""

    shared_axes: list[int] = [1, 2]
    form: str = "module"
    variants = grid(shared_axes=[[1, 2], [1, 2, 3]], form=["module", "function"]) | grid(shared_axes=[[]])
    without = {
        "*shared_axes=1x2x3-*16": "the gradient of the only slope is one sum of terms of both signs, which may cancel"
    }
    level = "standard"
    speed = None

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": distinct(rng, (2, 3, 2, 4))}

    def weights(self, rng: np.random.Generator) -> dict[str, Any]:
        return {
            "alpha": rng.uniform(
                0.1, 0.9, size=[1 if n in self.shared_axes else size for n, size in ((1, 3), (2, 2), (3, 4))]
            )
        }

    def keras(self, keras: Any) -> Any:
        return keras.layers.PReLU(shared_axes=list(self.shared_axes) or None)

    def torch(self, torch: Any) -> Any:
        if not self.shared_axes:
            return lambda x, alpha: torch.where(x > 0, x, alpha.movedim(-1, 0) * x)
        if self.form == "function":
            return lambda x, alpha: torch.nn.functional.prelu(x, alpha.flatten())
        return torch.nn.PReLU(1 if 3 in self.shared_axes else 4)

    def torch_weights(self, torch: Any, alpha: Any) -> dict[str, Any]:
        return {"weight": alpha.flatten()} if self.form == "module" and self.shared_axes else {"alpha": alpha}

    def torch_inputs(self, torch: Any, x: Any) -> dict[str, Any]:
        return {"x": x.movedim(-1, 1)}

    def torch_outputs(self, torch: Any, y: Any) -> dict[str, Any]:
        return {"y": y.movedim(1, -1)}

    def reference(self, x: Any, alpha: Any) -> Any:
        return np.where(x > 0, x, alpha * x)
