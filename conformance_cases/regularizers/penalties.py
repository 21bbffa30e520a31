"""Penalties: one number for a tensor of weights."""

from typing import Any

import numpy as np

from pytest_fwparity import FunctionCase, distinct, grid


class Penalty(FunctionCase, abstract=True):
    """Weights away from 0, where |w| has a kink."""

    level = "standard"
    speed = None
    restored: bool = False

    def inputs(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"w": distinct(rng, (4, 5))}

    def _made(self, keras: Any, regularizer: Any) -> Any:
        if not self.restored:
            return regularizer
        return keras.regularizers.deserialize(keras.regularizers.serialize(regularizer))


class L1(Penalty):
    """l1 * sum |w|."""

    l1: float = 0.01
    variants = grid(l1=[0.01, 0.3]) | grid(restored=[True])

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.regularizers.L1(self.l1))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return self.l1 * w.abs().sum()

    def reference(self, w: Any) -> Any:
        return self.l1 * np.sum(np.abs(w))


class L2(Penalty):
    """l2 * sum w**2, without a half: torch's weight decay is twice this."""

    level = "quick"
    l2: float = 0.01
    variants = grid(l2=[0.01, 0.3]) | grid(restored=[True])
    quick = ("default",)

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.regularizers.L2(self.l2))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return self.l2 * w.square().sum()

    def reference(self, w: Any) -> Any:
        return self.l2 * np.sum(w**2)


class L1L2(Penalty):
    """Both."""

    l1: float = 0.01
    l2: float = 0.02
    variants = grid(l1=[0.01, 0.0], l2=[0.02]) | grid(restored=[True])

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.regularizers.L1L2(self.l1, self.l2))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return self.l1 * w.abs().sum() + self.l2 * w.square().sum()

    def reference(self, w: Any) -> Any:
        return self.l1 * np.sum(np.abs(w)) + self.l2 * np.sum(w**2)


class OrthogonalRegularizer(Penalty):
    """The mean |cosine| of the angles between rows, or between columns, times the factor."""

    mode: str = "rows"
    variants = grid(mode=["rows", "columns"]) | grid(restored=[True])
    without = {"*-*16": "the factor is a float32 tensor: Keras raises on TensorFlow, and gives float32 elsewhere"}

    def keras(self, keras: Any, w: Any) -> Any:
        return self._made(keras, keras.regularizers.OrthogonalRegularizer(0.1, self.mode))(w)

    def torch(self, torch: Any, w: Any) -> Any:
        w = (
            torch.nn.functional.normalize(w, dim=1)
            if self.mode == "rows"
            else torch.nn.functional.normalize(w, dim=0).T
        )
        cosines = (w @ w.T).abs()
        return 0.1 * cosines[tuple(torch.triu_indices(len(w), len(w), 1))].mean()

    def reference(self, w: Any) -> Any:
        w = w if self.mode == "rows" else w.T
        w = w / np.linalg.norm(w, axis=1, keepdims=True)
        return 0.1 * np.mean(np.abs(w @ w.T)[np.triu_indices(len(w), 1)])


class OwnRegularizer(Penalty):
    """A subclass of Keras' base class: log cosh."""

    def keras(self, keras: Any, w: Any) -> Any:
        class LogCosh(keras.regularizers.Regularizer):  # type: ignore[misc]
            def __call__(self, x: Any) -> Any:
                return keras.ops.sum(keras.ops.log(keras.ops.cosh(x)))

        return keras.regularizers.get(LogCosh())(w)

    def torch(self, torch: Any, w: Any) -> Any:
        return w.cosh().log().sum()

    def reference(self, w: Any) -> Any:
        return np.sum(np.log(np.cosh(w)))
